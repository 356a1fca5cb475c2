"""A contingency plan as data: book > scenario > level > phase > action card. JSON in and out; every fault is a sentence. Pure.

Offsets are minutes from the instant the plan is activated (T). A card without `deputy` falls to the duty leader. A card is of its level and of
every higher one (1 is highest): `level = 4` is done at any response, `level = 2` at Ⅱ and Ⅰ only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import Struct, field

from anlan.base.errors import Refused
from anlan.kernel.response.types import COLOURS, FACTS, LEVELS, POSTS

OnLate = Literal["deputy", "duty", "commander"]


class PlaceRule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where: at the incident; once for `each` thing of a kind (streets of the incident, or assets) within `within_km`; at the `nearest`
    `count` assets of a kind; at a place with a name."""

    rule: Literal["incident", "each", "nearest", "named"] = "incident"
    kind: str = ""
    count: int = 1
    within_km: float | None = None
    name: str = ""


class ResourceRule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """With what: `count` teams (or pieces) of a kind with a skill, nearest first; or `amount` of an item, with `each` for every one of
    the fact `per`; or room for that many (`kind` shelter)."""

    kind: str
    skill: str = ""
    item: str = ""
    count: int = 1
    amount: float = 0
    per: str = ""
    each: float = 0
    within_km: float | None = None


