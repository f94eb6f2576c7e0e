"""
The web process of production: `python -m helpdesk.serve`.

HOST, PORT, WEB_WORKERS (processes, 2) and WEB_THREADS (threads of each, 2) are read from the environment.
"""

import os
import socket

import uvicorn
from uvicorn.supervisors import Multiprocess


class Config(uvicorn.Config):
    """uvicorn's settings, with a listening socket that answers at once."""

    def bind_socket(self) -> socket.socket:
        """Listen; a socket that does not name TCP gets no TCP_NODELAY, and each answer would wait for 40 ms."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.host, self.port))
        listener.set_inheritable(True)
        return listener


def main() -> None:
    """Serve until told to stop."""
    workers = int(os.environ.get("WEB_WORKERS", "2"))
    config = Config(
        "helpdesk.asgi:application",
        host=os.environ.get("HOST", "127.0.0.1"),
        port=int(os.environ.get("PORT", "8000")),
        workers=workers,
        http="httptools",
        loop="asyncio",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        # Whose X-Forwarded-For and -Proto is believed; without the list nobody's is.
        proxy_headers="FORWARDED_ALLOW_IPS" in os.environ,
        timeout_graceful_shutdown=5,
    )
    if workers == 1:
        uvicorn.Server(config).run()
    else:
        Multiprocess(config, [config.bind_socket()]).run()


if __name__ == "__main__":
    main()
