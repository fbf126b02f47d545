"""The server of one project, with its worker beside it as a child process."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn

from data.errors import ScreeningError
from data.project import Project
from review.web.app import create_app

_RESTART_SECONDS, _MOST_SECONDS = 0.5, 30.0


class ServeError(ScreeningError):
    """The server cannot start here."""


def serve(
    project: Project,
    *,
    person: str,
    host: str = "127.0.0.1",
    port: int = 8000,
    on_ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Answer until interrupted; the worker starts and ends with the server.

    Raises
    ------
    ServeError
        The host is not this machine, or the port is taken.
    """
    listener = listen(host, port)
    port = listener.getsockname()[1]
    app = create_app(project, person=person, port=port)
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", ws="none")
    with listener, worker_beside(project.folder):
        on_ready(f"http://{'[::1]' if ':' in host else '127.0.0.1'}:{port}")
        uvicorn.Server(config).run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to this machine only."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError as err:
        raise ServeError(f"--host {host!r}: give 127.0.0.1, ::1 or localhost") from err
    if not address.is_loopback:
        raise ServeError(
            f"--host {host}: without accounts the review is served to this machine only; give 127.0.0.1"
        )
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((str(address), port))
        listener.listen(128)  # else two servers may bind one port under SO_REUSEADDR before either listens
    except OSError as err:
        listener.close()
        raise ServeError(
            f"port {port} of {host} cannot be had ({err.strerror}); another program has it, perhaps"
            f" another review: try --port {port + 1}"
        ) from err
    return listener


@contextlib.contextmanager
def worker_beside(folder: Path) -> Iterator[None]:
    """Keep a worker of the project running; started again if it ends before the server does."""
    over = threading.Event()

    def keep() -> None:
        pause = _RESTART_SECONDS
        while not over.is_set():
            begun = time.monotonic()
            # -P: a folder named `data` or `review` where the command was given is not ours.
            command = [sys.executable, "-P", "-m", "review.worker", str(folder)]
            with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
                while not over.is_set() and child.poll() is None:
                    over.wait(0.1)
                child.terminate()
            # One that ends at once (another worker runs, say) is tried again ever more seldom.
            pause = _RESTART_SECONDS if time.monotonic() - begun > 10 else min(2 * pause, _MOST_SECONDS)
            over.wait(pause)

    thread = threading.Thread(target=keep, name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=10)
