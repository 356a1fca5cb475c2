"""The one way the house says no."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - the domain word; it is an answer, not a crash
    """A move or an input is refused; nothing was changed.

    `code` is a short stable word for programs, `message` one Chinese sentence that says what to do,
    `field` the form field it belongs to. Pages show it beside the field, APIs answer 403/409/422,
    commands print it in one line and exit 2.
    """

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class Missing(Refused):
    """Something the machine lacks (a font, an extra, a file); commands exit 3 and say how to get it."""
