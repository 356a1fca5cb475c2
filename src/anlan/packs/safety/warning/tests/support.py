"""Documents to receive, and an own warning on its way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.support.cast import Cast

from anlan.base.clock import CHINA
from anlan.packs.safety.warning import actions, receiving
from anlan.packs.safety.warning.models import WarningMessage
from anlan.packs.safety.warning.receiving import Taken
from anlan.protocols.cap.alert import Alert, Area, Info, build

SENDER = "qx@weather.example"
SQUARE = "39.150,117.180 39.150,117.250 39.190,117.250 39.190,117.180 39.150,117.180"


def when(at: datetime) -> str:
    return at.astimezone(CHINA).isoformat(timespec="seconds")


def cap(
    number: str, at: datetime, *, kind: str = "Alert", status: str = "Actual", refs: tuple[str, ...] = (), sender: str = SENDER, severity: str = "Minor",
    parameters: tuple[tuple[str, str], ...] = (("颜色", "橙色"), ("灾种", "rain")), event: str = "Rainstorm", expires: datetime | None = None,
    polygon: str = SQUARE, scope: str = "Public",
) -> bytes:  # fmt: skip
    info = Info(
        language="zh-CN", categories=("Met",), event=event, urgency="Expected", severity=severity, certainty="Likely",
        expires=when(expires or at + timedelta(hours=12)), sender_name="示例气象台", headline=f"示例暴雨预警 {number}", description="雨", instruction="避",
        parameters=parameters, areas=(Area(description="示例区", polygons=(polygon,) if polygon else ()),),
    )  # fmt: skip
    return build(
        Alert(identifier=number, sender=sender, sent=when(at), status=status, message_type=kind, scope=scope, references=refs,
              restriction="内部" if scope == "Restricted" else "", infos=(info,))
    )  # fmt: skip


def ref(number: str, at: datetime, sender: str = SENDER) -> str:
    return f"{sender},{number},{when(at)}"


def take(cast: Cast, data: bytes, at: datetime | None = None) -> Taken:
    return receiving.receive(actor=cast.actor("duty"), data=data, way="upload", at=at or cast.at)


def given(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "hazard": "rain", "colour": "orange", "severity": "Unknown", "urgency": "Expected", "certainty": "Likely", "headline": "示例区发布暴雨橙色预警",
        "description": "三小时雨量将超过 50 毫米", "instruction": "远离低洼地带", "expires_at": cast.at + timedelta(hours=12), "streets": [cast.street.code],
        "polygon": "", **changes,
    }  # fmt: skip


def issued(cast: Cast, *, exercise: bool = False, **changes: Any) -> WarningMessage:
    made = actions.draft(
        actor=cast.actor("duty"),
        organisation=cast.district,
        given=given(cast, **changes),
        at=cast.at,
        exercise=exercise,
    )
    actions.move(actor=cast.actor("duty"), message=made, step="submit", at=cast.at)
    return actions.move(actor=cast.actor("commander"), message=made, step="approve", at=cast.at)
