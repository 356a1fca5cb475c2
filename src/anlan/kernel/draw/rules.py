"""The arithmetic of a draw: whole numbers and SHA-256 alone, so that every computer in every year gives the same result. Pure.

1. `text` is the list as canonical JSON (UTF-8, keys sorted, no blanks); H = SHA-256(text) in hex, published when it is frozen.
2. The public value V is written in the agreed form; seed = SHA-256("H|V") in hex.
3. `below(seed, label, n)`: SHA-256("seed|label|turn") as a 256-bit number, turn = 0, 1, …; a number not less than the greatest multiple of n
   up to 2^256 is passed over; the first other one modulo n is uniform on 0 … n-1 without bias.
4. Places are filled one after the other: of those left, with weights w, the point below(Σw) falls into one's share. This is weighted
   sampling without replacement: the same distribution as Efraimidis and Spirakis (2006, Inf. Process. Lett. 97, A-Res), whose keys u^(1/w) need
   logarithms and so depend on the machine; successive shares need only whole numbers.
5. For each drawn object in turn the inspectors are drawn alike from those without a conflict with it (label "inspectors|<object>|<place>").
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from anlan.base.errors import Refused
from anlan.kernel.draw.types import Candidate, Drawn, Listing

EDITION = 1
SCRIPT = Path(__file__).with_name("repeat_draw.txt")
SPACE = 2**256
MOST, HEAVIEST = 5000, 1000  # candidates of one list; weight of one


def check(listing: Listing) -> None:
    """Raise Refused, at a field, for a list that cannot be drawn, whatever value comes."""
    _check_rows("对象", listing.objects)
    _check_rows("检查人员", listing.inspectors)
    _check_numbers(listing)
    _check_inspectors(listing)
    if listing.known_at <= listing.frozen_at:
        raise Refused("known_at", "公共数值的产生时间要晚于名单锁定。改时间再锁定。", "known_at")
    for name, word in (("source", "用哪个公共数值"), ("form", "数值的写法")):
        if not getattr(listing, name).strip():
            raise Refused(name, f"没有写{word}。", name)


def _check_rows(kind: str, rows: Sequence[Candidate]) -> None:
    if len(rows) > MOST:
        raise Refused("list", f"{kind}超过 {MOST} 个。分几次抽。")
    if len({one.id for one in rows}) != len(rows):
        raise Refused("list", f"{kind}名单里有重复的编号。改好台账再抽。")
    if bad := next((one for one in rows if not 1 <= one.weight <= HEAVIEST), None):
        raise Refused("list", f"{bad.id} 的权重应是 1 到 {HEAVIEST} 的整数。")


def _check_numbers(listing: Listing) -> None:
    free, wanted = sum(not one.excluded for one in listing.objects), listing.draw + listing.spares
    if listing.draw < 1:
        raise Refused("draw", "抽几个，至少写 1。", "draw")
    if listing.spares < 0 or listing.inspectors_each < 0:
        raise Refused("spares", "候补和检查人数不能是负数。", "spares")
    if wanted > free:
        raise Refused("draw", f"能抽的对象只有 {free} 个，不够抽 {wanted} 个。减少数量或放宽范围。", "draw")


def _check_inspectors(listing: Listing) -> None:
    """Whichever object is drawn, there are enough who may go."""
    barred = {(one.inspector, one.object) for one in listing.conflicts}
    people = [one.id for one in listing.inspectors if not one.excluded]
    for one in listing.objects:
        left = sum((person, one.id) not in barred for person in people)
        if not one.excluded and left < listing.inspectors_each:
            raise Refused("inspectors_each", f"能去“{one.name}”的检查人员只有 {left} 人，不够 {listing.inspectors_each} 人。", "inspectors_each")  # fmt: skip


def canonical(listing: Listing) -> str:
    """The list as the text that is hashed and published. Instants in ISO 8601 with their offset, to the second."""
    told = {**asdict(listing), "edition": EDITION}
    for name in ("frozen_at", "known_at"):
        moment: datetime = told[name]
        told[name] = moment.isoformat(timespec="seconds")
    told["conflicts"] = sorted([one.inspector, one.object, one.reason] for one in listing.conflicts)
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def written(value: str) -> str:
    """The public value as it enters the seed: full-width characters made half-width, blanks single, none at the ends."""
    return " ".join(unicodedata.normalize("NFKC", value).split())


def seed_of(list_hash: str, value: str) -> str:
    return digest(f"{list_hash}|{value}")


def below(seed: str, label: str, number: int) -> int:
    """A whole number 0 ≤ x < `number` (1 ≤ number ≤ 2^256), uniform over seeds."""
    turn = 0
    while True:
        point = int(digest(f"{seed}|{label}|{turn}"), 16)
        if point < SPACE // number * number:
            return point % number
        turn += 1


def chosen(seed: str, rows: Sequence[Candidate], count: int, label: str) -> list[Candidate]:
    """`count` of those not excluded, one after the other, each by its share of the weights left."""
    left = [one for one in rows if not one.excluded]
    found = []
    for place in range(count):
        point = below(seed, f"{label}|{place}", sum(one.weight for one in left))
        for one in left:
            point -= one.weight
            if point < 0:
                found.append(one)
                break
        left.remove(found[-1])
    return found


def drawn(listing: Listing, seed: str) -> list[Drawn]:
    """The result: objects in the order drawn, spares last, each with its inspectors."""
    barred = {(one.inspector, one.object) for one in listing.conflicts}
    result = []
    for place, one in enumerate(chosen(seed, listing.objects, listing.draw + listing.spares, "objects")):
        people = [person for person in listing.inspectors if (person.id, one.id) not in barred]
        sent = chosen(seed, people, listing.inspectors_each, f"inspectors|{one.id}")
        result.append(Drawn(object=one.id, inspectors=tuple(person.id for person in sent), spare=place >= listing.draw))
    return result
