"""Letters to people outside the house: addresses, the links in them, the outbox that tries again, and the seam to mail and message gateways.

A `Gateway` is declared here; `ANLAN_WARNING_GATEWAY` names the one in use. The one that comes with the product writes each letter as a line into a file
of its folder, one file for each `book`: an operator's own program can carry them on, and anyone can read what would go out.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.urls import reverse

from anlan.base.errors import Refused

ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """`key` is the same when it is tried again: a gateway that keeps it sends nothing twice."""

    key: str
    channel: str
    address: str
    subject: str
    text: str
    book: str = "warnings"


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """`send` returns when the letter is safely handed on; OSError: try again later; Refused: this address never."""

    slug: str
    title: str
    send: Callable[[Letter], None]


def outbox(book: str = "warnings") -> Path:
    return Path(settings.VAR) / "outbox" / f"{book}.jsonl"


def _write(letter: Letter) -> None:
    file = outbox(letter.book)
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, (json.dumps(asdict(letter), ensure_ascii=False) + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)


GATEWAYS: Mapping[str, Gateway] = {one.slug: one for one in (Gateway(slug="file", title="写到本机文件", send=_write),)}


def gateway() -> Gateway:
    name = os.environ.get("ANLAN_WARNING_GATEWAY", "file")
    if name not in GATEWAYS:
        raise Refused("gateway", f"没有“{name}”这种发送方式（ANLAN_WARNING_GATEWAY）。")
    return GATEWAYS[name]


# ---- what stands in a letter
def token(purpose: str, key: UUID, book: str = "warning") -> str:
    """Made again for each letter from the house's secret: nothing to keep, nothing to steal from the records."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{book}:{purpose}:{key}".encode(), sha256).hexdigest()[:32]


def good(purpose: str, key: UUID, given: str, book: str = "warning") -> bool:
    return hmac.compare_digest(token(purpose, key, book).encode(), given.encode())


def link(name: str, *parts: object) -> str:
    """The address of a page as it must stand in a letter."""
    base = next((one for one in os.environ.get("ANLAN_ORIGINS", "").split(",") if one), "")
    return base + reverse(name, args=parts)


def check_address(channel: str, address: str) -> None:
    """Raises Refused at `address` or `channel`."""
    if channel == "email":
        name, _at, host = address.partition("@")
        plain = address.isascii() and address.isprintable() and " " not in address and len(address) <= 160
        if not (
            plain and name and "." in host and "@" not in host and not host.startswith(".") and not host.endswith(".")
        ):
            raise Refused("address", "邮箱写不对，例如 name@example.cn", "address")
    elif channel == "message":
        if not (address.isascii() and address.isdecimal() and len(address) == 11 and address.startswith("1")):
            raise Refused("address", "手机号写 11 位数字。", "address")
    else:
        raise Refused("channel", "选用邮件还是短信。", "channel")


# ---- the outbox
def carry(due: Iterable[Any], letter_of: Callable[[Any], Letter | None], at: datetime) -> int:
    """Hand queued rows (`state`, `attempts`, `next_at`, `sent_at`, `why`) to the gateway; returns how many went. Whoever claims a row
    alone sends it; what fails is tried again later and later, `ATTEMPTS` times. `letter_of` gives None for a row that nobody wants any more."""
    sent = 0
    for row in due:
        wait = min(FIRST_WAIT * 2**row.attempts, LONGEST_WAIT)
        mine = type(row).objects.filter(pk=row.pk)
        claimed = mine.filter(state="queued", attempts=row.attempts).update(
            attempts=F("attempts") + 1, next_at=at + wait
        )
        if claimed:
            sent += _send(row, mine, letter_of, at)
    return sent


def _send(row: Any, mine: Any, letter_of: Callable[[Any], Letter | None], at: datetime) -> int:
    try:
        letter = letter_of(row)
        if letter is None:
            mine.update(state="failed", why="已退订")
            return 0
        gateway().send(letter)
    except Refused as refused:
        mine.update(state="failed", why=refused.message[:200])
        return 0
    except OSError as error:
        last = row.attempts + 1 >= ATTEMPTS
        mine.update(why=f"发送没有成功（{type(error).__name__}）", **({"state": "failed"} if last else {}))
        return 0
    mine.update(state="sent", sent_at=at, why="")
    return 1
