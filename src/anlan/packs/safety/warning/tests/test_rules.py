"""What a document says in our words, and the one sentence for each that is not taken."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from anlan.base.errors import Refused
from anlan.packs.safety.warning import rules
from anlan.packs.safety.warning.rules import Named, Own
from anlan.packs.safety.warning.tests.support import cap, ref, when
from anlan.protocols.cap import rules as codec
from anlan.protocols.cap.alert import Area, parse

pytestmark = pytest.mark.pure
AT = datetime(2026, 7, 1, 8, tzinfo=UTC)


def refused(data: bytes) -> Refused:
    with pytest.raises(Refused) as told:
        rules.read(data)
    assert "\u4e00" <= told.value.message[-2] <= "\u9fff" or told.value.message[-1] == "。"
    assert "\n" not in told.value.message
    return told.value


def test_the_standard_cases(shared: Path) -> None:
    cases = {one["name"]: one for one in json.loads((shared / "vectors" / "cap.json").read_text(encoding="utf-8"))}
    storm = rules.read(cases["oasis-a2-thunderstorm"]["frame"].encode())
    assert (storm.identifier, storm.status, storm.colour, storm.hazard) == ("KSTO1055887203", "Actual", None, "")
    assert storm.expires_at == datetime(2003, 6, 17, 23, tzinfo=UTC)
    quake = rules.read(cases["oasis-a3-earthquake-update"]["frame"].encode())
    assert quake.references[0] == Named(sender="trinet@caltech.edu", identifier="TRI13970876.1", sent_at=datetime(2003, 6, 12, 3, 30, tzinfo=UTC))  # fmt: skip
    wind = rules.read(cases["china-early-warning-wind-blue"]["frame"].encode())
    assert (wind.hazard, wind.colour, wind.sender, wind.severity) == ("wind", 4, "41000041600000", "Unknown")
    assert wind.references == (Named(identifier="41000041600000_20200204121842", sender="41000041600000"),)
    assert refused(cases["negative-open-polygon"]["frame"].encode()).field == "polygon"
    zulu = rules.read(cases["negative-sent-with-z"]["frame"].encode())
    assert zulu.sent_at == datetime(2003, 6, 17, 21, 57, tzinfo=UTC)
    assert "不合规范" in zulu.notes[0]


@pytest.mark.parametrize("severity", ["Extreme", "Severe", "Moderate", "Minor", "Unknown"])
def test_colour_and_hazard_never_come_from_severity(severity: str) -> None:
    none = rules.read(cap("1", AT, severity=severity, parameters=(), event="Rainstorm"))
    assert (none.colour, none.hazard, none.severity) == (None, "", severity)
    told = rules.read(cap("1", AT, severity=severity, parameters=(("颜色", "红"), ("灾种", "暴雨"))))
    assert (told.colour, told.hazard) == (1, "rain")


@pytest.mark.parametrize(("value", "colour"), [("红色", 1), ("橙", 2), ("Yellow", 3), ("blue", 4), ("紫色", None), ("", None), ("一级", None)])  # fmt: skip
def test_words_of_colour(value: str, colour: int | None) -> None:
    assert rules.read(cap("1", AT, parameters=(("Colour", value),))).colour == colour


ENTITY = b'<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&x;</identifier></alert>'
BILLION = b'<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><alert>&b;</alert>'


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (ENTITY, "file"), (BILLION, "file"), (b" " * 5000 + ENTITY.partition(b"?>")[2], "file"),
        (b"", "file"), (b"hello", "file"), (lambda data: data[:200], "file"), (b"<alert/>", "identifier"),
        (b"<feed/>", "file"), (lambda data: data.replace(b"cap:1.2", b"cap:1.1"), "file"),
        (lambda data: data.replace(b"+08:00</sent>", b"</sent>"), "sent"), (lambda data: data.replace(b"<sent>", b"<sent>x"), "sent"),
        (lambda data: data.replace(b"+08:00</expires>", b"</expires>"), "expires"),
        (lambda data: data.replace(b"39.150,117.180</polygon>", b"39.151,117.180</polygon>"), "polygon"),
        (lambda data: data.replace(b"39.190,117.250", b"99.190,117.250"), "polygon"),
        (lambda data: data.replace(b"<status>Actual", b"<status>actual"), "status"), (lambda data: data.replace(b"<msgType>Alert", b"<msgType>Update"), "references"),
        (lambda data: data.replace(b"<identifier>A1", b"<identifier>A 1"), "identifier"), (lambda data: data.replace("示例区".encode(), b""), "areaDesc"),
        (lambda data: data.replace(b"Minor", b"Red"), "severity"),
    ],
)  # fmt: skip
def test_each_fault_has_its_sentence(change: Any, field: str) -> None:
    data = cap("A1", AT)
    assert rules.read(data).identifier == "A1"
    assert refused(change if isinstance(change, bytes) else change(data)).field == field


def test_wrong_references() -> None:
    for wrong in (("A0",), ("a,b",), (f"qx@weather.example,A0,{when(AT)[:19]}",)):
        assert refused(cap("A1", AT, kind="Cancel", refs=wrong)).field == "references"
    assert "它自己" in refused(cap("A1", AT, kind="Update", refs=(ref("A1", AT),))).message


def test_expiry_before_it_was_sent() -> None:
    assert refused(cap("A1", AT, expires=AT - timedelta(hours=1))).field == "expires"
    assert refused(cap("A1", AT, expires=AT)).field == "expires"


def own(**changes: object) -> Own:
    plain: dict[str, object] = {
        "identifier": "SL-2026-00001", "sender": "sl@anlan", "sender_name": "示例区", "sent_at": AT, "message_type": "Alert", "exercise": False, "references": (),
        "hazard": "rain", "colour": 2, "headline": "暴雨橙色", "description": "<雨> & 雷", "instruction": "避", "severity": "Minor", "urgency": "Expected",
        "certainty": "Likely", "effective_at": AT, "expires_at": AT + timedelta(hours=3),
        "areas": rules.areas_of([("SL-S01", "示例一街道")], "", ("SL", "示例区")),
    }  # fmt: skip
    return Own(**{**plain, **changes})  # type: ignore[arg-type]


def test_what_we_write_is_good_cap_and_reads_back() -> None:
    data = rules.write(own())
    alert = parse(data)
    assert codec.check(alert) == []  # type: ignore[arg-type]
    told = rules.read(data)
    assert (told.colour, told.hazard, told.severity, told.status, told.notes) == (2, "rain", "Minor", "Actual", ())
    assert told.description == "<雨> & 雷"
    assert told.areas[0].geocodes == ((rules.GEOCODE, "SL-S01"),)
    assert b"+08:00</sent>" in data
    update = rules.write(own(message_type="Update", references=(Named(sender="sl@anlan", identifier="x", sent_at=AT),)))
    assert rules.read(update).references[0].sent_at == AT
    with pytest.raises(Refused):
        rules.write(own(message_type="Cancel"))  # without a reference


@pytest.mark.parametrize("exercise", [True, False])
def test_the_hard_stop_lets_each_kind_out_as_itself_alone(exercise: bool) -> None:
    data = rules.write(own(exercise=exercise))
    assert rules.leaving(data, exercise=exercise) == data
    with pytest.raises(Refused) as told:
        rules.leaving(data, exercise=not exercise)
    assert told.value.code == "exercise"
    for junk in (b"", b"<alert/>", data.replace(b"Exercise", b"Test").replace(b"Actual", b"Test")):
        with pytest.raises(Refused):
            rules.leaving(junk, exercise=exercise)


def test_status_follows_from_the_record_alone() -> None:
    assert rules.read(rules.write(own(exercise=True))).status == "Exercise"
    assert b"Actual" not in rules.write(own(exercise=True))


@pytest.mark.parametrize(
    ("kind", "status", "sender", "target", "theirs", "good"),
    [("Update", "Actual", "a", "Actual", "a", True), ("Cancel", "Actual", "a", "Actual", "a", True), ("Cancel", "Exercise", "a", "Exercise", "a", True),
     ("Cancel", "Exercise", "a", "Actual", "a", False), ("Update", "Actual", "a", "Exercise", "a", False), ("Cancel", "Actual", "b", "Actual", "a", False),
     ("Alert", "Actual", "a", "Actual", "a", False)],
)  # fmt: skip
def test_who_may_touch_whom(kind: str, status: str, sender: str, target: str, theirs: str, good: bool) -> None:
    assert (rules.applies(kind, status, sender, target, theirs) == "") is good


def test_areas() -> None:
    assert rules.areas_of([], "", ("SL", "示例区"))[0].description == "示例区"
    text = "39.1,117.1 39.1,117.2 39.2,117.2 39.1,117.1"
    assert rules.areas_of([("a", "甲"), ("b", "乙")], text, ("SL", "区"))[0].polygons == (text,)
    with pytest.raises(Refused) as told:
        rules.areas_of([], "39.1,117.1 39.1,117.2 39.2,117.2", ("SL", "区"))
    assert told.value.field == "polygon"
    areas = (Area(description="甲", polygons=(text,), circles=("39,117 2",), geocodes=(("a", "b"),)),)
    assert rules.areas_from(rules.plain_areas(areas)) == areas


def test_every_hazard_proposes_a_kind_of_incident_that_there_is() -> None:
    from anlan.kernel.response.grading import kinds

    assert {one.incident for one in rules.hazards().values()} <= set(kinds())
    assert {one.category for one in rules.hazards().values()} <= set(codec.CATEGORIES)