class Card(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Somebody's task: what, who, when, after what, where, with what; how one sees that it is done; on whose desk it stands when it is late
    (`on_late`, a post of the command)."""

    id: str
    title: str
    post: str
    start: int = 0
    due: int = 30
    deputy: str = ""
    level: int = 4
    accept: int = 5
    after: tuple[str, ...] = ()
    place: PlaceRule = field(default_factory=PlaceRule)
    resources: tuple[ResourceRule, ...] = ()
    checklist: tuple[str, ...] = ()
    message: str = ""
    evidence: tuple[str, ...] = ()
    on_late: OnLate = "duty"


class Phase(Struct, frozen=True, forbid_unknown_fields=True):
    slug: str
    title: str
    cards: tuple[Card, ...] = ()


class Trigger(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What proposes this level: a warning colour of `hazard` (1 red), a grade, or a fact that reaches `least`. `words` is the plan's own condition."""

    level: int
    words: str
    hazard: str = ""
    colour: int | None = None
    grade: int | None = None
    fact: str = ""
    least: float | None = None


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    slug: str
    title: str
    triggers: tuple[Trigger, ...]
    phases: tuple[Phase, ...]


class Book(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One edition. `levels`: the response levels this plan knows, highest first."""

    title: str
    edition: str
    kinds: tuple[str, ...]
    scenarios: tuple[Scenario, ...]
    levels: tuple[int, ...] = (1, 2, 3, 4)
    review_months: int = 36
    source: str = ""
    verified: bool = False

    def scenario(self, slug: str) -> Scenario:
        found = next((one for one in self.scenarios if one.slug == slug), None)
        if found is None:
            raise Refused("scenario", "预案里没有这个情景。", "scenario")
        return found


def cards(scenario: Scenario, level: int | None = None) -> Iterator[tuple[Phase, Card]]:
    """Cards in the plan's order, those of a response level when given."""
    for phase in scenario.phases:
        for card in phase.cards:
            if level is None or card.level >= level:
                yield phase, card


def read(text: str | bytes) -> Book:
    """A book from its JSON. Raises Refused `plan` with the first faults in words."""
    try:
        book = msgspec.json.decode(text, type=Book)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused("plan", f"预案文件读不出：{error}。改好再导入。", "file") from None
    found = faults(book)
    if found:
        more = f"，另有 {len(found) - 5} 处" if len(found) > 5 else ""
        raise Refused("plan", f"预案有错：{'；'.join(found[:5])}{more}。", "file")
    return book


def written(book: Book) -> str:
    """The book's one canonical text: what is hashed, kept and exported."""
    plain = msgspec.json.decode(msgspec.json.encode(book), type=Book)  # numbers as they are read: 500 is 500.0
    return msgspec.json.format(msgspec.json.encode(plain, order="deterministic"), indent=1).decode()


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def faults(book: Book) -> list[str]:
    """Every inconsistency in words; empty when sound."""
    found = [f"没有响应级别 {one}" for one in book.levels if one not in LEVELS]
    if not book.title.strip() or not book.edition.strip():
        found.append("没有写名称或版次")
    if not book.scenarios:
        found.append("一个情景也没有")
    slugs = [one.slug for one in book.scenarios]
    found += [f"情景 {one} 写了两次" for one in sorted({one for one in slugs if slugs.count(one) > 1})]
    for scenario in book.scenarios:
        found += [f"{scenario.title}：{one}" for one in _faults(scenario, book)]
    return found


def _faults(scenario: Scenario, book: Book) -> Iterator[str]:
    every = [card for _phase, card in cards(scenario)]
    ids = [card.id for card in every]
    known = set(ids)
    if not every:
        yield "一张任务卡也没有"
    yield from (f"任务卡 {one} 写了两次" for one in sorted({one for one in ids if ids.count(one) > 1}))
    for card in every:
        yield from (f"任务卡 {card.id} {one}" for one in _card_faults(card, known))
    yield from (f"任务卡 {one} 的先后次序绕成了圈" for one in _circle(every))
    levels = {card.id: card.level for card in every}
    for card in every:
        yield from (
            f"任务卡 {card.id} 要等 {one}，{one} 却只在更高的级别才有" for one in card.after if levels.get(one, 4) < card.level
        )  # fmt: skip
    for trigger in scenario.triggers:
        yield from (f"触发条件“{trigger.words[:20]}”{one}" for one in _trigger_faults(trigger, book))


def _card_faults(card: Card, known: set[str]) -> Iterator[str]:
    if not card.id.strip() or len(card.id) > 40:
        yield "编号要 1–40 个字"
    if not card.title.strip() or len(card.title) > 120:
        yield "要有名称，不超过 120 个字"
    yield from (f"的岗位“{post}”不认识" for post in (card.post, card.deputy) if post and post not in POSTS)
    if not card.post:
        yield "没有写岗位"
    if card.level not in LEVELS:
        yield f"的级别 {card.level} 不认识"
    if not 0 <= card.start <= card.due or card.due > 60 * 24 * 90:
        yield "的完成时间要晚于开始时间，不超过 90 天"
    if not 1 <= card.accept <= 24 * 60:
        yield "的接受时限要在 1 分钟到 24 小时之间"
    yield from (f"要等的“{one}”不在预案里" for one in card.after if one not in known)
    yield from _rule_faults(card)


def _rule_faults(card: Card) -> Iterator[str]:
    if card.place.rule in ("each", "nearest") and not card.place.kind:
        yield "没有写是哪一类地点"
    if card.place.rule == "named" and not card.place.name:
        yield "没有写地点的名称"
    if not 1 <= card.place.count <= 50:
        yield "的地点数要在 1–50 之间"
    for rule in card.resources:
        if rule.per and rule.per not in FACTS:
            yield f"的用量按“{rule.per}”算，没有这个数"
        if rule.amount < 0 or rule.each < 0 or not 0 <= rule.count <= 500:
            yield "的资源数量不对"


def _trigger_faults(trigger: Trigger, book: Book) -> Iterator[str]:
    if trigger.level not in book.levels:
        yield f"的级别 {trigger.level} 不在预案的级别里"
    if trigger.colour is not None and trigger.colour not in COLOURS:
        yield "的预警颜色不认识"
    if trigger.fact and (trigger.fact not in FACTS or trigger.least is None):
        yield "的数不认识，或没有写达到多少"


def _circle(every: list[Card]) -> list[str]:
    """Cards that wait for themselves: what is left when all that can be done has been."""
    left = {card.id: set(card.after) for card in every}
    while ready := [one for one, waits in left.items() if not waits & left.keys()]:
        for one in ready:
            del left[one]
    return sorted(left)
