"""Reading what a phone sent, the edition of a form, and what to think of a phone's clock. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.field.types import Made, Photo

HASH = re.compile(r"[0-9a-f]{64}")
MOST_PHOTOS, MOST_VALUES, LONGEST = 60, 900, 4000
SANE = 300  # seconds a phone may be off without a word about it
LATE = 120  # seconds after which an entry is said to have been made before it came
# Texts of an entry and their most characters; what is longer is refused whole, nothing is cut silently.
_TEXTS: Mapping[str, int] = {
    "edition": 40, "process": 40, "case": 40, "step": 40, "seen": 20, "note": LONGEST, "title": 120, "fact": LONGEST, "place": 120,
    "case_kind": 40, "source": 12,
}  # fmt: skip


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def edition(form: Mapping[str, Any]) -> str:
    """A form's edition: twelve hex digits of what it asks for."""
    return digest(form)[:12]


def key_of(text: object) -> UUID:
    """An id made on a phone: UUID version 7 (RFC 9562). Raises Refused `id`."""
    try:
        key = UUID(str(text))
    except ValueError:
        key = None
    if key is None or key.version != 7 or str(key) != text:
        raise Refused("id", "编号不是现场端给的（UUIDv7）。在手机上重新记一次。")
    return key


def instant(text: object, what: str) -> datetime:
    """An instant with its zone, of this century. Raises Refused `time`."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 2000 <= at.year < 2100:
        raise Refused("time", f"{what}不是一个时刻，或没有写时区。校准手机时间后重新记一次。")
    return at.astimezone(CHINA)


def read(given: object) -> Made:
    """One entry. Raises Refused with the sentence of what is wrong; nothing is guessed."""
    if not isinstance(given, dict):
        raise Refused("entry", "这一件读不懂。更新现场端后再传。")
    key = key_of(given.get("id"))
    _clean(given)
    kind = given.get("kind")
    if kind not in ("open", "step", "comment", "check"):
        raise Refused("kind", "没有这种记录。更新现场端后再传。")
    if kind != "comment" and not given.get("edition"):
        raise Refused("edition", "没有写是哪一版表单。更新现场端后再传。")
    texts = {name: _text(given, name, most) for name, most in _TEXTS.items()}
    return Made(
        key=key, kind=kind, person=_whole(given, "person"), post=_whole(given, "post"), task=_whole(given, "task"), owner=_whole(given, "owner"),
        made_at=instant(given.get("made_at"), "记下的时间"), drift=_whole(given, "drift", None), seen_line=_whole(given, "seen_line", None),
        longitude=_degrees(given, "longitude"), latitude=_degrees(given, "latitude"), values=_values(given.get("values", {})),
        photos=_photos(given.get("photos", [])), digest=digest(given), whole=given, **{**texts, "source": texts["source"] or "other"},
    )  # fmt: skip


def _clean(given: Any) -> None:
    """No text of ours holds a NUL or half a character; no number is without end."""
    try:
        told = json.dumps(given, ensure_ascii=False, allow_nan=False)
        told.encode()
    except (ValueError, RecursionError):
        raise Refused("text", "内容里有不能保存的字符。删去后再传。") from None
    if "\\u0000" in told:
        raise Refused("text", "内容里有不能保存的字符。删去后再传。")


def _text(given: Mapping[str, Any], name: str, most: int) -> str:
    text = given.get(name, "")
    if not isinstance(text, str):
        raise Refused("entry", "这一件读不懂。更新现场端后再传。", name)
    if len(text) > most:
        raise Refused("long", f"文字超过 {most} 个字。写短些再传。", name)
    return text


def _whole(given: Mapping[str, Any], name: str, otherwise: Any = 0) -> Any:
    number = given.get(name)
    if number is None:
        return otherwise
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) >= 1 << 53:
        raise Refused("entry", "这一件读不懂。更新现场端后再传。", name)
    return number


def _degrees(given: Mapping[str, Any], name: str) -> float | None:
    number = given.get(name)
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise Refused("place", "位置不是经纬度。", name)
    return float(number)


def _values(given: object) -> dict[str, str]:
    if not isinstance(given, dict) or len(given) > MOST_VALUES:
        raise Refused("values", "填的内容读不懂。更新现场端后再传。")
    if any(not isinstance(value, str) or len(value) > LONGEST or len(name) > 40 for name, value in given.items()):
        raise Refused("long", f"填的内容超过 {LONGEST} 个字。写短些再传。")
    return dict(given)


def _photos(given: object) -> tuple[Photo, ...]:
    if not isinstance(given, list) or len(given) > MOST_PHOTOS:
        raise Refused("photos", f"一件最多 {MOST_PHOTOS} 张照片。分几件传。")
    found = []
    for one in given:
        kind, sha256 = (one.get("kind"), one.get("sha256")) if isinstance(one, dict) else (None, None)
        if not isinstance(kind, str) or not re.fullmatch(r"[a-z_0-9]{1,20}", kind):
            raise Refused("photos", "没有这种照片。更新现场端后再传。")
        if not isinstance(sha256, str) or not HASH.fullmatch(sha256):
            raise Refused("photos", "照片的校验值不对。更新现场端后再传。")
        found.append(Photo(kind, sha256))
    return tuple(found)


# ---- the phone's clock
def true_time(made_at: datetime, drift: int, at: datetime) -> datetime:
    """When it was made by the server's clock: the phone's time less what it was ahead; never later than now."""
    return min(made_at - timedelta(seconds=drift), at)


def is_sane(made_at: datetime, drift: int, at: datetime) -> bool:
    return abs(drift) <= SANE and made_at - timedelta(seconds=drift) <= at + timedelta(seconds=SANE)


def drift_words(drift: int) -> str:
    """`快 2 天 0 小时`, `慢 12 分`."""
    minutes = round(abs(drift) / 60)
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    span = f"{days} 天 {hours} 小时" if days else f"{hours} 小时 {rest} 分" if hours else f"{rest} 分"
    return f"{'快' if drift > 0 else '慢'} {span}"


def told(made_at: datetime, drift: int, at: datetime, carried_by: str = "") -> dict[str, str]:
    """Words for the line of the history: when it was written down, if that was not now, and what the phone's clock said."""
    words = {}
    when = true_time(made_at, drift, at)
    if at - when > timedelta(seconds=LATE):
        words["现场记下"] = f"{when.astimezone(CHINA):%Y-%m-%d %H:%M}"
    if not is_sane(made_at, drift, at):
        words["手机时间"] = f"{made_at.astimezone(CHINA):%Y-%m-%d %H:%M}（{drift_words(drift)}）"
    if carried_by:
        words["由文件导入"] = carried_by
    return words
