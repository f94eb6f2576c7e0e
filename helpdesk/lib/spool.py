"""Takes in a request's body before a thread is spent on it, so that slow uploads hold nobody up."""

import asyncio
from tempfile import SpooledTemporaryFile

from helpdesk.lib.asgi import App, Message, Receive, Scope, Send, answer, header

IN_MEMORY = 1 << 20
PIECE = 1 << 16


class Spool:
    """Wraps an ASGI application; `limit` is in bytes, `silence` and `time` in seconds."""

    def __init__(self, app: App, *, limit: int, silence: float = 30, time: float = 600) -> None:
        self.app = app
        self.limit = limit
        self.silence = silence
        self.time = time

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on when its whole body is here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length = header(scope, b"content-length")
        if length.isdigit() and int(length) > self.limit:
            await self._too_large(send)
            return
        with SpooledTemporaryFile[bytes](max_size=IN_MEMORY) as body:
            if length not in {"", "0"} or header(scope, b"transfer-encoding"):
                try:
                    async with asyncio.timeout(self.time):
                        complete = await self._take(receive, send, body)
                except TimeoutError:
                    await answer(send, 408, "The upload took too long.")
                    return
                if not complete:
                    return
            body.seek(0)
            await self.app(scope, _replay(body, receive), send)

    async def _take(self, receive: Receive, send: Send, body: SpooledTemporaryFile[bytes]) -> bool:
        """Read the body; False when the sender went away or was sent away."""
        size = 0
        while True:
            async with asyncio.timeout(self.silence):
                message = await receive()
            if message["type"] == "http.disconnect":
                return False
            piece = message.get("body", b"")
            size += len(piece)
            if size > self.limit:
                await self._too_large(send)
                return False
            body.write(piece)
            if not message.get("more_body"):
                return True

    async def _too_large(self, send: Send) -> None:
        await answer(send, 413, f"The upload is larger than {self.limit // 1_000_000} MB.")


def _replay(body: SpooledTemporaryFile[bytes], receive: Receive) -> Receive:
    over = False

    async def again() -> Message:
        nonlocal over
        if over:
            return await receive()
        piece = body.read(PIECE)
        over = len(piece) < PIECE
        return {"type": "http.request", "body": piece, "more_body": not over}

    return again
