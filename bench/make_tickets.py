"""Make tickets for measuring, as JSON lines: the same arguments always make the same bytes. See README.md."""

import argparse
import json
import sys
from collections.abc import Iterator
from random import Random
from typing import Any

DAY = 86_400
UNTIL = 1_790_000_000
NAMES = "Arndt Birte Cem Dörte Eike Finja Gesa Hauke Imke Jorid Knut Levke Malte Nele Ole Pina Rieke Sönke Tjark Wiebke".split()
SURNAMES = (
    "Ahlers Behrens Clausen Dierks Evers Friedrichs Gerdes Harms Ihnen Janssen Kruse Lührs Meinders Nissen".split()
)
QUEUES = "Annahme Endgeräte Netz Postfächer Druck Konten Telefonie ERP Datenbanken Sicherheit Mobil Server".split()
# What breaks, how, and what helped: German and English side by side. The weights make "Drucker/printer" about 8 %.
MATTERS = [
    (
        8,
        "Drucker",
        "printer",
        ["zieht kein Papier", "druckt grau statt schwarz"],
        ["pulls no paper", "prints grey, not black"],
    ),
    (14, "Kennwort", "password", ["ist abgelaufen", "wird abgelehnt"], ["has expired", "is rejected"]),
    (11, "VPN", "VPN", ["bricht ab", "fragt endlos nach dem Code"], ["disconnects", "asks for the code forever"]),
    (12, "Outlook", "Outlook", ["findet keine alten Mails", "startet nicht"], ["finds no old mail", "does not start"]),
    (10, "Notebook", "laptop", ["bleibt schwarz", "lädt nicht"], ["stays black", "does not charge"]),
    (9, "Netzlaufwerk", "network drive", ["fehlt", "ist schreibgeschützt"], ["is missing", "is read-only"]),
    (
        9,
        "ERP-Client",
        "ERP client",
        ["meldet eine Sperre", "hängt beim Buchen"],
        ["reports a lock", "hangs when posting"],
    ),
    (8, "Headset", "headset", ["ist stumm", "knackt"], ["is silent", "crackles"]),
    (7, "WLAN", "Wi-Fi", ["ist langsam", "verbindet nicht"], ["is slow", "does not connect"]),
    (1, "BitLocker", "BitLocker", ["verlangt den Schlüssel"], ["asks for the key"]),
]
SENTENCES = {
    "de": "Seit heute früh geht es nicht.|Neu starten hat nichts gebracht.|Nebenan ist es genauso.|Ich brauche es bis "
    "Mittag.|Eine Meldung erscheint nicht.|Zu Hause klappt es.|Ein anderes Kabel habe ich probiert.|Danke im Voraus.",
    "en": "It stopped working this morning.|A restart changed nothing.|Next door has the same.|I need it by noon.|There is "
    "no message.|It works at home.|I tried another cable.|Thank you in advance.",
}
ANSWERS = {
    "de": "Ich sehe mir das an.|Bitte melden Sie sich einmal ab und wieder an.|Das Gerät ist jetzt neu zugeordnet.|Geht es "
    "inzwischen?|Der Treiber ist erneuert.|Wir melden uns bis morgen.",
    "en": "I am looking into it.|Please sign out and in again.|The device has been assigned again.|Does it work "
    "now?|The driver has been renewed.|We will get back to you by tomorrow.",
}
STATES = (("new", 1), ("open", 2), ("pending", 1), ("waiting", 1), ("resolved", 8), ("closed", 87))
FIRST_DUE = {"critical": 1800, "high": 4 * 3600, "normal": 8 * 3600, "low": DAY}
LAST_DUE = {"critical": 4 * 3600, "high": DAY, "normal": 3 * DAY, "low": 10 * DAY}


def lines(tickets: int, seed: int, agents: int = 200, requesters: int = 10_000) -> Iterator[dict[str, Any]]:
    """Yield the lines in the order of the format."""
    dice = Random(seed)
    start = UNTIL - 730 * DAY
    yield {"t": "meta", "version": 1, "seed": seed, "tickets": tickets, "from": start, "until": UNTIL}
    for number, name in enumerate(QUEUES, start=1):
        yield {"t": "queue", "id": number, "slug": f"b{number:02d}", "name": name, "email": "", "lang": "de"}
    for number in range(1, agents + 1):
        queues = sorted({number % len(QUEUES) + 1, dice.randint(1, len(QUEUES))})
        yield {"t": "agent", "id": number, **_person(dice, f"agent{number}@desk.example"), "queues": queues}
    for number in range(1, requesters + 1):
        facts = {"phone": f"+49 30 901820 {number:05d}", "dept": dice.choice(QUEUES), "vip": number % 100 == 0}
        yield {"t": "requester", "id": number, **_person(dice, f"person{number}@firm.example"), **facts}
    for number in range(1, tickets + 1):
        created = start + (UNTIL - start) * number // (tickets + 1)
        yield from _ticket(dice, number, created, tickets, agents, requesters)


