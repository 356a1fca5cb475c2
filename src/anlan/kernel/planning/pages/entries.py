"""What the pages of a task and of a project have in common: milestones, money, the story from the journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.access import policy, undo
from anlan.kernel.access.edge import Request
from anlan.kernel.access.moves import Offer, offers
from anlan.kernel.journal.models import Entry
from anlan.kernel.planning import portfolio, queries, records
from anlan.kernel.planning.models import Milestone, Money
from anlan.kernel.planning.pages import forms
from anlan.kernel.planning.records import Item
from anlan.kernel.planning.rules import MILESTONE_MOVES
from anlan.kernel.planning.verbs import TITLES
from anlan.kernel.web.words import number_words

_TITLES = {**TITLES, undo.VERB: "撤回"}


@dataclass(frozen=True)
class Told:
    """One line of 经过. `gone` when it was taken back."""

    entry: Entry
    title: str
    detail: str
    gone: bool


@dataclass(frozen=True)
class Step:
    """A milestone with what may be done about it."""

    row: Milestone
    offers: list[Offer]
    late: bool


def _sum(new: dict[str, Any]) -> str:
    try:
        return f"{new['year']} 年{Money.KINDS.get(new['kind'], '')} {number_words(Decimal(str(new['amount'])), 2)} 元"
    except (KeyError, InvalidOperation):
        return ""


def _detail(entry: Entry) -> str:
    new = entry.new
    if entry.verb == undo.VERB:
        return _TITLES.get(str(new.get("verb")), "")
    percent = f"{new['percent']}%" if new.get("percent") is not None else ""
    words = (new.get("title"), new.get("unit"), percent, _sum(new), new.get("source"), new.get("reason"))
    return "，".join(str(word) for word in words if word)


def story(item: Item) -> list[Told]:
    """The item's last 100 journal entries, newest first."""
    rows = Entry.objects.filter(subject_kind=records.kind_of(item), subject_id=str(item.pk)).order_by("-at", "-id")[
        :100
    ]
    gone = undo.taken_back(rows)
    return [Told(one, _TITLES.get(one.verb, one.verb), _detail(one), one.pk in gone) for one in rows]


def context(request: Request, item: Item, today: date) -> dict[str, object]:
    """Milestones, money and story for the shared parts of the page."""
    rows = item.milestones.exclude(state="dropped").select_related("owner", "task__lead", "project__lead")
    steps = [
        Step(row, offers(MILESTONE_MOVES, row, request.actor), row.state == "open" and row.due_on < today)
        for row in rows
    ]
    return {
        "item": item, "steps_of": steps, "done_steps": sum(one.row.state == "done" for one in steps),
        "late_steps": sum(one.late for one in steps), "units": item.departments,
        "money": item.money.select_related("reversed_by"), "purse": queries.purse(item.money.all()),
        "years": portfolio.by_year(item.money.all()), "money_kinds": Money.KINDS,
        "may_record": policy.may(request.actor, "planning.record", item), "history": story(item),
        "progress": item.progress.select_related("organisation").prefetch_related("evidence__stored")[:50],
    }  # fmt: skip


def _set_milestone(request: Request, item: Item) -> str:
    posted = request.POST
    chosen = forms.whole(posted, "owner", "负责单位")
    owner = next((one for one in item.departments if one.pk == chosen), None)
    if chosen is not None and owner is None:
        raise Refused("owner", "节点只能由牵头或协办单位负责。", "owner")
    due_on = forms.day(posted, "due_on", "节点日期")
    year = forms.whole(posted, "year", "年份") or due_on.year
    row = records.set_milestone(
        actor=request.actor, item=item, year=year, title=forms.text(posted, "title"), due_on=due_on, owner=owner, at=request.at
    )  # fmt: skip
    return f"已列入节点“{row.title}”。"


def _step(request: Request, item: Item) -> Milestone:
    row = item.milestones.filter(pk=forms.needed(request.POST, "milestone", "节点")).first()
    if row is None:
        raise Refused("not_found", "没有这个节点。")
    return row


def _reach(request: Request, item: Item) -> str:
    done = forms.day(request.POST, "done_on", "完成日期")
    row = records.reach_milestone(
        actor=request.actor, milestone=_step(request, item), done_on=done, note_text=forms.text(request.POST, "note"), at=request.at
    )  # fmt: skip
    return f"节点“{row.title}”已销号。"


def _change(move: str, said: str) -> Callable[[Request, Item], str]:
    def act(request: Request, item: Item) -> str:
        row = records.change_milestone(
            actor=request.actor, milestone=_step(request, item), move=move, reason=forms.text(request.POST, "reason"), at=request.at
        )  # fmt: skip
        return f"节点“{row.title}”{said}。"

    return act


def _money(request: Request, item: Item) -> str:
    posted = request.POST
    value = forms.amount(posted, "amount", "金额")
    if value is None:
        raise Refused("amount", "没有填金额。", "amount")
    row = records.enter_money(
        actor=request.actor, item=item, kind=forms.text(posted, "kind"), year=forms.needed(posted, "year", "年份"), amount=value,
        source=forms.text(posted, "source"), at=request.at,
    )  # fmt: skip
    return f"已登记{row.get_kind_display()} {number_words(row.amount)} 元。"


def _reverse(request: Request, item: Item) -> str:
    money = item.money.filter(pk=forms.needed(request.POST, "money", "这一笔")).first()
    if money is None:
        raise Refused("not_found", "没有这一笔。")
    records.reverse_money(actor=request.actor, money=money, reason=forms.text(request.POST, "reason"), at=request.at)
    return "已冲销，两行都留着。"


# Moves by the last word of the address; the same for a task and a project.
ACTS: dict[str, Callable[[Request, Item], str]] = {
    "milestone": _set_milestone,
    "reach": _reach,
    "reopen_milestone": _change("reopen", "已重开"),
    "drop_milestone": _change("drop", "已撤下"),
    "money": _money,
    "reverse": _reverse,
}
