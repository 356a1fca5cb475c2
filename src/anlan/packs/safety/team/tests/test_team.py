"""Teams: one incident at a time, consent across agencies, a lapse told once, links that cannot be forged, the nearest first."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from tests.support.cast import AT, Cast
from tests.support.together import codes

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.models import Entry
from anlan.kernel.maps.actions import store_layer
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.cells import row_of
from anlan.kernel.response import log
from anlan.kernel.response.models import Incident, LogEntry
from anlan.packs.safety.team import actions, demonstration, finding, links, panels, queries, rules
from anlan.packs.safety.team.models import Dispatch, Expert, Team, TeamLink
from anlan.packs.safety.team.sheets import EXPERTS, TEAMS
from anlan.packs.safety.team.tests.support import incident, later, team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The edge's clock stands a minute after the story began; nothing is kept of the register of another test."""
    finding.forget()
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(minutes=1))


def called(cast: Cast, **more: object) -> Dispatch:
    return actions.dispatch(
        actor=cast.actor("duty"), incident=incident(cast), team=team(cast), task="flood", order="排水", at=cast.at, **more  # type: ignore[arg-type]
    )  # fmt: skip


def on_scene(cast: Cast) -> Dispatch:
    row = called(cast)
    for word, minute in (("moving", 5), ("on_scene", 20)):
        actions.step(
            actor=cast.actor("duty"),
            row=row,
            target=word,
            at=later(cast, minute),
            people=12 if word == "on_scene" else None,
        )
    return row


def refused(work: object, *arguments: object, **more: object) -> Refused:
    with pytest.raises(Refused) as caught:
        work(*arguments, **more)  # type: ignore[operator]
    return caught.value


# ---- states and the log
def test_every_step_is_in_the_log(cast: Cast) -> None:
    row = on_scene(cast)
    actions.step(actor=cast.actor("team"), row=row, target="working", at=later(cast, 25))
    view = log.board(row.incident).resources["T1"]
    assert (view.state, view.people) == ("working", 12)
    actions.step(actor=cast.actor("duty"), row=row, target="released", at=later(cast, 90))
    assert log.board(row.incident).resources["T1"].state == "released"
    assert log.verify(row.incident) == ""
    said = [one.payload["state"] for one in LogEntry.objects.filter(kind="resource").order_by("seq")]
    assert said == ["called", "moving", "on_scene", "working", "released"]


def test_a_step_that_the_table_does_not_have_is_refused(cast: Cast) -> None:
    row = called(cast)
    assert refused(actions.step, actor=cast.actor("duty"), row=row, target="resting", at=cast.at).code == "illegal"
    assert refused(actions.step, actor=cast.actor("duty"), row=row, target="called", at=cast.at).code == "illegal"
    assert refused(actions.headcount, actor=cast.actor("duty"), row=row, people=3, at=cast.at).code == "illegal"


def test_an_older_picture_does_not_go_over_a_newer_one(cast: Cast) -> None:
    row = called(cast)
    stale = Dispatch.objects.select_related("team__organisation", "incident__organisation").get(pk=row.pk)
    actions.step(actor=cast.actor("duty"), row=row, target="moving", at=later(cast, 1))
    assert (
        refused(actions.step, actor=cast.actor("duty"), row=stale, target="on_scene", at=later(cast, 2)).code == "stale"
    )


def test_one_real_incident_at_a_time_and_a_drill_beside_it(cast: Cast) -> None:
    row = called(cast)
    other = incident(cast, place="另一处")
    again = refused(
        actions.dispatch,
        actor=cast.actor("duty"),
        incident=other,
        team=row.team,
        task="flood",
        order="排水",
        at=cast.at,
    )
    assert (again.code, row.incident.number in again.message) == ("taken", True)
    drill = incident(cast, place="演练处", mode="drill")
    actions.dispatch(actor=cast.actor("duty"), incident=drill, team=row.team, task="flood", order="排水", at=cast.at)
    actions.step(actor=cast.actor("duty"), row=row, target="released", at=later(cast, 5))
    actions.dispatch(
        actor=cast.actor("duty"), incident=other, team=row.team, task="flood", order="排水", at=later(cast, 6)
    )


def test_a_team_leader_does_not_release_the_team(cast: Cast) -> None:
    row = on_scene(cast)
    assert (
        refused(actions.step, actor=cast.actor("team"), row=row, target="released", at=later(cast, 30)).code
        == "forbidden"
    )


