"""
`make bench-mail`: how fast mails become tickets, end to end, in PostgreSQL.

As in production: the SMTP door stores while two processes accept, which writes tickets and events: with these, triage is
queued. Then two worker processes triage and write the notifications.
"""

import argparse
import json
import os
import smtplib
import socket
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from bench import data, proc
from bench.mails import mails
from bench.services import ROOT, Services
from helpdesk.local import children, processes, slot
from helpdesk.local.processes import Program
from helpdesk.local.refusal import Refusal, check_space
from helpdesk.local.steps import step

PRESENT = 10_000  # tickets that are there before
SENDERS = 4
ALONE = 400
GOAL = 60
WORKER = ["-m", "celery", "-A", "helpdesk.celery", "worker", "--pool", "prefork", "--concurrency", "2"]
QUIET = ["--without-mingle", "--without-gossip", "--loglevel", "WARNING"]


def main() -> None:
    """
    Run the bench.

    :raises Refusal: if something is in the way.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=int(os.environ.get("N") or 2_000))
    parser.add_argument("--statements", action="store_true", help="list the statements that cost most")
    arguments = parser.parse_args()
    folder = ROOT / ".run" / "bench-mail"
    check_space(folder.parent)
    lock = slot.take(folder)
    if lock is None:
        raise Refusal("Another bench of mails is running in this checkout.")
    services = Services(folder)
    try:
        services.start()
        print(_bench(services, arguments.mails))
        if arguments.statements:
            print(_dearest(services))
    finally:
        services.stop()
        lock.close()


def _bench(services: Services, number: int) -> str:
    data.prepare(services, PRESENT)
    with step("One by one"):
        alone = json.loads(services.run("-m", "bench.intake_inside", str(ALONE)))
    alone["statements"] = (_statements(services, ALONE) - _statements(services, 0)) / ALONE
    with step(f"Write {number:,} mails"):
        written = list(mails(number))
    port = _start(services)
    pids = [program.pid for program in services.programs]
    services.postgres.execute("SELECT pg_stat_statements_reset()")
    began, used = time.monotonic(), _cpu(services, pids)
    with step("Through the door"):
        _send(port, written)
    sent = time.monotonic() - began
    with step("Accepted"):
        taken = _until(services, "SELECT count(*) FROM channels_intake_arrival WHERE state = 'stored'", began)
    cpu = {name: value - used[name] for name, value in _cpu(services, pids).items()}
    told = _tell(services)
    return _table(services, number, sent, taken, told, cpu, alone)


def _start(services: Services) -> int:
    port = _free_port()
    door = Program("door", ["manage.py", "serve_mail", "--port", str(port)])
    accepting = [Program(f"accepting{number}", ["-m", "bench.intake_inside", "accept"]) for number in (1, 2)]
    for program in (door, *accepting):
        services.programs.append(program.start(services.env(), services.folder / "log"))
    if not children.wait_until(lambda: _is_open(port), within=30, pause=0.2):
        raise Refusal("The door does not open.")
    time.sleep(4)  # those who accept
    return port


def _tell(services: Services) -> float:
    """Let workers triage and notify, and return how many seconds they needed."""
    for program in services.programs:
        children.stop(program)
    for program in (Program("worker", [*WORKER, *QUIET]), processes.beat()):
        services.programs.append(program.start(services.env(), services.folder / "log"))
    waiting = "SELECT count(*) FROM tickets_event WHERE relay_at IS NOT NULL"
    before = int(services.sql(waiting)[0][0])
    children.wait_until(lambda: int(services.sql(waiting)[0][0]) < before, within=30, pause=0.1)
    with step("Triaged and told"):
        return _until(services, waiting, time.monotonic())


def _send(port: int, written: Sequence[bytes]) -> None:
    def client(number: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as connection:
            for raw in written[number::SENDERS]:
                connection.sendmail("person@firm.example", ["support@helpdesk.example"], raw)

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(client, range(SENDERS)))


def _until(services: Services, question: str, began: float) -> float:
    """
    Wait until this counts nothing any more, and return how long that took in all.

    :raises Refusal: if it takes ten minutes.
    """
    while int(services.sql(question)[0][0]):
        if time.monotonic() - began > 600:
            raise Refusal("It does not come to an end.")
        time.sleep(0.1)
    return time.monotonic() - began


def _statements(services: Services, number: int) -> int:
    """Count the statements of storing and accepting that many mails, one after the other, in a process of its own."""
    before = services.statements()
    services.run("-m", "bench.intake_inside", str(number))
    return services.statements() - before


def _cpu(services: Services, pids: Sequence[int]) -> dict[str, float]:
    door, *accepting = (proc.cpu(pid) for pid in pids)
    postgres = services.postgres.process
    assert postgres is not None
    return {"accepting": sum(accepting), "door": door, "PostgreSQL": proc.cpu(postgres.pid)}


def _table(
    services: Services,
    number: int,
    sent: float,
    taken: float,
    told: float,
    cpu: dict[str, float],
    alone: dict[str, float],
) -> str:
    outcomes = services.sql("SELECT outcome, count(*) FROM channels_intake_arrival GROUP BY 1 ORDER BY 2 DESC")
    waiting = services.sql(
        "SELECT round(percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM e.at - a.received_at))::numeric, 1) "
        "FROM channels_intake_arrival a JOIN tickets_event e ON e.message_id = a.message_id WHERE a.channel = 'email'"
    )[0][0]
    used = sum(cpu.values())
    rows = {
        "mails/s, sent to accepted (two cores)": f"{number / taken:.0f}   goal {GOAL}",
        "mails/s through the door": f"{number / sent:.0f}",
        "mails/s triaged and told, afterwards": f"{number / told:.0f}",
        "mails per CPU second, sent to accepted": f"{number / used:.0f}",
        "  CPU ms a mail": "  ".join(f"{name} {value * 1000 / number:.1f}" for name, value in cpu.items()),
        "p95 of waiting under this load, s": f"{waiting}",
        "one by one: store and accept, p50 / p95 ms": f"{alone['p50']:.1f} / {alone['p95']:.1f}",
        "one by one: Python CPU ms a mail": f"{alone['cpu_ms']:.1f}",
        "one by one: SQL statements a mail": f"{alone['statements']:.1f}",
        "outcomes": ", ".join(f"{count} {name or 'waiting'}" for name, count in outcomes),
    }
    head = f"\n{number:,} mails, {PRESENT:,} tickets before, {os.cpu_count()} cores"
    return "\n".join([head, "", *(f"  {name:44} {value}" for name, value in rows.items())])


def _dearest(services: Services) -> str:
    rows = services.postgres.execute(
        "SELECT round(total_exec_time)::text, calls::text, round(mean_exec_time::numeric, 2)::text, "
        "left(regexp_replace(query, '\\s+', ' ', 'g'), 160) FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT 25"
    )
    return "\n".join(["", "  ms in all, calls, ms each", *("  ".join(row) for row in rows)])


def _is_open(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    try:
        main()
    except Refusal as refusal:
        sys.exit(str(refusal))
