"""Where each kind of content is shown: functions that make rows by the real operations and name the real pages."""

from collections.abc import Callable, Iterator

from helpdesk.untrusted.world import World

# A place, and how to get what it shows; the rows are there when the pair is handed out.
Place = tuple[str, Callable[[], str]]
Places = Callable[[World, str], Iterator[Place]]