@pytest.mark.django_db(transaction=True)
def test_two_commanders_call_one_team(cast: Cast) -> None:
    row, first, second = team(cast), incident(cast), incident(cast, place="另一处")
    duty, commander = cast.actor("duty"), cast.actor("commander")
    said = codes(
        lambda: actions.dispatch(actor=duty, incident=first, team=row, task="flood", order="排水", at=cast.at),
        lambda: actions.dispatch(actor=commander, incident=second, team=row, task="flood", order="排水", at=cast.at),
    )
    assert sorted(said) == ["", "taken"]
    assert Dispatch.objects.filter(ended_at=None).count() == 1
    assert LogEntry.objects.filter(kind="resource").count() == 1


# ---- consent
def test_a_team_of_another_agency_is_asked(cast: Cast) -> None:
    there = incident(cast, owner=cast.street)
    row = actions.dispatch(
        actor=cast.actor("street"), incident=there, team=team(cast), task="flood", order="排水", at=cast.at
    )
    assert row.state == "asked"
    assert "T1" not in log.board(there).resources
    assert refused(actions.step, actor=cast.actor("street"), row=row, target="moving", at=cast.at).code == "illegal"
    assert refused(actions.consent, actor=cast.actor("street"), row=row, agreed=True, at=cast.at).code == "forbidden"
    assert any("同意调" in one.title for one in queries.waiting(cast.actor("officer"), cast.at))
    assert not any("同意调" in one.title for one in queries.waiting(cast.actor("duty"), cast.at))
    assert refused(actions.consent, actor=cast.actor("duty"), row=row, agreed=True, at=cast.at).code == "forbidden"
    officer = cast.client("officer")
    assert "请同意调这支队伍" in officer.get(reverse("teams_detail", args=[row.team_id])).content.decode()
    assert officer.get(reverse("team_incident", args=[there.number])).status_code == 404
    assert officer.post(reverse("team_step", args=[row.pk, "refuse"]), {"reason": ""}).status_code == 422
    actions.consent(actor=cast.actor("officer"), row=row, agreed=True, at=later(cast, 3))
    assert log.board(there).resources["T1"].state == "called"
    assert "示例·officer" in row.consent_by


def test_a_refusal_needs_a_reason_and_frees_the_team(cast: Cast) -> None:
    there = incident(cast, owner=cast.street)
    row = actions.dispatch(
        actor=cast.actor("street"), incident=there, team=team(cast), task="flood", order="排水", at=cast.at
    )
    assert refused(actions.consent, actor=cast.actor("officer"), row=row, agreed=False, at=cast.at).field == "reason"
    actions.consent(actor=cast.actor("officer"), row=row, agreed=False, at=cast.at, reason="正在值守泵站")
    assert (row.state, row.ended_at is not None) == ("declined", True)
    assert "T1" not in log.board(there).resources


def test_volunteers_are_asked_even_by_the_district(cast: Cast) -> None:
    row = team(cast, kind="social", insured_until=cast.at.date() + timedelta(days=30))
    found = actions.dispatch(
        actor=cast.actor("duty"), incident=incident(cast), team=row, task="rescue", order="搜", at=cast.at
    )
    assert found.state == "asked"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"ready": "off"}, "不能出动"),
        ({"ready_on": None}, "没有报备勤"),
        ({"insured_until": "past"}, "保险已到期"),
    ],
)
def test_who_is_not_ready_is_called_with_a_reason_alone(cast: Cast, values: dict[str, Any], why: str) -> None:
    if values.get("insured_until"):
        values = {"insured_until": cast.at.date() - timedelta(days=1)}
    row, there = team(cast, **values), incident(cast)
    said = refused(
        actions.dispatch, actor=cast.actor("duty"), incident=there, team=row, task="flood", order="排水", at=cast.at
    )
    assert said.field == "reason"
    assert why in said.message
    found = actions.dispatch(
        actor=cast.actor("duty"), incident=there, team=row, task="flood", order="排水", at=cast.at, reason="没有别的队"
    )
    assert "没有别的队" in found.order


# ---- heads and hours
def test_a_lapse_is_told_once_and_again_after_a_new_count(cast: Cast) -> None:
    row = on_scene(cast)  # on scene at 20, every 60 minutes
    assert actions.lapse(later(cast, 79)) == 0
    assert actions.lapse(later(cast, 80)) == 1
    assert [actions.lapse(later(cast, minute)) for minute in (81, 120, 600)] == [0, 0, 0]
    assert log.board(_incident(row)).resources["T1"].lapse == 1
    row.refresh_from_db()
    actions.headcount(actor=cast.actor("duty"), row=row, people=12, at=later(cast, 610))
    assert actions.lapse(later(cast, 669)) == 0
    assert actions.lapse(later(cast, 670)) == 1
    assert actions.lapse(later(cast, 800)) == 0
    assert log.board(_incident(row)).resources["T1"].lapse == 2
    row.refresh_from_db()
    assert row.lapses == 2


