"""A small plan, a roster and an incident in the test cast's district."""

from __future__ import annotations

from datetime import timedelta

from tests.support.cast import Cast

from anlan.kernel.response import cards
from anlan.kernel.response.actions import command, intake
from anlan.kernel.response.cards import Book, Card, Phase, PlaceRule, Scenario, Trigger
from anlan.kernel.response.models import ContingencyPlan, DutyShift, Incident, PlanVersion

BOOK = Book(
    title="示例防汛预案", edition="示例第1版", kinds=("flood",),
    scenarios=(
        Scenario(
            slug="downpour", title="暴雨",
            triggers=(
                Trigger(level=3, words="橙色预警", hazard="rain", colour=2),
                Trigger(level=2, words="转移人数达到 500", fact="evacuated", least=500),
            ),
            phases=(
                Phase(slug="first", title="先期处置", cards=(
                    Card(id="A1", title="通知各岗位到位", post="duty", due=10),
                    Card(id="A2", title="排水", post="rescue", deputy="coordination", due=60, after=("A1",), checklist=("泵已启动",)),
                    Card(id="A3", title="转移低洼处居民", post="evacuation", due=120, place=PlaceRule(rule="each", kind="street")),
                )),
                Phase(slug="more", title="扩大", cards=(Card(id="B1", title="请求增援", post="coordination", start=30, due=90, level=2),)),
            ),
        ),
    ),
)  # fmt: skip


def plan(cast: Cast, book: Book = BOOK) -> PlanVersion:
    row = ContingencyPlan.objects.create(slug="flood", title=book.title, kinds=["flood"], organisation=cast.emergency)
    text = cards.written(book)
    return PlanVersion.objects.create(
        plan=row,
        number=1,
        edition=book.edition,
        text=text,
        hash=cards.digest(text),
        state="published",
        made_at=cast.at,
        made_by="示例",
    )


def shift(cast: Cast, who: str, post: str, rank: int = 1) -> DutyShift:
    holder = cast.posts[who]
    return DutyShift.objects.create(
        post=post,
        organisation=holder.organisation,
        person=holder.person,
        rank=rank,
        starts_at=cast.at - timedelta(days=1),
        ends_at=cast.at + timedelta(days=60),
    )


def flood(cast: Cast, **more: object) -> Incident:
    """An incident as it was taken down, with 值班长 and 总指挥 on duty."""
    shift(cast, "duty", "duty")
    shift(cast, "commander", "commander")
    return intake.open_incident(
        actor=cast.actor("duty"),
        organisation=cast.district,
        place="示例路下沉桥",
        kind="flood",
        source="市民来电",
        at=cast.at,
        counts={"trapped": 2},
        streets=(cast.street,),
        **more,  # type: ignore[arg-type]
    )


def assessed(cast: Cast) -> Incident:
    """The same, verified, graded and assessed."""
    found = flood(cast)
    duty = cast.actor("duty")
    command.move(actor=duty, incident=found, move="verify", at=cast.at)
    command.decide_grade(actor=duty, incident=found, grade=4, at=cast.at)
    command.move(actor=duty, incident=found, move="assess", at=cast.at)
    return found
