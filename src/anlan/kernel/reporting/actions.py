"""What the public does with a report, and unmasking it: one function per intent."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.db import transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.casework import actions as casework
from anlan.kernel.casework import declared
from anlan.kernel.casework.actions import Upload, add_line, hang, keep_files
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.opening import desk_of
from anlan.kernel.casework.processes.public_report import REDO, WITHDRAW
from anlan.kernel.casework.verbs import note as journal
from anlan.kernel.reporting import queries, rules
from anlan.kernel.reporting.models import Report, Reward, Visit
from anlan.kernel.reporting.types import CHANNELS, Counter

# Whoever sent it, once number and code were right: acts by the rules of this room, leaves no name.
REPORTER = replace(SYSTEM, name="来件人")
KEPT = timedelta(days=2)


def secret() -> str:
    return str(settings.SECRET_KEY)


def case_key(key: UUID) -> UUID:
    """The case's own key, from that of the form: whoever knows the case cannot send its form again and be told the code."""
    return uuid5(NAMESPACE_URL, f"anlan:report:{key}")


def allow(what: str, address: str, at: datetime) -> None:
    """Raises Refused `too_many` when this address did it too often; nothing is stored of the address but a mark of today."""
    mark = rules.fingerprint(address, civil_date(at).isoformat(), secret())
    for rate in rules.RATES[what]:
        if queries.counted(mark, what, at - rate.within) >= rate.most:
            Visit.objects.create(mark=mark, what="refused", at=at)
            raise Refused("too_many", f"同一个网络最多{rate.words}，已经到了。过一会儿再来，或打电话。")


def count(what: str, address: str, at: datetime) -> None:
    Visit.objects.create(mark=rules.fingerprint(address, civil_date(at).isoformat(), secret()), what=what, at=at)


def forget(at: datetime) -> int:
    """Marks older than two days."""
    return Visit.objects.filter(at__lt=at - KEPT).delete()[0]


def desk(counter: Counter, at: datetime) -> Organisation:
    """The organisation that accepts: that of the first post which may for the whole district."""
    found = desk_of(counter.accept, at)
    if found is None:
        raise Refused("closed", f"这个窗口还没有人受理。打 {counter.hotline}。")
    return found


def _text(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "").strip()
    if len(text) > rules.LONGEST[name]:
        raise Refused(name, f"写得太长，最多 {rules.LONGEST[name]} 个字。", name)
    return text


@transaction.atomic
def send(
    *, counter: Counter, given: Mapping[str, str], photos: Sequence[bytes], at: datetime, key: UUID, actor: Actor = REPORTER,
    position: tuple[float, float] | None = None, channel: str = "web", is_demo: bool = False,
) -> tuple[Report, str]:  # fmt: skip
    """A report with its code. The same key again gives the report that stands, with the same code. Raises Refused at a field."""
    process = declared.process(counter.slug)
    values = {name: _text(given, name) for name in ("place", "fact", "about", "name", "phone")}
    _check(values, given.get("kind", ""), process.kinds or {}, position, channel)
    place = values["place"] or "图上标的位置"
    code = rules.code_of(str(key), secret())
    owner = desk(counter, at)
    uploads: list[Upload] = [
        ("scene", f"来件照片{number}{suffix_of(photo)}", photo) for number, photo in enumerate(photos, 1)
    ]
    case = casework.open_case(
        actor=actor, process=process, owner=owner, issuer=owner, title=f"{(process.kinds or {})[given['kind']]}：{place}"[:120], fact=values["fact"],
        key=case_key(key), kind=given["kind"], source="public", place=place, longitude=position[0] if position else None,
        latitude=position[1] if position else None, at=at, uploads=uploads, is_demo=is_demo,
    )  # fmt: skip
    if case.process != process.slug:
        raise Refused("key", "这张表已经用过。重新打开再填。")
    salt = secrets.token_hex(16)
    report, _made = Report.objects.get_or_create(
        case=case, defaults={"channel": channel, "name": values["name"], "phone": values["phone"], "about": values["about"], "salt": salt,
                             "code": rules.hashed(code, salt)},
    )  # fmt: skip
    return report, code


def _check(
    values: Mapping[str, str], kind: str, kinds: Mapping[str, str], position: tuple[float, float] | None, channel: str
) -> None:
    if kind not in kinds:
        raise Refused("kind", "选一项：反映什么。", "kind")
    if not values["place"] and position is None:
        raise Refused("place", "写在哪里，或在图上标出来。", "place")
    if len(values["fact"]) < 2:
        raise Refused("fact", "写一句是什么情况。", "fact")
    if values["phone"] and not rules.good_phone(values["phone"]):
        raise Refused("phone", "电话只有数字，5 到 15 位。不愿意留就空着。", "phone")
    if channel not in CHANNELS:
        raise Refused("channel", "选来件方式。", "channel")


