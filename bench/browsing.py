"""A client with keep-alive and a session, and measuring many of them at once."""

import gzip
import http.client
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode

TOKEN = "b" * 32  # cookie and header just have to be the same


class Wrong(Exception):
    """A page did not answer as it should."""


@dataclass(frozen=True)
class Ask:
    """One request, the status and a text its answer must have."""

    path: str
    form: Mapping[str, str] | None = None
    status: int = 200
    expect: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Client:
    """One browser."""

    def __init__(self, port: int, session: str) -> None:
        self.port = port
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {
            "Accept-Encoding": "gzip",
            "Accept-Language": "en",
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Origin": f"http://127.0.0.1:{port}",
        }

    def do(self, ask: Ask) -> tuple[float, int]:
        """
        Send a request and return the seconds until its last byte came and the bytes of the body.

        :raises Wrong: if the answer is not the expected one.
        """
        headers, body, method = {**self.headers, **ask.headers}, None, "GET"
        if ask.form is not None:
            body, method = urlencode(ask.form), "POST"
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self.line.request(method, ask.path, body, headers)
        response = self.line.getresponse()
        data = response.read()
        seconds = time.perf_counter() - began
        if response.status != ask.status:
            where = response.getheader("Location", "")
            raise Wrong(f"{method} {ask.path}: {response.status} {where} instead of {ask.status}")
        if ask.expect:
            text = (gzip.decompress(data) if response.getheader("Content-Encoding") == "gzip" else data).decode()
            if ask.expect not in text + response.getheader("Location", ""):
                raise Wrong(f"{method} {ask.path}: lacks {ask.expect!r}: {text[:200]}")
        return seconds, len(data)


@dataclass
class Sample:
    """What a bounded stretch of requests showed."""

    seconds: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    wall: float = 0.0

    def percentile(self, share: float) -> float:
        """Give a percentile in milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def browse(clients: list[Client], asks: Callable[[], Ask], *, most: int, within: float) -> Sample:
    """
    Let all clients ask until `most` answers have come or the time is up.

    :raises Wrong: if an answer is not the expected one.
    """
    sample, failures, numbers = Sample(), [], count()
    end = time.perf_counter() + within

    def work(client: Client) -> None:
        client.line.close()  # a new connection: the server ends one that was idle for some seconds
        for ask in _until(numbers, most, end, asks):
            try:
                seconds, size = client.do(ask)
            except (Wrong, OSError, http.client.HTTPException) as failure:
                failures.append(failure)
                return
            sample.seconds.append(seconds)
            sample.sizes.append(size)

    began = time.perf_counter()
    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sample.wall = time.perf_counter() - began
    if failures:
        raise Wrong(str(failures[0]))
    return sample


def _until(numbers: Iterator[int], most: int, end: float, asks: Callable[[], Ask]) -> Iterator[Ask]:
    while next(numbers) < most and time.perf_counter() < end:
        yield asks()
