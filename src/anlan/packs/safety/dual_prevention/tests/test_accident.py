"""The lesson of an accident goes back to the risk it came from: story (b) ends at the risk point."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.journal.models import Entry
from anlan.kernel.response import log
from anlan.kernel.response.actions import saying
from anlan.kernel.response.models import Incident
from anlan.kernel.response.tests.support import flood
from anlan.kernel.response.tests.test_stories import ammonia
from anlan.packs.safety.dual_prevention import actions, capability
from anlan.packs.safety.dual_prevention.models import Measure, Risk, Signal
from anlan.packs.safety.dual_prevention.tests.test_merging import row
from anlan.packs.safety.dual_prevention.tests.test_register import entered

pytestmark = pytest.mark.django_db
SAID = "联锁没有切断进料"


def _form(cast: Cast, measure: Measure, **more: str) -> dict[str, str]:
    return {
        "text": SAID,
        "lesson": "联锁每周试一次",
        "owner": str(cast.enterprise.pk),
        "subject": str(measure.pk),
        **more,
    }


def _measure(risk: Risk) -> Measure:
    return Measure.objects.get(risk=risk, code="1")


def test_story_b_ends_at_the_risk_point(cast: Cast) -> None:
    risk = entered(cast, row(1), row(2))
    incident = ammonia(cast)
    duty, firm = cast.client("duty"), cast.client("safety")
    review, page = reverse("incident_review", args=[incident.number]), reverse("risk", args=[risk.pk])
    assert 'name="subject' in duty.get(review).content.decode()
    address = reverse("incident_cause", args=[incident.number])
    form = _form(cast, _measure(risk), key="3f0e5f1e-7d0c-4d0e-9c6e-0d8b1a3c5e7f")
    for _twice in range(2):  # pressed twice is once
        assert duty.post(address, form).status_code == 302
    signal = Signal.objects.get()
    assert (signal.risk_id, signal.kind, signal.state, signal.incident_id) == (risk.pk, "accident", "open", incident.pk)
    assert incident.number in signal.text
    assert SAID in signal.text
    # Both pages show it, and each leads to the other.
    told = duty.get(review).content.decode()
    assert "待重评" in told
    assert f'href="{page}#m{_measure(risk).pk}"' in told
    assert f'href="{review}"' in duty.get(page).content.decode()
    # The firm has it on its desk and its page, but the incident does not concern it: no link it could not open.
    assert [one.title for one in capability.waiting(cast.actor("safety"), cast.at)] == [risk.title]
    seen = firm.get(page).content.decode()
    assert SAID in seen
    assert review not in seen
    actions.grade(
        actor=cast.actor("safety"), risk=Risk.objects.get(pk=risk.pk), method="lec", factors={"l": "6", "e": "6", "c": "15"}, direct="", reason="事故说明联锁不可靠",
        at=cast.at + timedelta(days=40),
    )  # fmt: skip
    assert Signal.objects.get().state == "answered"
    assert f"已重评：{Risk.objects.get(pk=risk.pk).get_level_display()}风险" in duty.get(review).content.decode()


def _named(cast: Cast, incident: Incident, measure: Measure) -> UUID:
    (entry,) = saying.cause(
        actor=cast.actor("duty"), incident=incident, text=SAID, at=cast.at, owner=cast.enterprise, failed={"subject": str(measure.pk)}
    )  # fmt: skip
    return entry.pk


def test_a_struck_cause_takes_the_request_back(cast: Cast) -> None:
    risk, incident = entered(cast, row(1)), flood(cast)
    entry = _named(cast, incident, _measure(risk))
    address = reverse("incident_act", args=[incident.number, "strike"])
    back = reverse("incident_review", args=[incident.number])
    assert cast.client("duty").post(address, {"entry": str(entry), "reason": "不是这条", "back": back}).url == back  # type: ignore[attr-defined]
    assert Signal.objects.get().state == "withdrawn"
    assert not list(capability.waiting(cast.actor("safety"), cast.at))
    assert Entry.objects.filter(verb="dual_prevention.signal_withdrawn").count() == 1


def test_what_was_graded_stays_graded_when_the_cause_is_struck(cast: Cast) -> None:
    risk, incident = entered(cast, row(1)), flood(cast)
    entry = _named(cast, incident, _measure(risk))
    actions.retire(actor=cast.actor("safety"), risk=risk, reason="机器拆了", at=cast.at)
    saying.strike(actor=cast.actor("duty"), incident=incident, entry=entry, reason="写错", at=cast.at)
    assert Signal.objects.get().state == "answered"


def test_each_cause_asks_once_and_of_its_own(cast: Cast) -> None:
    risk, incident = entered(cast, row(1)), flood(cast)
    one, two = (_named(cast, incident, _measure(risk)) for _ in range(2))
    assert Signal.objects.filter(state="open").count() == 2
    saying.strike(actor=cast.actor("duty"), incident=incident, entry=one, reason="重了", at=cast.at)
    assert [row.mark for row in Signal.objects.filter(state="open")] == [f"incident:{two}"]


def test_a_drill_writes_it_down_and_asks_for_nothing(cast: Cast) -> None:
    risk, incident = entered(cast, row(1)), flood(cast)
    Incident.objects.filter(pk=incident.pk).update(mode="drill")
    _named(cast, Incident.objects.get(pk=incident.pk), _measure(risk))
    assert log.board(incident).causes[0]["subject"][1] == str(_measure(risk).pk)
    assert not Signal.objects.exists()


def test_wrong_names_are_refused_and_nothing_is_half_done(cast: Cast) -> None:
    risk, incident = entered(cast, row(1)), flood(cast)
    other = _form(cast, _measure(risk), owner=str(cast.school.pk))  # it is not the school's
    alone = {**_form(cast, _measure(risk)), "owner": ""}
    gone = _form(cast, _measure(risk), subject="999999")
    for form, words in ((other, "没有"), (alone, "先选是哪个单位"), (gone, "没有")):
        answer = cast.client("duty").post(reverse("incident_cause", args=[incident.number]), form)
        assert answer.status_code == 422, form
        assert words in answer.content.decode()
        assert SAID in answer.content.decode()  # what was typed stays
    actions.retire(actor=cast.actor("safety"), risk=risk, reason="停用", at=cast.at)
    with pytest.raises(Refused, match="在用"):
        _named(cast, incident, _measure(risk))
    assert not Signal.objects.exists()
    assert not log.board(incident).causes


def test_who_may_not_read_the_register_finds_nothing_in_it(cast: Cast) -> None:
    """A street of the incident says what failed in words; it does not get at the measures of a firm that are not its own to read."""
    risk, incident = entered(cast, row(1)), flood(cast)
    address = reverse("incident_subjects", args=[incident.number])
    asked = {"owner": str(cast.enterprise.pk), "q": ""}
    assert cast.client("duty").get(address, asked).json()["rows"]
    assert cast.client("keeper").get(address, asked).json()["rows"] == []
    with pytest.raises(Refused, match="不归你看"):
        saying.cause(
            actor=cast.actor("keeper"), incident=incident, text=SAID, at=cast.at, owner=cast.enterprise, failed={"subject": str(_measure(risk).pk)}
        )  # fmt: skip
