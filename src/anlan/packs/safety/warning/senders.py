"""The seam to mail and message gateways. A `Gateway` is declared here; `ANLAN_WARNING_GATEWAY` names the one in use. The one that comes with the
product writes each letter as a line into a file of its folder: an operator's own program can carry them on, and anyone can read what would go out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from anlan.base.errors import Refused


@dataclass(frozen=True, kw_only=True)
class Letter:
    """`key` is the same when it is tried again: a gateway that keeps it sends nothing twice."""

    key: str
    channel: str
    address: str
    subject: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """`send` returns when the letter is safely handed on; OSError: try again later; Refused: this address never."""

    slug: str
    title: str
    send: Callable[[Letter], None]


def outbox() -> Path:
    return Path(settings.VAR) / "outbox" / "warnings.jsonl"


def _write(letter: Letter) -> None:
    file = outbox()
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
