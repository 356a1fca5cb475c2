"""The one way the house says no."""

from __future__ import annotations

import errno


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


_FULL_NUMBERS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FULL_WORDS = ("disk is full", "disk i/o error", "no space left")  # SQLite, SQLite where a write fails, PostgreSQL


_READ_ONLY_WORDS = ("readonly database", "read-only transaction")  # SQLite, PostgreSQL


def unwritable(error: BaseException) -> Missing | None:
    """The answer when `error`, from the system or a database, says that nothing can be written; else None."""
    if any(word in str(error).lower() for word in _READ_ONLY_WORDS):
        return Missing("read_only", "现在只能看，不能记：数据库只读。这一步没有保存，先记在纸上，请管理员恢复后补记。")
    number = error.errno if isinstance(error, OSError) else None
    if number not in _FULL_NUMBERS and not any(word in str(error).lower() for word in _FULL_WORDS):
        return None
    return Missing("full", "磁盘满了，或写不进去，这一步没有保存。腾出空间后再办一次。")
