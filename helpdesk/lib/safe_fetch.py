"""Every HTTP request of ours to elsewhere: only to public addresses, to the one that was checked, and never led on."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext

SECONDS = 5.0
MOST_BYTES = 1_000_000
_PORTS = {"http": 80, "https": 443}
# Public by the letter, but they lead to an address that is written inside of them, or to one's own network.
_DISGUISES = [
    ipaddress.ip_network(text)
    for text in ("2002::/16", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "fec0::/10", "192.88.99.0/24", "::/96")
]
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unreachable(Exception):
    """The address may not be asked, or does not answer as it should; the message says why to an administrator."""


@dataclass(frozen=True)
class Answer:
    """What the server said, whatever its status."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def fetch(
    url: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    needs_tls: bool = False,
) -> Answer:
    """
    Ask an address outside, within five seconds; a redirect is an answer like any other.

    Hosts and networks in OUTGOING_ALLOWED may be private, on any port, and without TLS where it is needed else.

    :raises Unreachable: if it may not be asked, does not answer, or answers too much.
    """
    until = time.monotonic() + SECONDS
    parts, port = _parts(url)
    is_listed = _is_listed(parts.hostname or "", port)
    address = _checked_address(parts.hostname or "", port, is_listed=is_listed)
    if not is_listed and not _is_in_listed_network(address):
        if port not in _PORTS.values():
            raise Unreachable(gettext("Port %(port)s is not allowed; only 80 and 443 are.") % {"port": port})
        if needs_tls and parts.scheme != "https":
            raise Unreachable(gettext("The address must begin with https://."))
    try:
        return _ask(parts, str(address), port, method, body, dict(headers or {}), until)
    except ssl.SSLCertVerificationError as error:
        words = gettext("The certificate of %(host)s is not valid: %(why)s")
        raise Unreachable(words % {"host": parts.hostname, "why": error.verify_message}) from error
    except (OSError, HTTPException) as error:
        if time.monotonic() >= until or isinstance(error, TimeoutError):
            raise Unreachable(gettext("%(host)s does not answer.") % {"host": parts.hostname}) from error
        words = gettext("%(host)s cannot be reached: %(why)s")
        raise Unreachable(words % {"host": parts.hostname, "why": str(error)[:200] or type(error).__name__}) from error


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the open internet."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if any(found in network for network in _DISGUISES if network.version == found.version):
        return False
    return found.is_global and not found.is_multicast


def _parts(url: str) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), 0
    if not port or not parts.hostname or parts.username is not None or not url.isascii() or not url.isprintable():
        raise Unreachable(gettext("%(url)s is no address on the web.") % {"url": url[:200]})
    return parts, port


def _is_listed(host: str, port: int) -> bool:
    listed = {entry.lower() for entry in settings.OUTGOING_ALLOWED}
    return host.lower() in listed or f"{host.lower()}:{port}" in listed


def _is_in_listed_network(address: _Address) -> bool:
    return any(
        address in network
        for network in map(_network, settings.OUTGOING_ALLOWED)
        if network and _same(network, address)
    )


def _same(network: ipaddress.IPv4Network | ipaddress.IPv6Network, address: _Address) -> bool:
    return network.version == address.version


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None


def _checked_address(host: str, port: int, *, is_listed: bool) -> _Address:
    """Resolve once; one address that is not public spoils them all."""
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(gettext("There is no server named %(host)s.") % {"host": host}) from None
    found = [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in rows]
    if not is_listed:
        for address in found:
            if not is_public(str(address)) and not _is_in_listed_network(address):
                words = gettext("%(host)s is inside of a private network; the operator must allow it.")
                raise Unreachable(words % {"host": host})
    return next((address for address in found if address.version == 4), found[0])


class _Pinned(HTTPConnection):
    """Connects to the address that was checked, whatever the name means by now."""

    pinned = ""

    def connect(self) -> None:
        self.sock = socket.create_connection((self.pinned, self.port), self.timeout)


class _PinnedTls(HTTPSConnection):
    pinned = ""

    def connect(self) -> None:
        plain = socket.create_connection((self.pinned, self.port), self.timeout)
        try:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def _ask(
    parts: SplitResult,
    pinned: str,
    port: int,
    method: str,
    body: bytes | None,
    headers: dict[str, str],
    until: float,
) -> Answer:
    kind = _PinnedTls if parts.scheme == "https" else _Pinned
    connection = kind(parts.hostname or "", port, timeout=max(0.1, until - time.monotonic()))
    connection.pinned = pinned
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with closing(connection):
        connection.connect()
        # The timeout of a socket counts anew with every byte; this one does not.
        watch = threading.Timer(max(0.1, until - time.monotonic()), _cut, [connection.sock])
        watch.daemon = True
        watch.start()
        try:
            connection.request(method, path, body, {"Accept-Encoding": "identity", **headers})
            return _read(connection.getresponse(), parts, until)
        finally:
            watch.cancel()


def _read(response: HTTPResponse, parts: SplitResult, until: float) -> Answer:
    body = response.read(MOST_BYTES + 1)
    if time.monotonic() >= until:
        raise TimeoutError
    if len(body) > MOST_BYTES:
        raise Unreachable(gettext("%(host)s answers too much.") % {"host": parts.hostname})
    return Answer(response.status, body, {name.lower(): value for name, value in response.getheaders()})


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):  # it may be over already
        connection.shutdown(socket.SHUT_RDWR)
