"""Event streams: raw ASGI, one Valkey subscription for the whole process, no thread and no database for a listener."""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from django.conf import settings
from django.http import parse_cookie
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from helpdesk.lib.asgi import Receive, Scope, Send, answer, header
from helpdesk.lib.live import CHANNEL
from helpdesk.lib.stream_ends import EVERY_SESSION, end_keys
from helpdesk.lib.stream_tokens import Listener, read_chat, read_listener

log = logging.getLogger(__name__)

HEARTBEAT = 20
WAITING = 100
STREAMS_PER_SESSION = 40
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
# What a page gets first, and after every reconnect: it then fetches what it may have missed.
HELLO = b"retry: 2000\nevent: hello\ndata: {}\n\n"


class Stream:
    """One open stream: what it listens to, and what it has still to send."""

    def __init__(self, topics: list[str], session: str = "") -> None:
        self.topics = topics
        self.session = session
        self.waiting: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING)

    def put(self, piece: bytes | None) -> None:
        """Add something to send, None ends the stream; so does a listener who is too slow: they reconnect and ask."""
        if self.waiting.full():
            self.end()
        else:
            self.waiting.put_nowait(piece)

    def end(self) -> None:
        """End the stream, without sending what still waits."""
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)


class Streams:
    """All open streams of this process; an ASGI application."""

    def __init__(self) -> None:
        self.listening: dict[str, set[Stream]] = defaultdict(set)
        self.valkey = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2)
        self.task: asyncio.Task[None] | None = None
        self.over = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream events to whoever may hear them."""
        stream = await self._admit(scope)
        if stream is None:
            await answer(send, 403, "Log in first.")
        elif scope["method"] != "GET":
            await answer(send, 405)
        elif self.over or len(self.listening.get(stream.topics[-1], ())) >= STREAMS_PER_SESSION:
            await answer(send, 503)
        else:
            async with self._open(stream), _watch(receive, stream):
                await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
                await _feed(stream, send)

    def start(self) -> None:
        """Begin to listen to Valkey."""
        self.task = asyncio.create_task(self._listen())

    def end_all(self) -> None:
        """End every stream now; new ones are refused."""
        self.over = True
        self._end(stream for streams in self.listening.values() for stream in streams)

    async def stop(self) -> None:
        """Stop listening to Valkey."""
        self.end_all()
        if self.task is not None:
            self.task.cancel()
            with suppress(asyncio.CancelledError):
                await self.task
        await self.valkey.aclose()

    async def _admit(self, scope: Scope) -> Stream | None:
        """Return a stream for the path, if the cookie admits to it."""
        cookies = parse_cookie(header(scope, b"cookie"))
        match scope["path"].strip("/").split("/"):
            case ["events", "agent" | "me" as kind]:
                listener = read_listener(cookies.get("events", ""))
                if listener is None or (kind == "agent" and not listener.is_agent) or await self._has_ended(listener):
                    return None
                topics = [f"user:{listener.user_id}", f"end:{listener.user_id}"]
                return Stream(["agents", *topics] if kind == "agent" else topics, listener.session)
            case ["events", "chat", key] if key and read_chat(cookies.get("chat_events", "")) == key:
                return Stream([f"chat:{key}"])
        return None

    async def _has_ended(self, listener: Listener) -> bool:
        """Tell whether this admission was taken back. While Valkey is away nothing is told, so nothing can leak."""
        try:
            async with asyncio.timeout(1):
                ends = await self.valkey.mget(end_keys(listener))
        except (RedisError, OSError, TimeoutError):
            return False
        return any(int(end) >= listener.since for end in ends if end is not None)

    @asynccontextmanager
    async def _open(self, stream: Stream) -> AsyncIterator[None]:
        for topic in stream.topics:
            self.listening[topic].add(stream)
        try:
            yield
        finally:
            for topic in stream.topics:
                self.listening[topic].discard(stream)
                if not self.listening[topic]:
                    del self.listening[topic]

    async def _listen(self) -> None:
        """Hear what is published, for ever; after an outage the streams end, so that pages come back and ask."""
        while True:
            try:
                async with self.valkey.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    await self._hear(channel)
            except (RedisError, OSError) as error:
                log.warning("Live updates pause: %s", error)
            self._end(stream for streams in self.listening.values() for stream in streams)
            await asyncio.sleep(1)

    async def _hear(self, channel: PubSub) -> None:
        async for message in channel.listen():
            if message["type"] == "message":
                try:
                    self._tell(json.loads(message["data"]))
                except (ValueError, KeyError, TypeError):
                    log.warning("Something unreadable was published: %.200r", message["data"])

    def _tell(self, said: dict[str, Any]) -> None:
        streams = self.listening.get(said["topic"], ())
        if said["topic"].startswith("end:"):
            session = said["data"]["session"]
            self._end(stream for stream in streams if session in {EVERY_SESSION, stream.session})
            return
        number = f"id: {int(said['id'])}\n" if said.get("id") is not None else ""
        name = "".join(letter for letter in said["event"] if letter.isalnum() or letter in "-_.")
        piece = f"{number}event: {name}\ndata: {json.dumps(said['data'])}\n\n".encode()
        for stream in streams:
            stream.put(piece)

    def _end(self, streams: Any) -> None:
        for stream in set(streams):
            stream.end()


async def _feed(stream: Stream, send: Send) -> None:
    """Send what comes until the stream ends; silence is filled, so that no proxy thinks it is dead."""
    await send({"type": "http.response.body", "body": HELLO, "more_body": True})
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT):
                piece = await stream.waiting.get()
        except TimeoutError:
            piece = b": still here\n\n"
        if piece is None:
            break
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def _watch(receive: Receive, stream: Stream) -> AsyncIterator[None]:
    """End the stream when the listener goes away."""

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        stream.end()

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()
