"""
Three whole instances of the product and the machines they write to.

Each instance sends by SMTP to the hub, and the hub hands its mails to whom they are for: to the door of another instance,
or to a machine that answers. It counts what passes.
"""

import asyncio
import secrets
import smtplib
import socket
from collections import Counter
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import make_msgid, parseaddr
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from helpdesk.local import children, processes
from tests.product import Product, free_port

MOST = 3
NAMES = ("a", "b", "c")
TOLD_BY = ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "X-Helpdesk-Loop", "X-Autoreply")
THREAD = ("In-Reply-To", "References")
PEERS = {
    "support@b.example": "another helpdesk of our kind",
    "support@c.example": "another one; between us all headers that tell of machines and threads are lost",
    "holiday@robot.example": "a robot that answers every mail in plain text, like a person",
    "full@bounces.example": "an address whose mail comes back (RFC 3464)",
    "gone@bounces.example": "an address whose mail comes back as plain text from a postmaster",
    "list@lists.example": "a mailing list we are on, which writes as itself",
}
_STAGE = """
from channels_intake.models import Mailbox
from tickets.models import Queue
queue = Queue.objects.create(slug="support", name_de="Support", name_en="Support", is_default=True)
Mailbox.objects.create(name="Support", address="support@{name}.example", queue=queue)
"""


class World:
    """All of it; `passed` counts the mails to and from each peer after the first one."""

    def __init__(self, folder: Path, databases: dict[str, str]) -> None:
        self.passed: Counter[str] = Counter()
        self._hub = Controller(self, hostname="127.0.0.1", port=free_port())
        self._doors = {name: free_port() for name in NAMES}
        self._at_work: set[asyncio.Task[None]] = set()
        self.products = {}
        for name, url in databases.items():
            (folder / name).mkdir(parents=True)
            self.products[name] = Product(
                folder / name, url, SECRET_KEY=secrets.token_urlsafe(40), EMAIL_HOST="127.0.0.1",
                EMAIL_PORT=str(self._hub.port), EMAIL_FROM=f"Support <support@{name}.example>",
                MAIL_DOMAIN=f"{name}.example", LOG_LEVEL="WARNING", DEFAULT_LANGUAGE="en",
            )  # fmt: skip

    def start(self) -> None:
        """Start everything."""
        self._hub.start()
        for name, product in self.products.items():
            product.manage("shell", "-v", "0", "-c", _STAGE.format(name=name))
            product.start()
            product.run(processes.smtp_door(self._doors[name]))
        for name, port in self._doors.items():
            assert children.wait_until(lambda port=port: _is_open(port), within=30), self.products[name].logs()

    def stop(self) -> None:
        """Stop everything."""
        for product in self.products.values():
            product.stop()
        self._hub.stop()

    def write_first_mails(self) -> None:
        """Let a mail come from each peer to the first instance."""
        for address in PEERS:
            mail = _mail(address, "support@a.example", "Printer on fire")
            _hand_over(self._doors["a"], mail, address, "support@a.example")

    def table(self) -> str:
        """Say how many automatic mails went to and fro."""
        rows = [f"  {self.passed[peer]:5}  {peer:24} {words}" for peer, words in PEERS.items()]
        return "\n".join([f"\nAutomatic mails, at most {MOST} each:", "", *rows])

    @property
    def is_quiet(self) -> bool:
        """Tell whether nobody wrote too much."""
        return all(self.passed[peer] <= MOST for peer in PEERS)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Pass a mail on, a moment later, as mail servers do."""
        mail = message_from_bytes(envelope.content, policy=SMTP)
        task = asyncio.create_task(asyncio.to_thread(self._pass_on, mail, envelope.mail_from, envelope.rcpt_tos[0]))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        return "250 taken"

    def _pass_on(self, mail: Message, sender: str, recipient: str) -> None:
        writer, to = parseaddr(str(mail["From"]))[1], recipient.lower()
        self.passed[to if to in PEERS else writer] += 1
        domain = to.partition("@")[2]
        if "support@c.example" in (writer, to):
            _strip(mail)
            sender = writer
        if domain.partition(".")[0] in self._doors:
            _hand_over(self._doors[domain.partition(".")[0]], mail, sender, to)
        elif answer := _answer(to, mail):
            self.passed[to] += 1
            _hand_over(self._doors[writer.partition("@")[2].partition(".")[0]], *answer, writer)


def _strip(mail: Message) -> None:
    for name in (*TOLD_BY, *THREAD, "Message-ID", "Subject"):
        del mail[name]
    mail["Message-ID"] = make_msgid(domain="stripped.example")
    mail["Subject"] = "A message"


def _answer(address: str, mail: Message) -> tuple[Message, str] | None:
    """Write what a machine answers, and as whom it sends that."""
    writer = parseaddr(str(mail["From"]))[1]
    if address == "holiday@robot.example":
        return _mail(address, writer, "On holiday", "I am on holiday until Monday."), address
    if address == "full@bounces.example":
        return _report(address, writer, mail), ""
    if address == "gone@bounces.example":
        text = f"Sorry, I was not able to deliver your message to {address}: no such user here."
        return _mail("postmaster@bounces.example", writer, "failure notice", text), "postmaster@bounces.example"
    if address == "list@lists.example":
        mail.replace_header("From", f"A list <{address}>")
        mail["List-Id"], mail["List-Post"] = "<list.lists.example>", f"<mailto:{address}>"
        return mail, "list-bounces@lists.example"
    return None


def _mail(sender: str, to: str, subject: str, text: str = "It burns on the third floor.") -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = make_msgid(domain=sender.partition("@")[2])
    mail.set_content(text)
    return mail


def _report(address: str, to: str, about: Message) -> Message:
    head = f"Message-ID: {about['Message-ID']}\r\nSubject: {about['Subject']}\r\n"
    raw = (
        f"From: MAILER-DAEMON@bounces.example\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: {make_msgid(domain='bounces.example')}\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThe mailbox is full.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; bounces.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{head}\r\n--b--\r\n"
    )
    return message_from_bytes(raw.encode(), policy=SMTP)


def _is_open(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _hand_over(port: int, mail: Message, sender: str, to: str) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.sendmail(sender, [to], mail.as_bytes())
