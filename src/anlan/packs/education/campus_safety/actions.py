"""Entering a report of bullying without an account, adding to it, and looking behind the mask. Each is one transaction with its entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import ANONYMOUS, Actor
from anlan.kernel.casework.actions import Upload, open_case
from anlan.kernel.casework.models import Case
from anlan.kernel.journal.record import record
from anlan.packs.education.campus_safety import rules
from anlan.packs.education.campus_safety.models import BullyingReport, BullyingWords
from anlan.packs.education.campus_safety.process import BULLYING, bureau_of
from anlan.packs.education.campus_safety.verbs import ADDED, UNMASKED

LONGEST = 4000
_LINES = {"reporter": ("你的姓名", 40), "contact": ("联系方式", 80), "pupil": ("学生姓名", 40), "pupil_class": ("班级", 40), "happened": ("什么时候", 80)}  # fmt: skip
UNMASK = "campus_safety.bullying.unmask"


@transaction.atomic
def report_bullying(
    *, school: Organisation | None, kind: str, reporter_kind: str, words: str, lines: Mapping[str, str], secret: str, key: UUID, at: datetime,
    uploads: Sequence[Upload] = (), actor: Actor = ANONYMOUS, is_demo: bool = False,
) -> Case:  # fmt: skip
    """A report of anyone. The bureau's named person has it first; the school's sees it. Sent twice with one key it is one report."""
    if school is None or school.kind != "school":
        raise Refused("school", "没有选学校。选一所再送。", "school")
    if kind not in rules.BULLYING_KINDS:
        raise Refused("kind", "没有选是哪一类。不知道就选“其他”。", "kind")
    if reporter_kind not in rules.REPORTERS:
        raise Refused("reporter_kind", "没有选你是谁。不愿意说就选“其他人”。", "reporter_kind")
    text = _words(words)
    given = {name: lines.get(name, "").strip() for name in _LINES}
    for name, (title, most) in _LINES.items():
        if len(given[name]) > most:
            raise Refused(name, f"“{title}”超过 {most} 个字。写短些再送。", name)
    if key and (known := Case.objects.filter(key=key, process=BULLYING.slug).first()):
        return known
    bureau = bureau_of(school)
    case = open_case(
        actor=actor, process=BULLYING, owner=school, issuer=bureau, holder=bureau, title=f"{rules.BULLYING_KINDS[kind]}（欺凌报告）", kind=kind,
        source="public", key=key, at=at, uploads=uploads, is_demo=is_demo,
    )  # fmt: skip
    BullyingReport.objects.create(
        case=case, secret=make_password(secret), reporter_kind=reporter_kind, words=text, **given
    )
    return case


def _words(words: str) -> str:
    text = words.strip()
    if not text:
        raise Refused("words", "没有写发生了什么。写一两句就可以。", "words")
    if len(text) > LONGEST:
        raise Refused("words", f"超过 {LONGEST} 个字。写短些，见面再细说。", "words")
    return text


@transaction.atomic
def add_words(*, report: BullyingReport, words: str, at: datetime) -> BullyingWords:
    """The reporter says more; the page has checked number and secret. An ended case takes no more: a new report does."""
    if not report.case.is_open:
        raise Refused("ended", "这件已经办结。还有事，另送一件，写上这个编号。", "words")
    row = BullyingWords.objects.create(report=report, at=at, words=_words(words))
    case = report.case
    record(
        actor=ANONYMOUS, verb=ADDED, subject_kind="case", subject_id=case.pk, org_path=case.owner.path, at=at,
        new={"number": case.number, "characters": len(row.words)},
    )  # fmt: skip
    return row


@transaction.atomic
def unmask(*, actor: Actor, report: BullyingReport, reason: str, at: datetime) -> BullyingReport:
    """Look at the names and the contact, for a reason that stays in the journal. The names themselves do not go there."""
    policy.require(actor, UNMASK, report)
    if len(reason.strip()) < 4:
        raise Refused("reason", "写明为什么要看，至少四个字，例如：当面问话。", "reason")
    case = report.case
    record(
        actor=actor, verb=UNMASKED, subject_kind="case", subject_id=case.pk, org_path=case.owner.path, at=at,
        new={"number": case.number, "reason": reason.strip()[:200]},
    )  # fmt: skip
    return report