def _incident(row: Dispatch) -> Incident:
    row.incident.refresh_from_db()
    return row.incident


@pytest.mark.django_db(transaction=True)
def test_two_clocks_tell_one_lapse(cast: Cast) -> None:
    on_scene(cast)
    codes(lambda: actions.lapse(later(cast, 90)), lambda: actions.lapse(later(cast, 90)))
    assert LogEntry.objects.filter(kind="headcount").count() == 1
    assert Dispatch.objects.get().lapses == 1


def test_fewer_heads_are_said_aloud(cast: Cast) -> None:
    row = on_scene(cast)
    actions.headcount(actor=cast.actor("duty"), row=row, people=10, at=later(cast, 30))
    assert any("少 2 人" in one["text"] for one in log.board(row.incident).notes)


@pytest.mark.parametrize("people", ["", "-1", "1.5", "many", "99999", "１２x"])
def test_wrong_counts_are_refused(cast: Cast, people: str) -> None:
    assert (
        refused(
            actions.headcount, actor=cast.actor("duty"), row=on_scene(cast), people=people, at=later(cast, 30)
        ).field
        == "people"
    )


@pytest.mark.pure
def test_the_lights_of_work() -> None:
    from_ = AT
    kind = rules.TASKS["hazmat"]
    lights = [
        rules.work("hazmat", from_, from_ + timedelta(minutes=m))
        for m in (kind.amber - 1, kind.amber, kind.red - 1, kind.red)
    ]
    assert [one.light for one in lights if one] == ["", "amber", "amber", "red"]
    assert rules.work("hazmat", None, from_) is None


def test_a_rest_starts_the_hours_again(cast: Cast) -> None:
    row = on_scene(cast)
    duty = cast.actor("duty")
    actions.step(actor=duty, row=row, target="working", at=later(cast, 25))
    assert any("超时作业" in one.title for one in queries.waiting(duty, later(cast, 300)))
    actions.step(actor=duty, row=row, target="resting", at=later(cast, 301))
    actions.step(actor=duty, row=row, target="working", at=later(cast, 320))
    assert not any("作业" in one.title for one in queries.waiting(duty, later(cast, 325)))


# ---- links
def linked(cast: Cast, row: Dispatch, hours: object = 2) -> tuple[TeamLink, str]:
    return links.make(actor=cast.actor("duty"), row=row, holder="示例·队员", hours=hours, at=cast.at)


def test_a_link_acts_in_the_name_it_was_given_to(cast: Cast) -> None:
    row = called(cast)
    link, token = linked(cast, row)
    phone = Client()
    page = phone.get(reverse("team_link", args=[token]))
    assert page.status_code == 200
    assert "排水" in page.content.decode()
    for given in (
        {"do": "accept"},
        {"do": "moving"},
        {"do": "on_scene", "people": "9"},
        {"do": "headcount", "people": "8"},
        {"do": "note", "text": "水深半米"},
    ):
        assert phone.post(reverse("team_link", args=[token]), given).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.people) == ("on_scene", 8)
    names = {one.actor_name for one in LogEntry.objects.filter(kind__in=("resource", "headcount"))}
    assert names == {"示例·duty", "示例·队员"}
    assert Entry.objects.filter(actor_name="示例·队员", verb="response.note").exists()
    assert TeamLink.objects.get(pk=link.pk).used_at is not None


def test_a_link_brings_photos_and_refuses_what_is_none(cast: Cast) -> None:
    row = called(cast)
    _link, token = linked(cast, row)
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "#888").save(out, "PNG")
    url = reverse("team_link", args=[token])
    assert (
        Client()
        .post(url, {"do": "note", "text": "见图", "photos": SimpleUploadedFile("a.png", out.getvalue())})
        .status_code
        == 302
    )
    assert [one.files.count() for one in LogEntry.objects.filter(kind="note") if "见图" in one.payload["text"]] == [1]
    assert (
        Client().post(url, {"do": "note", "text": "x", "photos": SimpleUploadedFile("a.png", b"MZ" * 30)}).status_code
        == 422
    )


