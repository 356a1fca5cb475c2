"""The same parcels as a file that a person carries: a zip of what was not acknowledged, each parcel signed as on the line; and the file of
acknowledgements that comes back."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from django.db import transaction

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.exchange.delivery import actions, identity
from anlan.kernel.exchange.delivery.actions import Received, Signed
from anlan.kernel.exchange.delivery.models import Parcel, Peer
from anlan.kernel.exchange.delivery.moves import CARRY

NAME = "parcels.json"
MOST = 5000  # parcels in one file
LARGEST = 64 << 20
_README = """本文件由安澜导出，内含寄给“{peer}”的 {count} 件邮件（第 {first} 到第 {last} 号），{at:%Y-%m-%d %H:%M} 由{who}导出。
对方在“指挥 › 链路 › 导入文件”选这个文件：每一件都验签、去重、按序号办；先后导入几次也不会重复。
导入后对方可以导出回执文件，拿回来在同一个页面导入，这边的待送就销掉。
"""


def _listed(rows: list[Signed], name: str) -> bytes:
    told = {"from": identity.code(), name: [{"text": text, "signature": signature} for text, signature in rows]}
    return json.dumps(told, ensure_ascii=False).encode()


@transaction.atomic
def export(*, actor: Actor, peer: Peer, at: datetime) -> bytes:
    """What the peer has not acknowledged, oldest first. Refused `empty` when there is nothing."""
    policy.require(actor, CARRY, peer)
    rows = list(Parcel.objects.filter(peer=peer).exclude(state="acked").order_by("seq")[:MOST])
    if not rows:
        raise Refused("empty", "没有要送的：对方都收到了。")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(NAME, _listed([(one.text, one.signature) for one in rows], "parcels"))
        words = _README.format(peer=peer, count=len(rows), first=rows[0].seq, last=rows[-1].seq, at=at.astimezone(CHINA), who=actor.name)  # fmt: skip
        book.writestr("说明.txt", words)
    actions.note(actor, peer, "exported", at, count=len(rows), first=rows[0].seq, last=rows[-1].seq)
    return out.getvalue()


def export_acks(peer: Peer) -> bytes:
    return _listed(actions.acks_of(peer), "acks")


def _content(data: bytes) -> Any:
    if not data:
        raise Refused("file", "没有选文件。", "file")
    if len(data) > LARGEST:
        raise Refused("file", f"文件超过 {LARGEST >> 20} MB。", "file")
    try:
        if data.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                if book.getinfo(NAME).file_size > LARGEST:
                    raise Refused("file", "压缩文件展开后太大。", "file")
                data = book.read(NAME)
        return json.loads(data)
    except (zipfile.BadZipFile, KeyError, ValueError, RecursionError, NotImplementedError, RuntimeError):
        raise Refused("file", "这不是链路文件，或已损坏。请对方重新导出。", "file") from None


def _pairs(given: Any, name: str) -> list[Signed]:
    rows = given.get(name) if isinstance(given, dict) else None
    if not isinstance(rows, list):
        return []
    return [(one["text"], one["signature"]) for one in rows[:MOST] if isinstance(one, dict) and isinstance(one.get("text"), str) and isinstance(one.get("signature"), str)]  # fmt: skip


def bring(*, actor: Actor, data: bytes, at: datetime) -> tuple[Received, int]:
    """Import a file of parcels or of acknowledgements; the latter gives how many parcels it settled."""
    policy.require(actor, CARRY)
    given = _content(data)
    parcels, acks = _pairs(given, "parcels"), _pairs(given, "acks")
    if not parcels and not acks:
        raise Refused("file", "文件里没有邮件，也没有回执。", "file")
    received = actions.receive(parcels, way="file", source=actor.name, at=at)
    settled = 0
    sender = given.get("from") if isinstance(given, dict) else None
    peer = Peer.objects.filter(code=sender, state="linked").first() if isinstance(sender, str) else None
    if acks and peer is None:
        raise Refused("file", "不认识回执文件的发送方，或它没有连通。", "file")
    if peer is not None:
        settled = sum(actions.take_ack(peer, one, at) for one in acks)
        with transaction.atomic():
            actions.note(actor, peer, "imported", at, parcels=len(parcels), fresh=received.fresh, refused=len(received.refused), settled=settled)  # fmt: skip
    return received, settled
