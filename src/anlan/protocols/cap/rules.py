"""What a good alert must be (CAP 1.2, 3.2 and 3.3), as checks that give the names of the elements that are wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from anlan.protocols.cap.alert import Alert, Area, Info

STATUS = ("Actual", "Exercise", "System", "Test", "Draft")
TYPES = ("Alert", "Update", "Cancel", "Ack", "Error")
SCOPES = ("Public", "Restricted", "Private")
CATEGORIES = (
    "Geo",
    "Met",
    "Safety",
    "Security",
    "Rescue",
    "Fire",
    "Health",
    "Env",
    "Transport",
    "Infra",
    "CBRNE",
    "Other",
)
URGENCY = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITY = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTY = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")
RESPONSES = ("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None")
# Colour → (CAP severity, level). The colour itself is kept: plans are graded by it.
COLOURS = {"Red": ("Extreme", "I"), "Orange": ("Severe", "II"), "Yellow": ("Moderate", "III"), "Blue": ("Minor", "IV")}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d\Z")
_LOCAL = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[+-]\d\d:\d\d\Z")
_NO_TEXT = re.compile(r"[\s,<&]")


def instant(text: str) -> datetime | None:
    """In UTC; None when it is no time with an offset. A `Z` is read too (3.3.2 forbids it, so `check` tells it)."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def point(text: str) -> tuple[float, float] | None:
    """`lat,lon` in degrees."""
    parts = text.split(",")
    try:
        lat, lon = (float(one) for one in parts)
    except ValueError:
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


def polygon(text: str) -> list[tuple[float, float]] | None:
    """Points of a closed ring; None when it is none."""
    points = [point(one) for one in text.split()]
    if len(points) < 4 or points[0] != points[-1] or None in points:
        return None
    return [one for one in points if one is not None]


def circle(text: str) -> tuple[float, float, float] | None:
    """Latitude, longitude, radius in km."""
    centre, _blank, radius = text.partition(" ")
    middle = point(centre)
    try:
        size = float(radius)
    except ValueError:
        return None
    return (*middle, size) if middle and 0 <= size < float("inf") else None


def _wrong(name: str, value: str, allowed: Sequence[str]) -> Iterator[str]:
    if value not in allowed:
        yield name


def check(alert: Alert) -> list[str]:
    """Names of the elements that are missing or wrong, each once, in the order of the document."""
    found = [*_chinese(alert)] if alert.chinese else [*_international(alert)]
    return list(dict.fromkeys(found))


def _international(alert: Alert) -> Iterator[str]:
    for name, value in (("identifier", alert.identifier), ("sender", alert.sender)):
        if not value or _NO_TEXT.search(value):
            yield name
    if not _TIME.match(alert.sent) or instant(alert.sent) is None:
        yield "sent"
    yield from _wrong("status", alert.status, STATUS)
    yield from _wrong("msgType", alert.message_type, TYPES)
    yield from _wrong("scope", alert.scope, SCOPES)
    if alert.scope == "Restricted" and not alert.restriction:
        yield "restriction"
    if alert.scope == "Private" and not alert.addresses:
        yield "addresses"
    needs = alert.message_type in ("Update", "Cancel", "Ack", "Error")
    if (needs and not alert.references) or any(reference(one) is None for one in alert.references):
        yield "references"
    for info in alert.infos:
        yield from _info(info)


def reference(text: str) -> tuple[str, str, str] | None:
    """sender,identifier,sent"""
    parts = text.split(",")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 and all(parts) and instant(parts[2]) else None


def _info(info: Info) -> Iterator[str]:
    if not info.categories or any(one not in CATEGORIES for one in info.categories):
        yield "category"
    if not info.event:
        yield "event"
    if any(one not in RESPONSES for one in info.responses):
        yield "responseType"
    yield from _wrong("urgency", info.urgency, URGENCY)
    yield from _wrong("severity", info.severity, SEVERITY)
    yield from _wrong("certainty", info.certainty, CERTAINTY)
    for name, value in (("effective", info.effective), ("onset", info.onset), ("expires", info.expires)):
        if value and (not _TIME.match(value) or instant(value) is None):
            yield name
    for area in info.areas:
        if not area.description:
            yield "areaDesc"
        yield from _shapes(area)


def _shapes(area: Area) -> Iterator[str]:
    if any(polygon(one) is None for one in area.polygons):
        yield "polygon"
    if any(circle(one) is None for one in area.circles):
        yield "circle"


def _chinese(alert: Alert) -> Iterator[str]:
    """The feed leaves more open; what a receiver needs must be there."""
    if not alert.identifier:
        yield "identifier"
    if len(alert.sender_code) != 14 or not alert.sender_code.isalnum():
        yield "senderCode"
    if not _LOCAL.match(alert.sent) or instant(alert.sent) is None:
        yield "sendTime"
    yield from _wrong("status", alert.status, STATUS)
    yield from _wrong("msgType", alert.message_type, TYPES)
    if alert.message_type in ("Update", "Cancel") and not alert.references:
        yield "references"
    for info in alert.infos:
        if not info.event:
            yield "eventType"
        yield from _wrong("severity", info.severity, (*COLOURS, "Unknown"))
        for area in info.areas:
            if any(len(code) != 12 or not code.isdecimal() for _name, code in area.geocodes):
                yield "geocode"
            yield from _shapes(area)


@dataclass(frozen=True)
class Followed:
    """What an alert does to those that are known: `new`, `update` and `cancel` (of `of`), `repeat`, `dangling` (refers to none known)."""

    does: Literal["new", "update", "cancel", "repeat", "dangling"]
    of: str = ""


def follow(known: Sequence[Alert], alert: Alert) -> Followed:
    """An update or a cancel finds the alert it refers to and never makes a second one."""
    held = {(one.sender_code or one.sender, one.identifier): one for one in known}
    mine = (alert.sender_code or alert.sender, alert.identifier)
    if mine in held:
        return Followed("repeat", alert.identifier)
    if alert.message_type not in ("Update", "Cancel"):
        return Followed("new")
    names = [one if alert.chinese else (reference(one) or ("", "", ""))[1] for one in alert.references]
    found = next((one for one in names if any(identifier == one for _sender, identifier in held)), None)
    if found is None:
        return Followed("dangling")
    return Followed("cancel" if alert.message_type == "Cancel" else "update", found)