@pytest.mark.parametrize(
    "hurt",
    [
        lambda token: token[:-2] + "xx",
        lambda _token: "1.x:y",
        lambda token: token.replace(".", ".x", 1),
        lambda _token: "x" * 5000,
    ],
)
def test_a_forged_link_is_refused(cast: Cast, hurt: object) -> None:
    _link, token = linked(cast, called(cast))
    assert refused(links.find, hurt(token), cast.at).message == links.GONE  # type: ignore[operator]
    assert Client().get(reverse("team_link", args=["nothing"])).status_code == 404


def test_an_expired_a_revoked_and_a_released_link_are_refused(cast: Cast) -> None:
    row = called(cast)
    link, token = linked(cast, row)
    assert links.find(token, later(cast, 119)) == link
    assert refused(links.find, token, later(cast, 120)).message == links.GONE
    links.revoke(actor=cast.actor("duty"), link=link, at=later(cast, 1))
    assert refused(links.find, token, later(cast, 2)).message == links.GONE
    assert refused(links.act, link=link, word="accept", at=later(cast, 2)).message == links.GONE
    row.refresh_from_db()
    assert row.accepted_at is None
    _other, second = linked(cast, row)
    actions.step(actor=cast.actor("duty"), row=row, target="released", at=later(cast, 3))
    assert refused(links.find, second, later(cast, 4)).message == links.GONE


def test_the_page_of_a_link_shows_its_task_alone(cast: Cast) -> None:
    row = called(cast)
    other = team(cast, "T2")
    actions.dispatch(
        actor=cast.actor("duty"), incident=row.incident, team=other, task="rescue", order="机密搜救", at=cast.at
    )
    _link, token = linked(cast, row)
    body = Client().get(reverse("team_link", args=[token])).content.decode()
    assert "机密搜救" not in body
    assert "示例-1234" not in body
    assert Client().post(reverse("team_link", args=[token]), {"do": "released"}).status_code == 404


def test_the_secret_is_not_kept(cast: Cast) -> None:
    link, token = linked(cast, called(cast))
    secret = token.split(":")[0].split(".", 1)[1]
    assert secret not in (link.hash, *Entry.objects.values_list("new_text", flat=True))


@pytest.mark.parametrize("hours", ["0", "169", "x", "", "-3"])
def test_a_link_has_an_end(cast: Cast, hours: str) -> None:
    assert refused(linked, cast, called(cast), hours).field == "hours"


def test_a_volunteer_agrees_by_link(cast: Cast) -> None:
    row = team(cast, kind="social", insured_until=cast.at.date() + timedelta(days=30))
    found = actions.dispatch(
        actor=cast.actor("duty"), incident=incident(cast), team=row, task="rescue", order="搜", at=cast.at
    )
    link, _token = linked(cast, found)
    links.act(link=link, word="accept", at=later(cast, 1))
    found.refresh_from_db()
    assert found.state == "called"
    assert "示例·队员" in found.consent_by


# ---- the nearest
def test_the_nearest_that_fit(cast: Cast) -> None:
    team(cast, "A", longitude=117.20)
    team(cast, "B", longitude=117.30)
    team(cast, "C", longitude=117.22, skills="灭火")
    team(cast, "D", longitude=117.21, ready="off")
    found = finding.nearest(117.2, 39.16, at=cast.at, skill="抗洪排涝")
    assert [one.team.code for one in found] == ["A", "B"]
    assert [one.road_km for one in found] == [None, None]
    actions.dispatch(
        actor=cast.actor("duty"),
        incident=incident(cast),
        team=Team.objects.get(code="A"),
        task="flood",
        order="排水",
        at=cast.at,
    )
    assert [one.team.code for one in finding.nearest(117.2, 39.16, at=cast.at, skill="抗洪排涝")] == ["B"]
    assert [one.busy != "" for one in finding.nearest(117.2, 39.16, at=cast.at, skill="抗洪排涝", free=False)] == [
        True,
        False,
    ]


def test_the_index_follows_the_register(cast: Cast) -> None:
    row = team(cast)
    assert len(finding.nearest(117.2, 39.16, at=cast.at)) == 1
    values = registry.facts(row, TEAMS) | {"ready": "off"}
    registry.change(actor=SYSTEM, sheet=TEAMS, row=row, values=values, version=row.version, at=cast.at)
    assert finding.nearest(117.2, 39.16, at=cast.at) == []
    assert len(finding.nearest(117.2, 39.16, at=cast.at, ready=False)) == 1
    assert finding.nearest(117.2, 39.16, at=cast.at + timedelta(days=40)) == []


