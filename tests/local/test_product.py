"""The real web process: pages, streams, slow and large uploads."""

import json
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing

import pytest
import redis

from helpdesk.lib.stream_tokens import Listener, chat_token, listener_token
from tests.product import Product


class Ear:
    """A listener to one stream, as bare as can be."""

    def __init__(self, product: Product, path: str, cookie: str) -> None:
        self.line = socket.create_connection(("127.0.0.1", product.port), timeout=10)
        self.line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
        self.file = self.line.makefile("rb")
        self.status = int(self.file.readline().split()[1])

    def hear(self, event: str) -> str:
        """Return the data of the next event of this name."""
        while line := self.file.readline():
            if line.strip() == f"event: {event}".encode():
                return self.file.readline().decode().removeprefix("data: ").strip()
        return "the stream ended"

    def close(self) -> None:
        self.file.close()
        self.line.close()


@pytest.fixture(scope="module")
def valkey(product: Product) -> Iterator["redis.Redis"]:
    with closing(redis.Redis.from_url(product.valkey.url)) as client:
        yield client


def tell(valkey: "redis.Redis", topic: str, event: str, **data: object) -> None:
    valkey.publish("helpdesk:live", json.dumps({"topic": topic, "event": event, "data": data, "id": None}))


def events_cookie(user_id: int, *, is_agent: bool, session: str = "one") -> str:
    return f"events={listener_token(Listener(user_id, is_agent, session))}"


def test_an_agent_hears_what_all_agents_hear_and_their_own(product: Product, valkey: "redis.Redis") -> None:
    with closing(Ear(product, "/events/agent/", events_cookie(7, is_agent=True))) as ear:
        ear.hear("hello")
        tell(valkey, "user:8", "ticket", id=1)
        tell(valkey, "agents", "ticket", id=2)
        tell(valkey, "user:7", "ticket", id=3)

        heard = [ear.hear("ticket"), ear.hear("ticket")]

    assert heard == ['{"id": 2}', '{"id": 3}']


def test_a_requester_hears_only_what_is_theirs(product: Product, valkey: "redis.Redis") -> None:
    cookie = events_cookie(9, is_agent=False)
    with closing(Ear(product, "/events/me/", cookie)) as ear:
        ear.hear("hello")
        tell(valkey, "agents", "ticket", id=2)
        tell(valkey, "user:9", "ticket", id=3)

        heard = ear.hear("ticket")

    assert heard == '{"id": 3}'
    assert Ear(product, "/events/agent/", cookie).status == 403


def test_a_chat_is_heard_with_its_own_cookie_only(product: Product, valkey: "redis.Redis") -> None:
    cookie = f"chat_events={chat_token('k1')}"
    with closing(Ear(product, "/events/chat/k1/", cookie)) as ear:
        ear.hear("hello")
        tell(valkey, "chat:k1", "message", text="hi")

        heard = ear.hear("message")

    assert heard == '{"text": "hi"}'
    assert Ear(product, "/events/chat/k2/", cookie).status == 403
    assert Ear(product, "/events/agent/", "events=forged:1:x:y:z").status == 403


def test_a_session_that_ended_is_sent_off_and_not_let_in_again(product: Product, valkey: "redis.Redis") -> None:
    cookie, other = events_cookie(11, is_agent=True, session="s1"), events_cookie(11, is_agent=True, session="s2")
    with (
        closing(Ear(product, "/events/agent/", cookie)) as ear,
        closing(Ear(product, "/events/agent/", other)) as stays,
    ):
        ear.hear("hello")
        valkey.set("helpdesk:ended:11:s1", int(time.time()))
        tell(valkey, "end:11", "end", session="s1")
        tell(valkey, "agents", "ticket", id=5)

        heard = [ear.hear("ticket"), stays.hear("ticket")]

    assert heard == ["the stream ended", '{"id": 5}']
    assert Ear(product, "/events/agent/", cookie).status == 403
    assert Ear(product, "/events/agent/", other).status == 200


def test_slow_uploads_hold_nobody_up(product: Product) -> None:
    lines = [socket.create_connection(("127.0.0.1", product.port)) for _ in range(20)]
    for line in lines:
        line.sendall(b"POST /health/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nslow")
    began = time.monotonic()

    with urllib.request.urlopen(f"{product.url}/health/", timeout=10) as response:
        status = response.status

    assert (status, time.monotonic() - began < 2) == (200, True)
    for line in lines:
        line.close()


def test_an_upload_that_is_too_large_is_refused_at_once(product: Product) -> None:
    with closing(socket.create_connection(("127.0.0.1", product.port), timeout=10)) as line:
        line.sendall(b"POST /health/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000000\r\n\r\n")

        answer = line.recv(4000)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_the_web_process_stops_at_once_though_streams_are_open(product: Product) -> None:
    with closing(Ear(product, "/events/agent/", events_cookie(7, is_agent=True))) as ear:
        ear.hear("hello")
        process = product.processes["web"]
        began = time.monotonic()

        process.terminate()
        process.wait(10)

    assert time.monotonic() - began < 3
