"""A real authorization server for these tests: authorization code with PKCE, refresh tokens, and every way to refuse."""

import base64
import hashlib
import json
import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit


@dataclass
class AuthorizationServer:
    """Gives tokens for one account; its switches make it behave like the bad days of real ones."""

    client_id: str = "client-1"
    client_secret: str = "client-secret-1"
    account: str = "support@helpdesk.example"
    rotates: bool = True
    lasts: int | None = 3600
    broken: str = ""  # what it says instead of JSON
    refuses: str = ""  # the error it answers with
    gives_refresh: bool = True
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    access_tokens: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)
    wanted: list[dict[str, str]] = field(default_factory=list)

    def __enter__(self) -> "AuthorizationServer":
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.authorize(self)

            def do_POST(self) -> None:
                server.token(self)

            def log_message(self, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def revoke(self) -> None:
        """Let the person at the provider take back the permission."""
        self.refresh_tokens.clear()
        self.access_tokens.clear()

    def authorize(self, request: BaseHTTPRequestHandler) -> None:
        """Take the browser's visit as consent, and send it back with a code."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
        self.wanted.append(asked)
        back = {"state": asked["state"]}
        if self.refuses:
            back["error"] = self.refuses
        else:
            assert (asked["client_id"], asked["response_type"]) == (self.client_id, "code")
            assert asked["code_challenge_method"] == "S256"
            code = back["code"] = secrets.token_urlsafe(8)
            self.codes[code] = asked
        request.send_response(302)
        request.send_header("Location", f"{asked['redirect_uri']}?{urlencode(back)}")
        request.end_headers()

    def token(self, request: BaseHTTPRequestHandler) -> None:
        """Give tokens for a code or a refresh token, or say why not."""
        text = request.rfile.read(int(request.headers["Content-Length"])).decode()
        asked = {name: values[0] for name, values in parse_qs(text).items()}
        self.asked.append(asked)
        status, answer = self._answer(asked)
        body = self.broken.encode() or json.dumps(answer).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def _answer(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if self.refuses:
            return 400, {"error": self.refuses, "error_description": "AADSTS1: the reason"}
        if (asked["client_id"], asked.get("client_secret")) != (self.client_id, self.client_secret):
            return 401, {"error": "invalid_client", "error_description": "no such client"}
        if asked["grant_type"] == "authorization_code":
            return self._first(asked)
        if asked["refresh_token"] not in self.refresh_tokens:
            return 400, {"error": "invalid_grant", "error_description": "token was revoked"}
        if self.rotates:
            self.refresh_tokens.discard(asked["refresh_token"])
        return 200, self._tokens(refresh=self.rotates)

    def _first(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        begun = self.codes.pop(asked["code"], None)
        digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if begun is None or begun["code_challenge"] != challenge or begun["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant", "error_description": "wrong code"}
        claims = base64.urlsafe_b64encode(json.dumps({"email": self.account}).encode()).rstrip(b"=").decode()
        return 200, self._tokens(refresh=self.gives_refresh) | {"id_token": f"e30.{claims}.sig"}

    def _tokens(self, *, refresh: bool) -> dict[str, Any]:
        access = secrets.token_urlsafe(16)
        self.access_tokens.add(access)
        answer: dict[str, Any] = {"access_token": access, "token_type": "Bearer", "scope": "less than was asked"}
        if self.lasts is not None:
            answer["expires_in"] = self.lasts
        if refresh:
            answer["refresh_token"] = secrets.token_urlsafe(16)
            self.refresh_tokens.add(answer["refresh_token"])
        return answer
