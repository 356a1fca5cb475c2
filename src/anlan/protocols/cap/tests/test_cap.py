"""Wrong documents, hostile documents, round trips, and what follows what."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.protocols.cap.alert import Alert, Area, Info, Unread, build, parse
from anlan.protocols.cap.rules import check, follow

pytestmark = [pytest.mark.pure, pytest.mark.protocol]
RING = "39.1,117.1 39.2,117.1 39.2,117.2 39.1,117.1"
GOOD = Alert(
    identifier="A-1", sender="example@example.org", sent="2026-01-01T08:00:00+08:00", status="Exercise", message_type="Alert", scope="Public",
    infos=(Info(language="zh-CN", categories=("Met",), event="暴雨", urgency="Expected", severity="Severe", certainty="Likely",
                event_codes=(("示例", "11B03"),), areas=(Area("示例区", (RING,), ("39.1,117.1 5",), (("code", "120000"),)),)),),
)  # fmt: skip


def test_a_good_one_comes_back_as_it_was() -> None:
    assert check(GOOD) == []
    assert parse(build(GOOD)) == GOOD


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"identifier": ""}, "identifier"), ({"identifier": "a b"}, "identifier"), ({"sender": "a,b"}, "sender"), ({"sent": "2026-01-01"}, "sent"),
        ({"sent": "2026-01-01T08:00:00Z"}, "sent"), ({"sent": "2026-13-01T08:00:00+08:00"}, "sent"), ({"status": "Real"}, "status"),
        ({"message_type": "Warning"}, "msgType"), ({"scope": ""}, "scope"), ({"scope": "Restricted"}, "restriction"), ({"scope": "Private"}, "addresses"),
        ({"message_type": "Update"}, "references"), ({"message_type": "Cancel", "references": ("A-0",)}, "references"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(change: dict[str, str], wrong: str) -> None:
    assert check(replace(GOOD, **change)) == [wrong]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"categories": ()}, "category"), ({"event": ""}, "event"), ({"urgency": "Soon"}, "urgency"), ({"severity": "Red"}, "severity"),
        ({"certainty": ""}, "certainty"), ({"expires": "tomorrow"}, "expires"), ({"areas": (Area("", (RING,)),)}, "areaDesc"),
        ({"areas": (Area("x", ("1,2 3,4 1,2",)),)}, "polygon"), ({"areas": (Area("x", ("91,2 3,4 5,6 91,2",)),)}, "polygon"),
        ({"areas": (Area("x", (), ("1,2",)),)}, "circle"), ({"areas": (Area("x", (), ("1,2 -3",)),)}, "circle"),
    ],
)  # fmt: skip
def test_what_is_wrong_inside_is_named(change: dict[str, object], wrong: str) -> None:
    assert check(replace(GOOD, infos=(replace(GOOD.infos[0], **change),))) == [wrong]  # type: ignore[arg-type]


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><alert><identifier>&b;</identifier></alert>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert><identifier>&x;</identifier></alert>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"), (b"  \n", "empty"), (b"hello", "not_xml"), (b"<alert>", "not_xml"), (b"<alert/><alert/>", "not_xml"), (b"<other/>", "root"),
        (b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.1"/>', "namespace"), (LAUGHS, "doctype"), (OUTSIDE, "doctype"),
        (b" " * 5000 + b"<!DOCTYPE alert []><alert/>", "doctype"), (b"<alert>" + b"x" * (1 << 20), "too_long"),
        (b'<?xml version="1.0" encoding="nonsense"?><alert/>', "not_xml"), (b"<a>" * 5000, "not_xml"), (b"\xff\xfe\x00", "not_xml"),
        (b"<!--" + b"x" * 5000 + b"--><!DOCTYPE alert [<!ENTITY a 'b'>]><alert>&a;</alert>", "doctype"),
    ],
)  # fmt: skip
def test_what_is_no_alert_is_told_and_nothing_is_fetched(data: bytes, code: str) -> None:
    found = parse(data)
    assert isinstance(found, Unread)
    assert found.code == code


def test_other_encodings_and_a_mark_at_the_front() -> None:
    text = build(GOOD).decode().split("?>", 1)[1]
    for data in (
        b"\xef\xbb\xbf" + text.encode(),
        ('<?xml version="1.0" encoding="GB18030"?>' + text).encode("gb18030"),
    ):
        assert parse(data) == GOOD


def test_updates_and_cancels_find_what_they_refer_to() -> None:
    reference = "example@example.org,A-1,2026-01-01T08:00:00+08:00"
    update = replace(GOOD, identifier="A-2", message_type="Update", references=(reference,))
    assert follow([], GOOD).does == "new"
    assert (follow([GOOD], update).does, follow([GOOD], update).of) == ("update", "A-1")
    assert follow([GOOD], replace(update, message_type="Cancel")).does == "cancel"
    assert follow([], update).does == "dangling"
    assert follow([GOOD], GOOD).does == "repeat"


_WORDS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
    max_size=12,
).map(str.strip)


@settings(max_examples=80, deadline=None)
@given(headline=_WORDS, event=_WORDS, note=_WORDS)
def test_any_words_come_back(headline: str, event: str, note: str) -> None:
    one = replace(GOOD, note=note, infos=(replace(GOOD.infos[0], headline=headline, event=event),))
    assert parse(build(one)) == one
