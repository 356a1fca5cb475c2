"""What a CAP document says in this house's words, why one is not taken, what an update does; how an own warning is written. Pure.

Colour and hazard travel as parameters of their own (or, in the Chinese feed without a namespace, as the colour and the event code that stand
there). They are never worked out from severity: where they are missing they are unknown until a person says them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.protocols.cap import rules as cap
from anlan.protocols.cap.alert import Alert, Area, Info, Unread, build, parse

SLUG = "warning"
COLOURS: Mapping[int, str] = {1: "红色", 2: "橙色", 3: "黄色", 4: "蓝色"}
COLOUR_SLUGS: Mapping[int, str] = {1: "red", 2: "orange", 3: "yellow", 4: "blue"}
STATUS: Mapping[str, str] = {"Actual": "实际", "Exercise": "演练", "System": "系统", "Test": "测试", "Draft": "草稿"}
TYPES: Mapping[str, str] = {"Alert": "发布", "Update": "更新", "Cancel": "解除", "Ack": "确认", "Error": "退回"}
SEVERITY: Mapping[str, str] = {
    "Extreme": "极严重",
    "Severe": "严重",
    "Moderate": "中等",
    "Minor": "轻微",
    "Unknown": "不明",
}
URGENCY: Mapping[str, str] = {
    "Immediate": "立即",
    "Expected": "一小时内",
    "Future": "不久",
    "Past": "已过",
    "Unknown": "不明",
}
CERTAINTY: Mapping[str, str] = {
    "Observed": "已发生",
    "Likely": "很可能",
    "Possible": "可能",
    "Unlikely": "不大可能",
    "Unknown": "不明",
}
_COLOUR_NAMES = frozenset({"颜色", "预警颜色", "预警信号颜色", "colour", "color", "alertcolour", "alertcolor"})
_HAZARD_NAMES = frozenset({"灾种", "预警灾种", "hazard"})
_COLOUR_WORDS = {
    **{slug: number for number, slug in COLOUR_SLUGS.items()}, **{word: number for number, word in COLOURS.items()},
    **{word[0]: number for number, word in COLOURS.items()},
}  # fmt: skip
GEOCODE = "anlan-organisation"  # the name under which streets of this house stand in an own warning


@dataclass(frozen=True, kw_only=True)
class Hazard:
    slug: str
    title: str
    category: str
    incident: str
    codes: tuple[str, ...]
    verified: bool


@cache
def hazards() -> Mapping[str, Hazard]:
    rows = tomllib.loads(Path(__file__).with_name("hazards.toml").read_text(encoding="utf-8"))["hazard"]
    return {row["slug"]: Hazard(**{**row, "codes": tuple(row["codes"])}) for row in rows}


HAZARDS: Mapping[str, str] = {slug: one.title for slug, one in hazards().items()}


@dataclass(frozen=True, kw_only=True)
class Named:
    """What an update or a cancel refers to. In the Chinese feed only the identifier is written."""

    identifier: str
    sender: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Told:
    """A document in our words. `colour` None and `hazard` "": it does not say. `notes`: what was taken although it was not quite right."""

    identifier: str
    sender: str
    sent_at: datetime
    status: str
    message_type: str
    scope: str
    references: tuple[Named, ...]
    event: str
    hazard: str
    colour: int | None
    headline: str
    description: str
    instruction: str
    sender_name: str
    severity: str
    urgency: str
    certainty: str
    effective_at: datetime | None
    onset_at: datetime | None
    expires_at: datetime | None
    areas: tuple[Area, ...]
    notes: tuple[str, ...]

    @property
    def exercise(self) -> bool:
        return self.status == "Exercise"


_UNREAD = {
    "empty": "文件是空的，没有收。",
    "too_long": "文件超过 1 MB，不是预警。",
    "not_xml": "这不是完整的 XML，没有收。请发送方重新导出。",
    "doctype": "文件带有 DOCTYPE 或外部实体，可能借此读走本机的文件，没有打开。请发送方去掉后重发。",
    "root": "这不是 CAP 预警（最外层不是 alert），没有收。",
    "namespace": "不是 CAP 1.2：命名空间不对。请发送方用 1.2 版。",
}
_WRONG = {
    "identifier": "没有编号（identifier），或编号里有空格、逗号，没有收。",
    "sender": "没有发送方（sender），或里面有空格、逗号，没有收。",
    "senderCode": "发送方代码（senderCode）不是 14 位，没有收。",
    "sent": "发布时间（sent）没有写时区或写错，不能判断先后，没有收。要写成 2026-07-01T08:00:00+08:00。",
    "sendTime": "发布时间（sendTime）没有写时区或写错，不能判断先后，没有收。要写成 2026-07-01 08:00:00+08:00。",
    "status": "没有写明是实际还是演练（status），没有收。",
    "msgType": "没有写明是发布、更新还是解除（msgType），没有收。",
    "scope": "没有写明给谁看（scope），没有收。",
    "restriction": "限制范围的预警没有写限制（restriction），没有收。",
    "addresses": "专送的预警没有写收件人（addresses），没有收。",
    "references": "更新或解除没有写清引用哪一条（references 要写：发送方,编号,发布时间），没有收。",
    "category": "没有写类别（category），没有收。",
    "event": "没有写是什么事（event），没有收。",
    "eventType": "没有写事件类型（eventType），没有收。",
    "responseType": "应对方式（responseType）不认识，没有收。",
    "urgency": "紧迫程度（urgency）没有写或不认识，没有收。",
    "severity": "严重程度（severity）没有写或不认识，没有收。",
    "certainty": "把握程度（certainty）没有写或不认识，没有收。",
    "effective": "生效时间（effective）没有写时区或写错，没有收。",
    "onset": "预计开始时间（onset）没有写时区或写错，没有收。",
    "expires": "失效时间（expires）没有写时区或写错，没有收。",
    "areaDesc": "区域没有文字说明（areaDesc），没有收。",
    "polygon": "区域的多边形没有闭合或坐标写错（末点要和首点一样，先纬度后经度），没有收。",
    "circle": "区域的圆写错（要写：纬度,经度 半径公里），没有收。",
    "geocode": "区域代码不是 12 位数字，没有收。",
}
_TIMES = {"sent": "sent", "sendTime": "sent", "effective": "effective", "onset": "onset", "expires": "expires"}


def read(data: bytes) -> Told:
    """One document. Raises Refused with one sentence that says what is wrong and what the sender must do; `field` is the element."""
    alert = parse(data)
    if isinstance(alert, Unread):
        raise Refused(alert.code, _UNREAD[alert.code], "file")
    notes: list[str] = []
    for element in cap.check(alert):
        if element in _TIMES and _with_zone(alert, _TIMES[element]):
            notes.append(f"{element} 的时间写法不合规范（要写 +00:00，不写 Z），已按写明的时区收下。")
        else:
            raise Refused(element, _WRONG.get(element, f"“{element}”不对，没有收。"), element)
    return _told(alert, notes)


def _with_zone(alert: Alert, field: str) -> bool:
    texts = [alert.sent] if field == "sent" else [getattr(one, field) for one in alert.infos]
    return all(cap.instant(one) is not None for one in texts if one) and bool(texts)


def _told(alert: Alert, notes: list[str]) -> Told:
    info = _chosen(alert.infos)
    sent_at = cap.instant(alert.sent)
    assert sent_at is not None  # noqa: S101 - `check` and `_with_zone` have seen to it
    times = {
        f"{name}_at": cap.instant(getattr(info, name)) if getattr(info, name) else None
        for name in ("effective", "onset", "expires")
    }
    sender = alert.sender_code if alert.chinese else alert.sender
    references = tuple(_named(one, sender, chinese=alert.chinese) for one in alert.references)
    if any((one.identifier, one.sender) == (alert.identifier, sender) for one in references):
        raise Refused("references", "引用（references）写的是它自己，没有收。请发送方写被更新的那一条。", "references")
    if times["expires_at"] and times["expires_at"] <= sent_at:
        raise Refused("expires", "失效时间（expires）不晚于发布时间，没有收。请发送方改正后重发。", "expires")
    if alert.message_type in ("Alert", "Update") and not alert.infos:
        raise Refused("info", "发布或更新没有内容（info），没有收。", "info")
    colour, hazard = _colour(info, chinese=alert.chinese), _hazard(info)
    return Told(
        identifier=alert.identifier[:120], sender=sender[:120], sent_at=sent_at, status=alert.status, message_type=alert.message_type,
        scope=alert.scope or "Public", references=references, event=_event(info, hazard), hazard=hazard, colour=colour,
        headline=info.headline[:200], description=info.description[:4000], instruction=info.instruction[:4000],
        sender_name=(alert.sender if alert.chinese else info.sender_name)[:120],
        severity="Unknown" if alert.chinese else info.severity, urgency=info.urgency or "Unknown", certainty=info.certainty or "Unknown",
        areas=info.areas, notes=tuple(notes), **times,
    )  # fmt: skip


def _chosen(infos: Sequence[Info]) -> Info:
    """The one in Chinese, else the first."""
    return next((one for one in infos if one.language.lower().startswith("zh")), infos[0] if infos else Info())


def _named(text: str, sender: str, *, chinese: bool) -> Named:
    if chinese:
        return Named(identifier=text, sender=sender)
    parts = cap.reference(text)
    return Named(sender=parts[0], identifier=parts[1], sent_at=cap.instant(parts[2])) if parts else Named(identifier=text)  # fmt: skip


def _colour(info: Info, *, chinese: bool) -> int | None:
    """From a parameter that names it; in the Chinese feed from the colour that stands where CAP has its severity."""
    for name, value in info.parameters:
        if name.strip().lower() in _COLOUR_NAMES:
            return _COLOUR_WORDS.get(value.strip().lower())
    return _COLOUR_WORDS.get(info.severity.lower()) if chinese else None


def _hazard(info: Info) -> str:
    """From a parameter, an event code, or the event's own name; "" when none is known."""
    words = [value.strip() for name, value in info.parameters if name.strip().lower() in _HAZARD_NAMES]
    for slug, one in hazards().items():
        if any(word in (slug, one.title) for word in words):
            return slug
    codes = {value for _name, value in info.event_codes} | {info.event}
    return next(
        (slug for slug, one in hazards().items() if codes & set(one.codes) or info.event.strip() == one.title), ""
    )


