"""Envelopes and acknowledgements: what is signed, how it is checked. Pure; Ed25519 (RFC 8032).

The text that was signed travels as it is: nobody has to write JSON the same way twice. Keys and signatures are lower-case hex.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from anlan.base.errors import Refused
from anlan.kernel.exchange.delivery.types import FIRST_WAIT, LONGEST_WAIT, Card

VERSION = 1
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
_HEX64 = re.compile(r"[0-9a-f]{64}")
_HEX128 = re.compile(r"[0-9a-f]{128}")


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What a parcel's signed text says."""

    id: UUID
    sender: str
    to: str
    seq: int
    subject: str
    made_at: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Ack:
    """The other side's signed word on one parcel. `state`: `kept` (it holds it), `refused` (it cannot take it: `why`). `digest`: of the text it holds."""

    id: UUID
    sender: str
    to: str
    digest: str
    state: str
    why: str


def new_seed() -> str:
    return Ed25519PrivateKey.generate().private_bytes_raw().hex()


def public_key(seed: str) -> str:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)).public_key().public_bytes_raw().hex()


def fingerprint(key: str) -> str:
    """Sixteen hex digits in fours, to be compared by telephone."""
    digest = hashlib.sha256(bytes.fromhex(key)).hexdigest()[:16]
    return " ".join(digest[place : place + 4] for place in range(0, 16, 4))


def sign(seed: str, text: str) -> str:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)).sign(text.encode()).hex()


def signed_by(key: str, text: str, signature: str) -> bool:
    if not _HEX128.fullmatch(signature) or not _HEX64.fullmatch(key):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _written(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def write_envelope(one: Envelope) -> str:
    """Raises ValueError or TypeError when the body is no JSON."""
    return _written(
        {"v": VERSION, "id": str(one.id), "from": one.sender, "to": one.to, "seq": one.seq, "subject": one.subject,
         "made_at": one.made_at.astimezone(UTC).isoformat(), "body": one.body}
    )  # fmt: skip


def _facts(text: str, what: str) -> dict[str, Any]:
    try:
        facts = json.loads(text)
    except (ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict) or facts.get("v") != VERSION:
        raise Refused("form", f"读不懂这份{what}：不是第 {VERSION} 版的格式。")
    return facts


def claimed_sender(text: str) -> str:
    """Who it says it is from; "" when it says nothing that could be a code. To be believed only after the signature."""
    try:
        said = json.loads(text).get("from", "")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return said if isinstance(said, str) and _CODE.fullmatch(said) else ""


def read_envelope(text: str) -> Envelope:
    facts = _facts(text, "邮件")
    try:
        found = Envelope(
            id=UUID(facts["id"]), sender=facts["from"], to=facts["to"], seq=facts["seq"], subject=facts["subject"],
            made_at=datetime.fromisoformat(facts["made_at"]), body=facts["body"],
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refused("form", "邮件缺少编号、序号或收发单位。") from None
    whole = isinstance(found.seq, int) and not isinstance(found.seq, bool) and 1 <= found.seq < 1 << 53
    texts = all(isinstance(one, str) for one in (found.sender, found.to, found.subject))
    if not whole or not texts or not isinstance(found.body, dict) or found.made_at.tzinfo is None:
        raise Refused("form", "邮件的序号、内容或时间不对。")
    return found


def write_ack(one: Ack) -> str:
    return _written(
        {
            "v": VERSION,
            "ack": str(one.id),
            "from": one.sender,
            "to": one.to,
            "digest": one.digest,
            "state": one.state,
            "why": one.why,
        }
    )


def read_ack(text: str) -> Ack:
    facts = _facts(text, "回执")
    try:
        found = Ack(
            id=UUID(facts["ack"]), sender=facts["from"], to=facts["to"], digest=facts["digest"], state=facts["state"], why=str(facts["why"])[:300]
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refused("form", "回执缺少编号或结果。") from None
    if found.state not in ("kept", "refused"):
        raise Refused("form", "回执的结果不认识。")
    return found


def wait(failures: int) -> timedelta:
    """After that many failures in a row."""
    doubled: int = 2 ** min(max(failures - 1, 0), 16)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


# ---- cards
def write_card(card: Card) -> str:
    return json.dumps(
        {"code": card.code, "title": card.title, "address": card.address, "key": card.key}, ensure_ascii=False
    )


def read_card(text: str) -> Card:
    """A card as pasted or read from a file. Raises Refused at `card`."""
    try:
        facts = json.loads(text)
        card = Card(code=facts["code"], title=facts["title"], address=facts.get("address", ""), key=facts["key"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused("card", "这不是对方的连接卡。请对方在“链路”页复制整张卡。", "card") from None
    if not all(isinstance(one, str) for one in (card.code, card.title, card.address, card.key)):
        raise Refused("card", "连接卡的内容不对。请对方重新复制。", "card")
    if not _CODE.fullmatch(card.code) or not _HEX64.fullmatch(card.key) or not 0 < len(card.title.strip()) <= 80:
        raise Refused("card", "连接卡的代码、名称或公钥不对。请对方重新复制。", "card")
    check_address(card.address)
    return card


def check_address(address: str) -> None:
    """https anywhere, http only on this machine or a private net; "" for files alone."""
    if not address:
        return
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise Refused("address", "地址写不对。例如 https://link.example.cn", "address") from None
    plain = parts.scheme == "http" and (host == "localhost" or _private(host))
    if (
        len(address) > 200
        or not host
        or parts.query
        or parts.fragment
        or parts.username
        or (parts.scheme != "https" and not plain)
    ):
        raise Refused("address", "地址要以 https:// 开头，不带参数；http 只用于本机和专网地址。", "address")


def _private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
