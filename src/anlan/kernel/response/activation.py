"""From a plan's cards to owned, timed tasks. Pure: the same plan, facts, roster and registry give the same tasks, and the same hash.

A card goes to who is on duty in its post; else to its deputy's; else to the duty leader, to the commander; else to the organisation that leads
the incident, without a person: never to nobody. Every such step is a gap in words.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import ceil
from typing import Any

from anlan.kernel.response.cards import Book, Card, PlaceRule, ResourceRule, cards
from anlan.kernel.response.types import FACTS, POSTS
from anlan.science.geo.earth import kilometres

KIND_WORDS = {"team": "队伍", "supply": "物资", "shelter": "避难场所床位", "expert": "专家", "street": "街道"}


@dataclass(frozen=True, kw_only=True, order=True)
class Holder:
    """Who is on duty in a post. `rank` 1 has it, those after follow. `person` None: an organisation as such."""

    post: str
    rank: int
    organisation: int
    organisation_name: str
    person: int | None = None
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Asset:
    """Something the registry knows: a team, stock, a shelter, a place at risk. `amount`: of its items or its room; `skills` also names items."""

    kind: str
    key: str
    title: str
    organisation: int
    organisation_name: str
    longitude: float | None = None
    latitude: float | None = None
    skills: tuple[str, ...] = ()
    amount: float = 0
    ready: bool = True


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the activation knows of the incident. `streets`: (key, name, organisation) of those it concerns."""

    level: int
    organisation: int
    organisation_name: str
    place: str
    longitude: float | None = None
    latitude: float | None = None
    streets: tuple[tuple[str, str, int], ...] = ()
    counts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where a task is: `organisation` when the place has one of its own that does it (a street)."""

    key: str
    title: str
    organisation: int | None = None
    organisation_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Use:
    """What a task is given: an asset and how much of it."""

    kind: str
    key: str
    title: str
    organisation: int
    amount: float
    km: float | None


@dataclass(frozen=True, kw_only=True)
class TaskSpec:
    """A task as activated. Times are minutes from T. `key` is `card` or `card@spot`."""

    key: str
    card: str
    phase: str
    title: str
    post: str
    deputy: str
    level: int
    start: int
    due: int
    accept: int
    after: tuple[str, ...]
    spot: str
    place: str
    organisation: int
    organisation_name: str
    own: bool  # the place's own organisation does it, whoever is on duty
    person: int | None
    name: str
    by: str  # the post that holds it: its own, its deputy's, the duty leader's …
    uses: tuple[Use, ...]
    checklist: tuple[str, ...]
    message: str
    evidence: tuple[str, ...]
    on_late: str


@dataclass(frozen=True, kw_only=True)
class Activation:
    """`gaps` in words: posts with nobody on duty, resources that do not suffice."""

    tasks: tuple[TaskSpec, ...]
    gaps: tuple[str, ...]

    @property
    def hash(self) -> str:
        return hashlib.sha256(json.dumps(self.plain(), ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def plain(self) -> dict[str, Any]:
        """Lists and dicts alone, as they come back from JSON."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), ensure_ascii=False))
        return plain


def holder(
    post: str, deputy: str, facts: Facts, roster: Sequence[Holder], organisation: int | None = None
) -> tuple[Holder, str]:
    """Who gets a card of this post, and the gap in words ("" when the post itself is on duty). `organisation`: the spot's own roster goes first."""
    chain = list(dict.fromkeys(one for one in (post, deputy, "duty", "commander") if one))
    for one in chain:
        there = sorted(each for each in roster if each.post == one)
        own = [each for each in there if each.organisation == organisation]
        if own or there:
            found = (own or there)[0]
            return found, "" if one == post else f"{POSTS[post]}没有人在岗，由{POSTS[one]}{found.name}接"
    nobody = Holder(post=post, rank=9, organisation=facts.organisation, organisation_name=facts.organisation_name)
    return nobody, f"{POSTS[post]}没有人在岗，也没有替补，由{facts.organisation_name}接"


def near(asset: Asset, facts: Facts) -> float | None:
    """Kilometres from the incident; None when one of the two has no place."""
    if None in (asset.longitude, asset.latitude, facts.longitude, facts.latitude):
        return None
    return round(kilometres(facts.longitude, facts.latitude, asset.longitude, asset.latitude), 3)  # type: ignore[arg-type]


def _by_distance(assets: Iterable[Asset], facts: Facts, within_km: float | None) -> list[tuple[float | None, Asset]]:
    """Nearest first; those without a place last, and left out when a distance is asked for."""
    found = [(near(one, facts), one) for one in assets]
    if within_km is not None:
        found = [(km, one) for km, one in found if km is not None and km <= within_km]
    return sorted(found, key=lambda pair: (pair[0] is None, pair[0] or 0.0, pair[1].key))


def spots(rule: PlaceRule, facts: Facts, registry: Sequence[Asset]) -> list[Spot]:
    if rule.rule == "incident":
        return [Spot(key="", title=facts.place)]
    if rule.rule == "named":
        return [Spot(key="", title=rule.name)]
    if rule.kind == "street":
        streets = [
            Spot(key=key, title=name, organisation=org, organisation_name=name) for key, name, org in facts.streets
        ]
        return streets if rule.rule == "each" else streets[: rule.count]
    found = _by_distance((one for one in registry if one.kind == rule.kind and one.ready), facts, rule.within_km)
    chosen = found if rule.rule == "each" else found[: rule.count]
    return [
        Spot(key=one.key, title=one.title, organisation=one.organisation, organisation_name=one.organisation_name)
        for _km, one in chosen
    ]


