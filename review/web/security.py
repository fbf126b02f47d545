"""What stands between another page open in the same browser and this review.

Without accounts the server answers this machine only. Three checks keep other web pages out: the Host
header must be ours (DNS rebinding makes another name point here), a request that changes something
must come from one of our own pages (Origin) and carry a token that only they can read, and its body
must be JSON, which no foreign form can send.
"""

from __future__ import annotations

import hmac
import json

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 64 * 1024
TOKEN_HEADER = "x-picosieve-token"
_CHANGING = {"POST", "PUT", "PATCH", "DELETE"}

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Guard:
    """ASGI middleware that refuses foreign requests and adds the security headers.

    Parameters
    ----------
    app : ASGI application
    port : int
        The port that the server answers on; part of Host and Origin.
    token : str
        What every changing request must carry in `X-Picosieve-Token`.
    """

    def __init__(self, app: ASGIApp, *, port: int, token: str) -> None:
        self.app = app
        self.hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        if port == 80:
            self.hosts |= {"127.0.0.1", "localhost", "[::1]"}
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse with a reason."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                static = scope["path"].startswith("/static/")
                extra = HEADERS | {"cache-control": "no-cache" if static else "no-store"}
                message["headers"] = [
                    *message["headers"],
                    *((name.encode(), value.encode()) for name, value in extra.items()),
                ]
            await send(message)

        problem = self._problem(scope)
        if problem is not None:
            await _answer(send_with_headers, *problem)
            return
        body = await _body(receive) if scope["method"] in _CHANGING else None
        if scope["method"] in _CHANGING and body is None:
            told = f"the request is larger than {MAX_BODY // 1024} kB; nothing was written"
            await _answer(send_with_headers, 413, "too_large", told)
            return
        await self.app(scope, receive if body is None else _replay(body), send_with_headers)

    def _problem(self, scope: Scope) -> tuple[int, str, str] | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if host not in self.hosts:
            return 421, "host", f"this server is not {host!r}; open http://127.0.0.1 with its port instead"
        if scope["method"] not in _CHANGING:
            return None
        origin = headers.get("origin")
        if origin is None or origin.removeprefix("http://") not in self.hosts or origin != f"http://{host}":
            return 403, "origin", "the request came from another web page; nothing was written"
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return 403, "origin", "the request came from another web page; nothing was written"
        if not hmac.compare_digest(headers.get(TOKEN_HEADER, "").encode(), self.token.encode()):
            return 403, "stale", "this page is older than the server; reload it. Nothing was written"
        if headers.get("content-type", "").split(";")[0].strip() != "application/json":
            return 415, "type", "the request must be JSON; nothing was written"
        return None


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when it is too large."""
    parts: bytes = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return parts
        parts += bytes(message.get("body", b""))
        if len(parts) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return parts


def _replay(body: bytes) -> Receive:
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _answer(send: Send, status: int, code: str, message: str) -> None:
    body = json.dumps({"error": code, "message": message}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
