"""The five questions, each with its reason."""

from __future__ import annotations

from datetime import date

import pytest
from tests.support.cast import AT, Cast

from anlan.base.errors import Refused
from anlan.kernel.access import actions, policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import ANONYMOUS, PUBLIC, SIGNED_IN, SYSTEM, Permission
from anlan.kernel.journal.models import Entry

READ = Permission(slug="test.read", title="看", roles={"bureau_officer": "own", "auditor": "district"})


@pytest.fixture(autouse=True)
def _one_more_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy._policy, "permissions", {**policy.permissions(), READ.slug: READ})


def test_own_reaches_the_subtree_only(cast: Cast) -> None:
    officer = cast.actor("officer")
    section = actions.found_organisation(
        actor=SYSTEM, code="SL-B11-1", name="示例科", kind="section", parent=cast.emergency, at=AT
    )
    assert policy.may(officer, "test.read", section)
    assert policy.may(officer, "test.read", cast.emergency)
    assert not policy.may(officer, "test.read", cast.environment)
    assert not policy.may(officer, "test.read", cast.district)


def test_a_path_is_a_prefix_of_whole_ids(cast: Cast) -> None:
    """/1/2/ must not reach /1/23/."""
    assert cast.emergency.path.endswith("/")
    assert all(row.path.startswith("/") and row.path.endswith("/") for row in Organisation.objects.all())


def test_reasons_say_who_may(cast: Cast) -> None:
    refused = policy.why(cast.actor("street"), "test.read")
    assert not refused
    assert "部门经办" in refused.sentence
    assert policy.why(cast.actor("other"), "test.read", cast.emergency).sentence.startswith("这不是")
    assert policy.why(ANONYMOUS, "test.read").sentence == "先登录。"
    assert policy.may(ANONYMOUS, PUBLIC)
    assert not policy.may(ANONYMOUS, SIGNED_IN)


def test_require_refuses_with_the_reason(cast: Cast) -> None:
    with pytest.raises(Refused) as caught:
        policy.require(cast.actor("street"), "test.read")
    assert caught.value.code == "forbidden"
    with pytest.raises(Refused) as caught:
        policy.require(ANONYMOUS, "test.read")
    assert caught.value.code == "sign_in"


def test_undeclared_permission_is_a_fault(cast: Cast) -> None:
    with pytest.raises(LookupError, match="not declared"):
        policy.may(cast.actor("planner"), "no.such")


def test_visible_to_matches_why_for_every_row(cast: Cast) -> None:
    rows = Organisation.objects.all()
    for who in cast.posts:
        actor = cast.actor(who)
        seen = set(policy.visible_to(actor, "test.read", rows, "path"))
        assert seen == {row for row in rows if policy.may(actor, "test.read", row)}, who
    assert not policy.visible_to(ANONYMOUS, "test.read", rows, "path").exists()


def test_who_may_lists_posts_in_force(cast: Cast) -> None:
    def holders(on: date) -> set[str]:
        return {post.person.username for post in policy.who_may("test.read", cast.emergency, on)}

    assert holders(date(2025, 7, 25)) == {"officer", "auditor"}
    actions.dismiss(actor=SYSTEM, post=cast.posts["officer"], ends_on=date(2025, 7, 1), at=AT)
    assert holders(date(2025, 7, 25)) == {"auditor"}
    assert holders(date(2025, 6, 1)) == {"officer", "auditor"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"code": "SL"}, "duplicate"), ({"kind": "castle"}, "kind")],
)
def test_founding_refuses(cast: Cast, fields: dict[str, str], code: str) -> None:
    before = Entry.objects.count()
    wanted = {"code": "NEW", "kind": "bureau", **fields}
    with pytest.raises(Refused) as caught:
        actions.found_organisation(
            actor=SYSTEM, parent=cast.district, at=AT, code=wanted["code"], kind=wanted["kind"], name="x"
        )
    assert caught.value.code == code
    assert Entry.objects.count() == before


def test_only_an_administrator_appoints(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.appoint(
            actor=cast.actor("planner"), person=cast.posts["street"].person, organisation=cast.street, role="planner",
            title="x", starts_on=date(2025, 1, 1), at=AT,
        )  # fmt: skip
    assert Post.objects.filter(role="planner").count() == 1


def test_switching_to_another_persons_post_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.switch_post(actor=cast.actor("street"), post=cast.posts["admin"], at=AT)
    client = cast.client("street")
    assert client.post("/account/post/", {"post": cast.posts["admin"].pk}).status_code == 403