def wanted(rule: ResourceRule, facts: Facts) -> float:
    """How much the rule asks for, in the item's unit, or persons of room."""
    return rule.amount + rule.each * float(facts.counts.get(rule.per, 0)) if rule.amount or rule.each else 0.0


def uses(rule: ResourceRule, facts: Facts, registry: Sequence[Asset], taken: dict[str, float]) -> tuple[list[Use], str]:
    """What is taken, nearest first, and the gap in words. `taken` is what earlier cards took: nothing is given twice."""
    need = skill = rule.skill or rule.item
    fits = [one for one in registry if one.kind == rule.kind and one.ready and (not need or need in one.skills)]
    found = _by_distance(fits, facts, rule.within_km)
    amount = wanted(rule, facts)
    if not amount:
        free = [(km, one) for km, one in found if not taken.get(one.key)][: rule.count]
        for _km, one in free:
            taken[one.key] = taken.get(one.key, 0.0) + 1
        lacking = rule.count - len(free)
        words = (
            f"{skill or KIND_WORDS.get(rule.kind, rule.kind)}只有 {len(free)} 支，缺 {lacking} 支" if lacking else ""
        )
        return [_use(one, 1, km) for km, one in free], words
    given, left = [], amount
    for km, one in found:
        have = one.amount - taken.get(one.key, 0.0)
        part = min(have, left)
        if part > 0:
            given.append(_use(one, part, km))
            taken[one.key] = taken.get(one.key, 0.0) + part
            left -= part
        if left <= 0:
            break
    unit = FACTS[rule.per].title if rule.per else ""
    return (
        given,
        f"{skill or KIND_WORDS.get(rule.kind, rule.kind)}要 {ceil(amount)}{f'（按{unit}算）' if unit else ''}，缺 {ceil(left)}"
        if left > 0
        else "",
    )


def _use(asset: Asset, amount: float, km: float | None) -> Use:
    return Use(kind=asset.kind, key=asset.key, title=asset.title, organisation=asset.organisation, amount=amount, km=km)


def activate(
    book: Book, scenario: str, facts: Facts, roster: Sequence[Holder], registry: Sequence[Asset]
) -> Activation:
    """The tasks of a response level. Order of roster and registry does not matter."""
    chosen = [(phase.title, card) for phase, card in cards(book.scenario(scenario), facts.level)]
    placed = {card.id: spots(card.place, facts, registry) for _phase, card in chosen}
    tasks: list[TaskSpec] = []
    gaps: list[str] = []
    taken: dict[str, float] = {}
    for phase, card in chosen:
        if not placed[card.id]:
            gaps.append(f"{card.title}：没有这一类地点，任务不分派")
        for spot in placed[card.id]:
            task, words = _task(phase, card, spot, placed, facts, roster, registry, taken)
            tasks.append(task)
            gaps += [f"{card.title}：{one}" for one in words if f"{card.title}：{one}" not in gaps]
    return Activation(tasks=tuple(tasks), gaps=tuple(gaps))


def _task(
    phase: str, card: Card, spot: Spot, placed: Mapping[str, list[Spot]], facts: Facts, roster: Sequence[Holder], registry: Sequence[Asset],
    taken: dict[str, float],
) -> tuple[TaskSpec, list[str]]:  # fmt: skip
    by, gap = holder(card.post, card.deputy, facts, roster, spot.organisation)
    gaps = [gap] if gap else []
    given: list[Use] = []
    for rule in card.resources:
        found, lacking = uses(rule, facts, registry, taken)
        given += found
        if lacking:
            gaps.append(lacking)
    # The card waited for at the same spot when it has one there, else at every spot it has.
    after = [
        key(one, at.key) for one in card.after for at in placed.get(one, ()) if at.key == spot.key or spot.key not in {x.key for x in placed[one]}
    ]  # fmt: skip
    own = spot.organisation is not None and by.organisation != spot.organisation and card.place.kind == "street"
    return TaskSpec(
        key=key(card.id, spot.key), card=card.id, phase=phase, title=f"{card.title}（{spot.title}）" if spot.key else card.title, post=card.post,
        deputy=card.deputy, level=card.level, start=card.start, due=card.due, accept=card.accept, after=tuple(after), spot=spot.key, place=spot.title,
        organisation=spot.organisation if own and spot.organisation else by.organisation,
        organisation_name=spot.organisation_name if own else by.organisation_name, own=own, person=None if own else by.person,
        name="" if own else by.name, by=by.post, uses=tuple(given), checklist=card.checklist, message=card.message, evidence=card.evidence,
        on_late=card.on_late,
    ), gaps  # fmt: skip


def key(card: str, spot: str) -> str:
    return f"{card}@{spot}" if spot else card


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a change of level does to the tasks that stand: keys kept, tasks added, keys withdrawn (never what is done)."""

    kept: tuple[str, ...]
    added: tuple[TaskSpec, ...]
    withdrawn: tuple[str, ...]


def change(standing: Mapping[str, str], new: Activation) -> Change:
    """`standing`: key -> state of every task of the board that is not withdrawn. What is done stays, whatever the level."""
    keys = {one.key for one in new.tasks}
    return Change(
        kept=tuple(one for one in standing if one in keys or standing[one] == "done"),
        added=tuple(one for one in new.tasks if one.key not in standing),
        withdrawn=tuple(one for one, state in standing.items() if one not in keys and state != "done"),
    )
