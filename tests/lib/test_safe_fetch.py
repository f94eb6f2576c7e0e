"""Requests to elsewhere go to the open internet only, whatever they are told."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from helpdesk.lib.safe_fetch import MOST_BYTES, Unreachable, fetch, is_public
from tests.channels_intake.tls import make_certificate, server_context

INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.2.1", "224.0.0.1", "255.255.255.255", "192.88.99.1", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "fec0::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1", "2001::1", "2001:db8::1",
]  # fmt: skip


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Let it say in English why it refuses."""
    with override("en"):
        yield


@pytest.mark.parametrize("address", INSIDE)
def test_what_lies_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["9.9.9.9", "93.184.216.34", "2620:fe::fe", "2a00:1450:4001::1", "::ffff:9.9.9.9"])
def test_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@contextmanager
def serving(
    answer: Callable[[BaseHTTPRequestHandler], None], tls: ssl.SSLContext | None = None
) -> Iterator[tuple[str, list[str]]]:
    """Serve on loopback, and give the address and the requests that came."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(f"{self.headers['Host']} {self.path}")
            answer(self)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()


def plainly(handler: BaseHTTPRequestHandler) -> None:
    """Answer with a word."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5")
    handler.end_headers()
    handler.wfile.write(b"hello")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_nothing_of_this_machine_is_asked_however_it_is_written(host: str) -> None:
    with serving(plainly) as (url, seen):
        port = url.rpartition(":")[2]
        for address in (f"http://{host}:{port}/", f"http://{host}/"):
            with pytest.raises(Unreachable):
                fetch(address)
    assert seen == []


@pytest.mark.parametrize("entry", ["127.0.0.1", "127.0.0.0/8", "127.0.0.1:{port}"])
def test_what_the_operator_allows_is_asked(settings: Any, entry: str) -> None:
    with serving(plainly) as (url, seen):
        settings.OUTGOING_ALLOWED = [entry.format(port=url.rpartition(":")[2])]
        answer = fetch(f"{url}/a?b=c", needs_tls=True)

    assert (answer.status, answer.body) == (200, b"hello")
    assert seen == [f"{url.removeprefix('http://')} /a?b=c"]


def test_another_port_than_the_allowed_one_is_not_asked(settings: Any) -> None:
    settings.OUTGOING_ALLOWED = ["127.0.0.1:1"]
    with serving(plainly) as (url, seen), pytest.raises(Unreachable):
        fetch(url)
    assert seen == []


@pytest.mark.parametrize("url", ["http://9.9.9.9:25/", "https://9.9.9.9:6379/"])
def test_other_ports_are_not_asked(url: str) -> None:
    with pytest.raises(Unreachable, match="80"):
        fetch(url)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.com/", "gopher://example.com/", "//example.com", "example.com",
        "http://user@9.9.9.9/", "http://9.9.9.9:99999/", "http://9.9.9.9/\r\nX: y", "http://[::1/", "http:///x",
    ],
)  # fmt: skip
def test_what_is_no_address_on_the_web_is_refused(url: str) -> None:
    with pytest.raises(Unreachable):
        fetch(url)


def test_without_tls_nothing_secret_leaves() -> None:
    with pytest.raises(Unreachable, match="https://"):
        fetch("http://9.9.9.9/", needs_tls=True)


def test_a_redirect_is_not_followed(settings: Any) -> None:
    settings.OUTGOING_ALLOWED = ["127.0.0.1"]

    def lead_on(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", "/elsewhere")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with serving(lead_on) as (url, seen):
        answer = fetch(url)

    assert (answer.status, answer.headers["location"], len(seen)) == (302, "/elsewhere", 1)


def test_a_name_is_looked_up_once_and_means_the_same_until_the_end(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name server answers with an allowed address first, and leads elsewhere when it is asked again."""
    settings.OUTGOING_ALLOWED = ["127.0.0.1/32"]
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host != "rebind.example":
            return real(host, port, *args, **kwargs)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "127.0.0.2", port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with serving(plainly) as (url, seen):
        port = url.rpartition(":")[2]
        assert fetch(f"http://rebind.example:{port}/").body == b"hello"
        with pytest.raises(Unreachable):
            fetch(f"http://rebind.example:{port}/")

    assert seen == [f"rebind.example:{port} /"]


def test_a_name_with_one_address_inside_is_not_asked_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("9.9.9.9", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: rows)

    with pytest.raises(Unreachable, match="private network"):
        fetch("http://mixed.example/")


def test_too_much_is_not_read(settings: Any) -> None:
    settings.OUTGOING_ALLOWED = ["127.0.0.1"]

    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b"x" * (MOST_BYTES + 1000))

    with serving(flood) as (url, _), pytest.raises(Unreachable, match="too much"):
        fetch(url)


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_server_that_drips_is_left_after_five_seconds(settings: Any, part: str) -> None:
    settings.OUTGOING_ALLOWED = ["127.0.0.1"]

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n" + (b"\r\n" if part == "body" else b"X-Slow: "))
        for _ in range(40):
            time.sleep(0.25)
            handler.wfile.write(b"x")

    started = time.monotonic()
    with serving(drip) as (url, _), pytest.raises(Unreachable, match="does not answer"):
        fetch(url)
    assert time.monotonic() - started < 7


def test_a_certificate_nobody_vouches_for_is_refused(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTGOING_ALLOWED = ["127.0.0.1"]
    certificate = make_certificate(tmp_path)
    with serving(plainly, server_context(certificate)) as (url, seen):
        with pytest.raises(Unreachable, match="certificate"):
            fetch(url)
        assert seen == []

        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert fetch(url).body == b"hello"