def suffix_of(photo: bytes) -> str:
    """By content, not by name: phones name pictures as they like. Raises Refused for anything else."""
    if photo.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    if photo.startswith(b"\x89PNG\r\n"):
        return ".png"
    raise Refused("photos", "照片只收 JPG 和 PNG。换一张，或不传照片。", "photos")


@transaction.atomic
def supplement(*, report: Report, text: str, photos: Sequence[bytes], at: datetime) -> None:
    """More of the same matter, while it is open."""
    case = report.case
    if not case.is_open:
        raise Refused("illegal", "这一件已经结束。有新情况，另报一件。")
    said = _text({"words": text}, "words")
    if not said and not photos:
        raise Refused("words", "没有写内容，也没有选照片。", "words")
    uploads: list[Upload] = [
        ("scene", f"补充照片{number}{suffix_of(photo)}", photo) for number, photo in enumerate(photos, 1)
    ]
    kept = keep_files(case, REPORTER, uploads, at)
    hang(case, add_line(case, REPORTER, at, "supplement", "来件人补充", case.state, case.state, said, {}, None), kept)
    journal(REPORTER, case, "commented", at, files=len(uploads))


@transaction.atomic
def judge(*, report: Report, satisfaction: str, words: str, redo: bool, at: datetime) -> Report:
    """满意、基本满意 or 不满意 with words; who is not satisfied may have it worked once more."""
    report = Report.objects.select_for_update().select_related("case").get(pk=report.pk)
    if satisfaction not in rules.SATISFACTION:
        raise Refused("satisfaction", "选一项：满意、基本满意或不满意。", "satisfaction")
    said = _text({"words": words}, "words")
    if satisfaction == "bad" and not said:
        raise Refused("words", "写一句哪里不满意，好让办的人改。", "words")
    if not queries.may_judge(report, at):
        raise Refused("illegal", "现在不能评价：还没有答复，已经评价过，或过了 30 天。")
    if redo and satisfaction != "bad":
        raise Refused("satisfaction", "不满意的才能要求重办。", "satisfaction")
    if redo and not queries.may_redo(report):
        raise Refused("illegal", "已经重办过一次，或合并办理的不能单独重办。可以申请复查。")
    Report.objects.filter(pk=report.pk).update(satisfaction=satisfaction, words=said, judged_at=at)
    case = report.case
    word = rules.SATISFACTION[satisfaction]
    add_line(case, REPORTER, at, "judged", "来件人评价", case.state, case.state, said, {"评价": word}, None)
    journal(REPORTER, case, "commented", at, satisfaction=satisfaction)
    if redo:
        casework.make_step(actor=REPORTER, case=case, step=REDO, at=at, note=said)
    report.refresh_from_db()
    return report


def withdraw(*, report: Report, words: str, at: datetime) -> Case:
    """Taken back by who sent it; what was found meanwhile is still looked into by the department itself."""
    said = _text({"words": words}, "words")
    return casework.make_step(actor=REPORTER, case=report.case, step=WITHDRAW, at=at, note=said or "来件人撤回")


@transaction.atomic
def unmask(*, actor: Actor, report: Report, permission: str, reason: str, at: datetime) -> Report:
    """Who sent it, in clear: to whoever may, with a reason that stays in the journal and in the history of the case."""
    policy.require(actor, permission, report)
    said = reason.strip()[:200]
    if len(said) < 2:
        raise Refused("reason", "写为什么要看：例如核实情况、回访、发奖励。", "reason")
    if report.anonymous:
        raise Refused("illegal", "这一件是匿名的，没有姓名电话。")
    case = report.case
    add_line(case, actor, at, "unmask", "查看来件人", case.state, case.state, said, {}, None)
    journal(actor, case, "unmasked", at, reason=said)
    return report


# ---- what the steps of the process write here
def rewarded(case: Case, actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    Reward.objects.create(
        report=_report(case), amount=values["amount"], basis=values["basis"], decided_at=at, decided_by=actor.name
    )
    return {}


def paid(case: Case, actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    Reward.objects.filter(report__case=case, paid_at=None).update(paid_at=at, paid_by=actor.name, how=values["how"])
    return {}


def _report(case: Case) -> Report:
    row = Report.objects.filter(case=case).first()
    if row is None:
        raise Refused("illegal", "这一件没有来件人，不能奖励。")
    return row
