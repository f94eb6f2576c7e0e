"""The web process: pages in a fixed number of threads, event streams in none."""

import asyncio
import os
import signal
from types import FrameType
from typing import Any, cast

from a2wsgi import WSGIMiddleware

from helpdesk.lib.asgi import App, Receive, Scope, Send
from helpdesk.lib.spool import Spool
from helpdesk.wsgi import application as django

# After Django is set up by the line above.
from helpdesk.streams import Streams  # isort: skip

THREADS = int(os.environ.get("WEB_THREADS", "2"))
UPLOAD_LIMIT = 50_000_000


class Dispatch:
    """Sends each request where it belongs, by its path."""

    def __init__(self) -> None:
        self.pages: App = Spool(cast(App, WSGIMiddleware(cast(Any, django), workers=THREADS)), limit=UPLOAD_LIMIT)
        self.streams: Streams | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["path"].startswith("/events/") and self.streams is not None:
            await self.streams(scope, receive, send)
        else:
            # WSGI would read X_Forwarded_For as X-Forwarded-For, which only a proxy may say.
            headers = [(name, value) for name, value in scope["headers"] if b"_" not in name]
            await self.pages({**scope, "headers": headers}, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self.streams = Streams()
        self.streams.start()
        _before_signals(self.streams.end_all)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.streams.stop()
        await send({"type": "lifespan.shutdown.complete"})


def _before_signals(end_all: Any) -> None:
    """End the streams as soon as we are told to stop: the server would wait for them until its time is up."""
    loop = asyncio.get_running_loop()

    def wrap(number: signal.Signals) -> None:
        present = signal.getsignal(number)

        def handle(received: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(end_all)
            if callable(present):
                present(received, frame)

        signal.signal(number, handle)

    try:
        wrap(signal.SIGTERM)
        wrap(signal.SIGINT)
    except ValueError:  # not the main thread: whoever runs us there handles no signals either
        pass


application = Dispatch()
