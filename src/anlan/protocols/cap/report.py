"""An alert as one JSON object: what `anlan decode cap` prints for a document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from anlan.protocols.cap.alert import LONGEST, PROFILE, Alert, Info, Unread, parse
from anlan.protocols.cap.rules import COLOURS, check, circle, instant, polygon, reference


def _utc(text: str) -> str | None:
    at: datetime | None = instant(text)
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"


def decoded(alert: Alert) -> dict[str, Any]:
    """Every field that stands in the document; times also in UTC."""
    errors = check(alert)
    told: dict[str, Any] = {"valid": not errors, "errors": errors}
    if errors:
        told["reason"] = "rules"
    told |= {
        "identifier": alert.identifier,
        "sender": alert.sender,
        "status": alert.status,
        "msgType": alert.message_type,
        "scope": alert.scope,
    }
    if alert.chinese:
        told |= {"profile": PROFILE, "sender_code": alert.sender_code, "region": alert.sender_code[:6], "industry": alert.sender_code[6:9],
                 "sendTime_utc": _utc(alert.sent), "references": list(alert.references)}  # fmt: skip
    else:
        told |= {
            "sent_utc": _utc(alert.sent),
            "references": [list(reference(one) or (one,)) for one in alert.references],
        }
    if alert.infos:
        told |= _info(alert.infos[0], chinese=alert.chinese)
    return told


def _info(info: Info, *, chinese: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "severity": info.severity,
        "urgency": info.urgency,
        "certainty": info.certainty,
        "headline": info.headline,
    }
    if chinese:
        told |= {"eventType": info.event, "level": COLOURS.get(info.severity, ("", ""))[1]}
    else:
        told |= {
            "category": list(info.categories),
            "event": info.event,
            "event_codes": [list(one) for one in info.event_codes],
        }
    for name, text in (("expires_utc", info.expires), ("effective_utc", info.effective), ("onset_utc", info.onset)):
        if text:
            told[name] = _utc(text)
    told["geocodes"] = [code for area in info.areas for _name, code in area.geocodes]
    shapes = [ring for area in info.areas for text in area.polygons if (ring := polygon(text))]
    if shapes:
        told |= {"polygon_points": len(shapes[0]), "polygon_order": "lat,lon"}
    round_ = next((one for area in info.areas for text in area.circles if (one := circle(text))), None)
    if round_:
        told["circle"] = {"lat": round_[0], "lon": round_[1], "radius_km": round_[2]}
    return told


def lines(stream: BinaryIO, _key: bytes | None = None) -> Iterator[dict[str, Any]]:
    """One document; nothing for an empty one."""
    data = stream.read(LONGEST + 1)
    if not data.strip():
        return
    alert = parse(data)
    yield {"valid": False, "reason": "unknown", "errors": [alert.code]} if isinstance(alert, Unread) else decoded(alert)
