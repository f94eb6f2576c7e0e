"""The tree of a mail: its parts, their headers and where their bodies stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels_intake.email.parameters import Parameters, parse_parameters


@dataclass(slots=True)
class Part:
    """A node of the mail's tree: its headers and where its body stands."""

    source: bytes
    headers: list[tuple[str, bytes]] = field(default_factory=list)
    start: int = 0
    end: int = 0
    default_type: str = "text/plain"
    children: list[Part] = field(default_factory=list)
    _type: tuple[str, Parameters] | None = None

    def first(self, name: str) -> bytes:
        """Return the first header of that name, or nothing."""
        return next((value for key, value in self.headers if key == name), b"")

    def all(self, name: str) -> list[bytes]:
        """Return every header of that name, topmost first."""
        return [value for key, value in self.headers if key == name]

    @property
    def content_type(self) -> str:
        """Return the declared type in lower case, or what the surroundings imply."""
        return self._content_type()[0]

    @property
    def parameters(self) -> Parameters:
        """Return the parameters of the Content-Type."""
        return self._content_type()[1]

    @property
    def body(self) -> bytes:
        """Return the bytes as they were sent, still transfer-encoded."""
        return self.source[self.start : self.end]

    def walk(self) -> Iterator[Part]:
        """Yield this part and all below it, in order."""
        stack = [self]
        while stack:
            part = stack.pop()
            yield part
            stack.extend(reversed(part.children))

    def beginning(self, size: int) -> Part:
        """Return this part as if its body ended after that many bytes."""
        return Part(self.source, self.headers, self.start, min(self.end, self.start + size), self.default_type)

    def become_mixed(self, children: list[Part]) -> None:
        """Turn into a multipart of these parts."""
        self.children, self._type = children, ("multipart/mixed", {})

    def _content_type(self) -> tuple[str, Parameters]:
        if self._type is None:
            self._type = _declared(self.all("content-type"), self.default_type)
        return self._type


def _declared(values: list[bytes], default: str) -> tuple[str, Parameters]:
    """Choose among repeated Content-Type headers the first that says something."""
    parsed = [parse_parameters(value) for value in values]
    for kind, parameters in parsed:
        if re.fullmatch(r"[a-z0-9.+_-]+/[a-z0-9.+_-]+", kind) and (
            not kind.startswith("multipart/") or "boundary" in parameters
        ):
            return kind, parameters
    if not parsed:
        return default, {}
    kind, parameters = parsed[0]
    if kind in ("text", "text/", "plain"):
        return "text/plain", parameters
    if kind in ("html", "text/htm"):
        return "text/html", parameters
    if re.fullmatch(r"[a-z0-9.+_-]+/[a-z0-9.+_-]+", kind):
        return kind, parameters
    if "name" in parameters:
        return "application/octet-stream", parameters
    return default, parameters