def test_by_road_where_a_network_is_loaded(cast: Cast) -> None:
    team(cast, "A", longitude=117.21, latitude=39.155)
    store_layer(
        actor=SYSTEM,
        slug="roads",
        title="路",
        crs="wgs84",
        source="示例",
        data=demonstration.roads(),
        at=cast.at,
        review_number="示例",
    )
    found = finding.nearest(117.19, 39.17, at=cast.at)[0]
    assert found.road_km is not None
    assert found.road_km > found.km


def test_plans_find_teams_by_skill(cast: Cast) -> None:
    team(cast, "A")
    team(cast, "B", ready="off")
    assets = {one.key: one for one in queries.assets(cast.at)}
    assert (assets["A"].kind, assets["A"].skills, assets["A"].ready, assets["B"].ready) == (
        "team",
        ("抗洪排涝", "搜救"),
        True,
        False,
    )
    actions.dispatch(
        actor=cast.actor("duty"),
        incident=incident(cast),
        team=Team.objects.get(code="A"),
        task="flood",
        order="排水",
        at=cast.at,
    )
    assert not next(one for one in queries.assets(cast.at) if one.key == "A").ready


def test_only_experts_who_agreed_are_found(cast: Cast) -> None:
    base = {"unit": "", "title": "", "phone": "示例", "longitude": None, "latitude": None, "fields": "堵漏"}
    today = cast.at.date()
    for code, on, until in (
        ("1", today, None),
        ("2", None, None),
        ("3", today - timedelta(days=400), today - timedelta(days=1)),
    ):
        registry.add(
            actor=SYSTEM,
            sheet=EXPERTS,
            organisation=cast.emergency,
            values=base | {"code": code, "name": f"示例·{code}", "consent_on": on, "consent_until": until},
            at=cast.at,
        )
    assert Expert.objects.count() == 3
    assert [one.code for one in finding.experts("堵漏", today)] == ["1"]


# ---- registers and pages
def test_skills_are_words_of_the_list(cast: Cast) -> None:
    row = {
        "code": "1",
        "name": "示例",
        "kind": "社会",
        "skills": "飞天",
        "people": "3",
        "ready": "随时能出动",
        "leader": "示例",
        "phone": "1",
    }
    assert {one.column for one in row_of(row, TEAMS)[1]} == {"skills", "insured_until"}


def test_the_pages_of_a_team(cast: Cast) -> None:
    row = on_scene(cast)
    url = reverse("team_incident", args=[row.incident.number])
    duty = cast.client("duty")
    for address in (
        reverse("team_home"),
        reverse("team_find"),
        reverse("team_find") + f"?incident={row.incident.number}",
        url,
        reverse("teams_detail", args=[row.team_id]),
    ):
        assert duty.get(address).status_code == 200
    assert duty.get(reverse("team_find") + "?lon=1&lat=1").status_code == 422
    assert duty.get(reverse("team_find") + f"?incident={row.incident.number}&form=csv").status_code == 200
    assert duty.get(reverse("team_incident_export", args=[row.incident.number])).status_code == 200
    body = duty.post(reverse("team_step", args=[row.pk, "phone"])).content.decode()
    assert "示例-1234" in body
    assert Entry.objects.filter(verb="team.phone_seen").count() == 1
    assert cast.client("team").post(reverse("team_step", args=[row.pk, "phone"])).status_code == 403
    made = duty.post(reverse("team_step", args=[row.pk, "link"]), {"holder": "示例·队员", "hours": "2"}, follow=True)
    assert "/t/" in made.content.decode()
    assert "/t/" not in duty.get(url).content.decode()
    assert duty.post(reverse("team_link_revoke", args=[TeamLink.objects.get().pk])).status_code == 302
    assert duty.post(reverse("team_call", args=[row.incident.number]), {"team": "x"}).status_code == 422


def test_the_board_counts_ready_out_and_lame_teams(cast: Cast) -> None:
    assert panels.lines(cast.actor("duty"), cast.at) == []
    on_scene(cast)
    team(cast, "T2", ready="off")
    team(cast, "T3")
    ready, out, lame, there = panels.lines(cast.actor("duty"), cast.at + timedelta(minutes=30))
    assert [(one.value, one.word) for one in (ready, out, lame)] == [("1", "能出动"), ("1", ""), ("1", "没有备勤")]
    assert (there.title, there.note) == ("示例T1队", Incident.objects.get().title)
