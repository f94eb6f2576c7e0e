"""Loads what the places show in a real browser, and tells what ran and who was asked."""

import re
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, Page

from helpdesk.untrusted.rendering import Shown

AT_ONCE = 16
_OURS = re.compile(r"/(?:bare|policy)/(\d+)|/static/[\w./-]+|/tickets/|/mail/|/intake/|/events/")
_VECTORS = re.compile(r"[?&](?:hx=)?ran(?:&|$)")
# What Chromium asks of its maker by itself.
_BROWSERS_OWN = re.compile(r"[\w.-]+\.(?:googleapis|google|gvt1)\.com:443|http://[\w.-]+\.(?:google|gvt1)\.com/")
_KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
_CHANGING = re.compile(r"[\w-]{36,}|\d+|[0-9a-f-]{32,36}")
_OPEN = """async paths => {
    document.body.replaceChildren();
    const frames = paths.map(path => Object.assign(document.createElement("iframe"), {src: path}));
    const all = frames.map(one => new Promise(done => { one.onload = done; setTimeout(done, 3000); }));
    document.body.append(...frames);
    await Promise.all(all);
    await new Promise(done => setTimeout(done, 60));
    const ran = frames.map(one => { try { return one.contentWindow.ran ?? null } catch { return "gone elsewhere" } });
    const top = window.ran; delete window.ran;
    return [ran, top ?? null];
}"""
# Parsed by the browser, but as a document that does nothing: whatever could act shows.
_ARMED = """pages => pages.map(html => {
    const page = new DOMParser().parseFromString(html, "text/html"), found = [];
    const get = (one, name) => Object.getOwnPropertyDescriptor(Element.prototype, name).get.call(one);
    const ours = value => /^(?:\\/(?!\\/)|#|\\?|$)/.test(value);
    for (const one of page.querySelectorAll("*")) {
        const tag = get(one, 'localName');
        if (tag === "script" && !(ours(one.getAttribute("src") ?? "x:") && !one.textContent.trim())) found.push("script");
        if (["iframe", "object", "embed", "applet", "frame", "base", "portal", "math", "foreignObject", "audio", "video",
             "source", "track", "marquee"].includes(tag) && !(tag === "iframe" && one.hasAttribute("sandbox"))) found.push(tag);
        if (tag === "meta" && /refresh|cookie/i.test(one.httpEquiv)) found.push("meta " + one.httpEquiv);
        if (tag === "link" && !ours(one.getAttribute("href") ?? "")) found.push("link");
        for (const {name, value} of get(one, 'attributes')) {
            const bare = value.replace(/[\\0-\\x20\\x7f-\\x9f\\xad\\u200b-\\u200f\\u2028-\\u202f\\u2060-\\u2069\\ufeff]/g, "");
            if (/^on/.test(name) || /^(srcdoc|ping|manifest|is)$/.test(name)) found.push(`${tag} ${name}`);
            if (/^(?:data-)?hx-/.test(name) && (/[?&](?:hx=)?ran\\b|^js:|\\bran=/.test(value) || /^(?:data-)?hx-on/.test(name))) found.push(`${tag} ${name}`);
            if (/^(href|xlink:href|action|formaction)$/.test(name)
                && !/^(https?:\\/\\/|mailto:|tel:)/i.test(bare) && !ours(bare)) found.push(`${tag} ${name}=${value}`);
            if (/^(src|srcset|poster|background|data|lowsrc|dynsrc)$/.test(name)
                && !ours(value) && !/^cid:[\\w.@-]+$/.test(value)) found.push(`${tag} ${name}=${value}`);
            if (name === "style" && /url|image|expression|@import|\\\\|var\\(|fixed|absolute/i.test(value)) found.push(value);
        }
    }
    for (const style of page.querySelectorAll("style")) if (/url|import|\\[/.test(style.textContent)) found.push("style");
    return [...new Set(found)];
})"""


