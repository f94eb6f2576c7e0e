"""A change that cannot be made."""


class Refused(Exception):
    """The settings would no longer work; the message says what to do, the field where to look."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field