def _person(dice: Random, email: str) -> dict[str, Any]:
    return {
        "first": dice.choice(NAMES), "last": dice.choice(SURNAMES), "email": email, "lang": dice.choice(["de", "de", "en"])
    }  # fmt: skip


def _ticket(
    dice: Random, number: int, created: int, tickets: int, agents: int, requesters: int
) -> Iterator[dict[str, Any]]:
    language = dice.choice(["de", "de", "en"])
    matter = dice.choices(MATTERS, weights=[m[0] for m in MATTERS])[0]
    thing, trouble = (matter[1], dice.choice(matter[3])) if language == "de" else (matter[2], dice.choice(matter[4]))
    state = dice.choices([s for s, _ in STATES], weights=[w for _, w in STATES])[0]
    if number < tickets * 0.6 and state in ("new", "open", "pending", "waiting"):
        state = "closed"  # what is open is mostly young
    elif number > tickets * 0.95 and dice.random() < 0.45:
        state = dice.choices(["new", "open", "pending", "waiting"], weights=[20, 45, 20, 15])[0]
    agent = None if state == "new" else dice.randint(1, agents)
    requester = min(requesters, int(dice.paretovariate(0.7) * 10) % requesters + 1)
    priority = dice.choices(["critical", "high", "normal", "low"], weights=[2, 13, 70, 15])[0]
    texts = list(_messages(dice, number, created, language, thing, trouble, agent, requester))
    done = state in ("resolved", "closed")
    last = min(texts[-1]["at"], UNTIL)
    due = created + LAST_DUE[priority]
    if not done and dice.random() < 0.7:
        due = max(due, UNTIL + dice.randint(600, 5 * DAY))
    yield {
        "t": "ticket", "id": number, "queue": min(len(QUEUES), int(dice.paretovariate(0.9))), "requester": requester,
        "agent": agent, "subject": f"{thing} {trouble} (PC-{dice.randrange(20_000):05d})", "status": state,
        "priority": priority, "channel": dice.choices(["email", "web", "phone", "chat"], weights=[58, 22, 15, 5])[0],
        "lang": language, "created": created, "first_response_due": created + FIRST_DUE[priority], "resolution_due": due,
        "first_response": next((m["at"] for m in texts if m["kind"] == "reply"), None), "resolved": last if done else None,
        "closed": min(last + 5 * DAY, UNTIL) if state == "closed" else None, "updated": last, "tags": [matter[2]],
        "messages": len(texts),
    }  # fmt: skip
    yield from texts


def _messages(
    dice: Random, number: int, created: int, language: str, thing: str, trouble: str, agent: int | None, requester: int
) -> Iterator[dict[str, Any]]:
    count = 20 if number % 500 == 0 and agent else 1 if agent is None else dice.choice([2, 3, 3, 4, 4, 5, 6, 8])
    at = created
    for n in range(1, count + 1):
        kind = "request" if n == 1 else "reply" if n == 2 else dice.choice(["reply", "customer", "customer", "note"])
        staff = kind in ("reply", "note")
        pool = (ANSWERS if staff else SENTENCES)[language].split("|")
        body = " ".join(dice.sample(pool, dice.randint(2, 5)))
        if n == 1:
            body = (
                f"{thing} {trouble}. {body}\n\n{'Fehler' if language == 'de' else 'Error'} {dice.getrandbits(32):08X}"
            )
            body += f"\nINC-CODE-{number}" if number % 1000 == 0 else ""
        yield {
            "t": "message", "ticket": number, "n": n, "kind": kind, "from_type": "agent" if staff else "requester",
            "from_id": agent if staff else requester, "at": min(at, UNTIL), "mid": f"<b{number}.{n}@desk.example>",
            "body": body,
        }  # fmt: skip
        at += dice.randint(300, DAY)


def main() -> None:
    """Write to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for line in lines(arguments.tickets, arguments.seed):
        sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