def _event(info: Info, hazard: str) -> str:
    return (HAZARDS[hazard] if hazard else info.event)[:80]


# ---- what an update or a cancel does
def applies(message_type: str, status: str, sender: str, target_status: str, target_sender: str) -> str:
    """ "" when a message may touch the one it names, else why not. An exercise never touches what is actual, nobody touches another's."""
    if message_type not in ("Update", "Cancel"):
        return "只有更新和解除会影响别的预警。"
    if status != target_status:
        return f"它是“{STATUS.get(status, status)}”，引用的是“{STATUS.get(target_status, target_status)}”，互不影响。"
    if sender != target_sender:
        return "发布单位和引用的那条不同，不能自动更新或解除。"
    return ""


# ---- own warnings
@dataclass(frozen=True, kw_only=True)
class Own:
    """An own warning about to leave. `exercise` is of the record; the status is worked out from it and from nothing else."""

    identifier: str
    sender: str
    sender_name: str
    sent_at: datetime
    message_type: str
    exercise: bool
    references: tuple[Named, ...]
    hazard: str
    colour: int
    headline: str
    description: str
    instruction: str
    severity: str
    urgency: str
    certainty: str
    effective_at: datetime | None
    expires_at: datetime | None
    areas: tuple[Area, ...]


def status_of(*, exercise: bool) -> str:
    return "Exercise" if exercise else "Actual"