class Ground:
    """A server on this machine: gives the pages and our static files, and is the proxy to everywhere else."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self.asked: list[str] = []
        ground = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                ground.answer(self)

            do_POST = do_CONNECT = do_HEAD = do_PUT = do_OPTIONS = do_GET  # noqa: N815

            def log_message(self, *args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Give a page or a file of ours; write down everything else."""
        path = request.path.removeprefix(f"http://{self.address}")
        match = _OURS.match(path)
        is_ours = match is not None or path in ("/", "/favicon.ico") or _BROWSERS_OWN.match(path)
        if not is_ours or _VECTORS.search(path):
            self.asked.append(path)
        body, kind, policy = b"", "text/html; charset=utf-8", ""
        if match and match[1] and int(match[1]) < len(self.pages):
            body, policy = self.pages[int(match[1])].encode(), _policy() if path.startswith("/policy/") else ""
        elif path == "/":
            body = b"<!doctype html><body>"
        elif path.startswith("/static/") and (file := Path(settings.BASE_DIR, path.partition("?")[0][1:])).is_file():
            body, kind = file.read_bytes(), _KINDS.get(file.suffix, "application/octet-stream")
        request.send_response(200 if body else 404)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        request.send_header("Cache-Control", "no-store" if match and match[1] else "max-age=600")
        if policy:
            request.send_header("Content-Security-Policy", policy)
        request.end_headers()
        request.wfile.write(body)

    def stop(self) -> None:
        """Stop the server."""
        self.server.shutdown()
        self.server.server_close()


def open_page(browser: Browser, ground: Ground) -> Page:
    """Open an empty page whose every request elsewhere ends at the ground."""
    proxy = {"server": f"http://{ground.address}", "bypass": "127.0.0.1"}
    context = browser.new_context(base_url=f"http://{ground.address}", bypass_csp=False, proxy=proxy)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/")
    return page


def load(page: Page, ground: Ground, shown: Sequence[Shown], *, way: str) -> list[str]:
    """Load all, `bare` or with our `policy`, and tell what ran and what was asked for, by row and place."""
    ground.pages, failures = [_disarmed_policy(one.html) if way == "bare" else one.html for one in shown], []
    page.on("dialog", lambda dialog: dialog.dismiss())
    for start in range(0, len(shown), AT_ONCE):
        some = shown[start : start + AT_ONCE]
        ground.asked.clear()
        ran, top = page.evaluate(_OPEN, [f"/{way}/{start + number}" for number in range(len(some))])
        failures += [f"{one.id} {one.place}: ran" for one, did in zip(some, ran, strict=True) if did is not None]
        names = ", ".join(f"{one.id} {one.place}" for one in some)
        failures += [f"{asked} from one of: {names}" for asked in ground.asked]
        if top is not None and not any(did is not None for did in ran):
            failures.append(f"ran in the page around one of: {names}")
    return failures


def distinct(shown: Sequence[Shown]) -> list[Shown]:
    """Leave out what another one shows, too, apart from numbers, keys and tokens."""
    return list({_CHANGING.sub("", one.html): one for one in shown}.values())


def armed(page: Page, shown: Sequence[Shown]) -> list[str]:
    """Tell what could act in the pages, as the browser's own parser reads them."""
    found: list[str] = []
    for start in range(0, len(shown), 100):
        some = shown[start : start + 100]
        results = page.evaluate(_ARMED, [one.html for one in some])
        found += [f"{one.id} {one.place}: {what}" for one, what in zip(some, results, strict=True) if what]
    return found


def _disarmed_policy(html: str) -> str:
    """Take the frames' own policy away: the cleaner has to do without it."""
    return re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html, count=1)


def _policy() -> str:
    directives: dict[str, list[Any]] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    allowed = {name: [one for one in values if isinstance(one, str)] for name, values in directives.items()}
    allowed["frame-ancestors"] = ["'self'"]  # the page around
    return "; ".join(f"{name} {' '.join(values)}" for name, values in allowed.items())