def _time(at: datetime | None) -> str:
    """To the second with a numeric offset (CAP 1.2, 3.3.2)."""
    return at.astimezone(CHINA).isoformat(timespec="seconds") if at else ""


def reference_text(one: Named) -> str:
    return f"{one.sender},{one.identifier},{_time(one.sent_at)}"


def write(own: Own) -> bytes:
    """The document of an own warning; it is read back before it is given out, so nothing leaves that this house would refuse."""
    hazard = hazards()[own.hazard]
    info = Info(
        language="zh-CN", categories=(hazard.category,), event=hazard.title, urgency=own.urgency, severity=own.severity, certainty=own.certainty,
        effective=_time(own.effective_at), expires=_time(own.expires_at), sender_name=own.sender_name, headline=own.headline,
        description=own.description, instruction=own.instruction, responses=("AllClear",) if own.message_type == "Cancel" else (),
        parameters=(("颜色", COLOURS[own.colour]), ("灾种", hazard.slug)), areas=own.areas,
    )  # fmt: skip
    alert = Alert(
        identifier=own.identifier, sender=own.sender, sent=_time(own.sent_at), status=status_of(exercise=own.exercise), message_type=own.message_type,
        scope="Public", note="演练，不是实际预警" if own.exercise else "", references=tuple(reference_text(one) for one in own.references), infos=(info,),
    )  # fmt: skip
    data = build(alert)
    told = read(data)
    if told.notes or (told.exercise, told.colour, told.hazard) != (own.exercise, own.colour, own.hazard):
        raise Refused("document", "预警的文件和填的不一致，没有发出。请把填的内容报给系统管理员。")
    return data


def leaving(data: bytes, *, exercise: bool) -> bytes:
    """The hard stop at every exit: gives the document back only when it says itself what the record says. An exercise never leaves as actual,
    whatever went wrong before."""
    alert = parse(data)
    if isinstance(alert, Unread) or alert.status != status_of(exercise=exercise):
        raise Refused("exercise", "演练和实际对不上，已拦下，没有发出。")
    return data


def areas_of(streets: Iterable[tuple[str, str]], polygon: str, whole: tuple[str, str]) -> tuple[Area, ...]:
    """Areas of an own warning: the streets (code, name), else the whole district; a drawn polygon (`lat,lon lat,lon …`) beside them."""
    named = list(streets) or [whole]
    found = [Area(description=name, geocodes=((GEOCODE, code),)) for code, name in named]
    text = " ".join(polygon.split())
    if not text:
        return tuple(found)
    if cap.polygon(text) is None:
        raise Refused("polygon", "多边形要至少四个点，末点和首点一样，每点写“纬度,经度”，空一格隔开。", "polygon")
    return (replace(found[0], polygons=(text,)), *found[1:])


def plain_areas(areas: Iterable[Area]) -> list[dict[str, object]]:
    """As JSON."""
    return [
        {"description": one.description, "polygons": list(one.polygons), "circles": list(one.circles), "geocodes": [list(pair) for pair in one.geocodes]}
        for one in areas
    ]  # fmt: skip


def areas_from(rows: Iterable[Mapping[str, object]]) -> tuple[Area, ...]:
    return tuple(
        Area(
            description=str(one["description"]), polygons=tuple(one["polygons"]), circles=tuple(one["circles"]),  # type: ignore[arg-type]
            geocodes=tuple((str(name), str(value)) for name, value in one["geocodes"]),  # type: ignore[attr-defined]
        )
        for one in rows
    )  # fmt: skip
