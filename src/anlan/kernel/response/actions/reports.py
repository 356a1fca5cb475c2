"""Reports upward and texts for the public: drafted from the log, edited, signed by the right post, frozen. Corrections are further ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction
from django.db.models import Max

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.moves import change
from anlan.kernel.access.types import Actor
from anlan.kernel.response import log, queries, telling
from anlan.kernel.response.fold import Board
from anlan.kernel.response.log import Draft
from anlan.kernel.response.models import Incident, PressRelease, SituationReport
from anlan.kernel.response.types import COMMAND, DECIDING

LONGEST = 20_000
SIGNERS = (*DECIDING, "coordination")


_STALE = "别人刚改过这一份，刷新后再办。"


def _last(incident: Incident) -> SituationReport | None:
    return incident.reports.exclude(state__in=("draft", "dropped")).order_by("-number").first()


@transaction.atomic
def draft(
    *, actor: Actor, incident: Incident, stage: str, at: datetime, corrects: SituationReport | None = None
) -> SituationReport:
    """A new draft from the board as it stands. A follow-up or final one needs a first; after the final one only corrections."""
    policy.require(actor, "response.act", incident)
    now = incident.now(at)
    if stage not in SituationReport.STAGES:
        raise Refused("stage", "没有这种报告。", "stage")
    signed = incident.reports.exclude(state__in=("draft", "dropped"))
    if stage in ("follow", "final") and not signed.filter(stage="first").exists():
        raise Refused("stage", "还没有初报，先报初报。", "stage")
    if stage == "first" and signed.filter(stage="first").exists() and corrects is None:
        raise Refused("stage", "初报已经报过。有变化写续报，写错了写更正。", "stage")
    if signed.filter(stage="final").exists() and corrects is None:
        raise Refused("stage", "终报已经报过，之后只能更正。", "stage")
    standing, last = log.board(incident), _last(incident)
    number = (incident.reports.aggregate(last=Max("number"))["last"] or 0) + 1
    return SituationReport.objects.create(
        incident=incident, number=number, stage=stage, corrects=corrects, body=telling.report(standing, stage, last.facts if last else {}, now),
        facts=telling.counted(standing), as_of=now, seq=standing.seq, made_at=now, made_by=actor.name,
    )  # fmt: skip


def edit(*, actor: Actor, report: SituationReport, body: str, at: datetime) -> SituationReport:  # noqa: ARG001 - who and when stand with the signature
    """Change the words of a draft; the counts are the board's."""
    policy.require(actor, "response.act", report.incident)
    body = body.strip()
    if not 0 < len(body) <= LONGEST:
        raise Refused("body", f"正文要写 1–{LONGEST} 个字。", "body")
    change(report, ("draft",), _STALE, body=body)
    return report


def sign(*, actor: Actor, report: SituationReport, at: datetime, explanation: str = "") -> SituationReport:
    """Freeze it. Counts are taken anew from the board; one that fell or leapt since the last report needs an explanation, which is printed."""
    incident, now = report.incident, report.incident.now(at)

    def decide(board: Board) -> list[Draft]:
        post = queries.require_post(incident, board, actor, COMMAND, SIGNERS, "签发报告", now)
        last = _last(incident)
        facts = telling.counted(board)
        leaps = telling.jumps(last.facts, facts) if last else []
        if leaps and not explanation.strip():
            raise Refused("explanation", f"{'；'.join(leaps)}：与上一份报告相差大，写明原因再签。", "explanation")
        body = report.body + (f"\n关于数字变化的说明：{explanation.strip()}" if leaps else "")
        digest = hashlib.sha256(
            f"{report.number}\n{report.stage}\n{body}\n{sorted(facts.items())}".encode()
        ).hexdigest()
        change(report, ("draft",), _STALE, state="signed", body=body, facts=facts, seq=board.seq, as_of=now, hash=digest, signed_at=now, signed_by=actor.name
        )  # fmt: skip
        return [_entry(report, post)]

    log.write(actor=actor, incident=incident, at=at, decide=decide, verb="report")
    return report


def _entry(report: SituationReport, post: str = "", **more: Any) -> Draft:
    payload: dict[str, Any] = {
        "report": report.pk, "number": report.number, "stage": report.stage, "state": report.state, "hash": report.hash, "facts": report.facts,
        "corrects": report.corrects.number if report.corrects else None, **more,
    }  # fmt: skip
    return Draft(
        kind="receipt" if report.state == "received" else "report",
        payload=payload,
        post=post,
        id=_id(report, report.state),
    )


def _id(report: SituationReport, word: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"anlan:report:{report.incident.key}:{report.number}:{word}")


def send(*, actor: Actor, report: SituationReport, to: str, at: datetime) -> SituationReport:
    """It went out: to whom. A drill's report is marked and never goes to the city as a real one (the sender of the link holds that)."""
    incident, to, now = report.incident, to.strip(), report.incident.now(at)
    if not 0 < len(to) <= 120:
        raise Refused("to", "没有写报给谁。", "to")

    def decide(board: Board) -> list[Draft]:
        post = queries.require_post(incident, board, actor, COMMAND, SIGNERS, "报送", now)
        change(report, ("signed",), _STALE, state="sent", to=to, sent_at=now)
        return [_entry(report, post, to=to)]

    log.write(actor=actor, incident=incident, at=at, decide=decide, verb="report")
    return report


def received(*, actor: Actor, report: SituationReport, at: datetime, by: str) -> SituationReport:
    """The other side has it: the city link's acknowledgement, or somebody's word on the telephone."""
    incident = report.incident
    policy.require(actor, COMMAND, incident)

    def decide(_board: Board) -> list[Draft]:
        change(report, ("sent",), _STALE, state="received")
        return [_entry(report, by=by.strip()[:120])]

    log.write(actor=actor, incident=incident, at=at, decide=decide, verb="receipt")
    return report


def drop(*, actor: Actor, report: SituationReport, at: datetime) -> SituationReport:  # noqa: ARG001
    """Throw a draft away; what is signed stays."""
    policy.require(actor, "response.act", report.incident)
    change(report, ("draft",), _STALE, state="dropped")
    return report


# ---- the public
def draft_press(
    *, actor: Actor, incident: Incident, at: datetime, corrects: PressRelease | None = None
) -> PressRelease:
    policy.require(actor, "response.act", incident)
    if corrects is not None and corrects.state != "published":
        raise Refused("illegal", "已发布的才能更正；没有发布的直接改。")
    now = incident.now(at)
    title, text = telling.press(log.board(incident), now)
    if corrects is not None:
        title, text = (
            f"更正：{corrects.title}"[:120],
            f"{telling.moment(corrects.published_at)}发布的《{corrects.title}》有误，更正如下：{text}",
        )
    return PressRelease.objects.create(
        incident=incident, title=title[:120], text=text, corrects=corrects, made_at=now, made_by=actor.name
    )


def edit_press(*, actor: Actor, release: PressRelease, title: str, text: str) -> PressRelease:
    policy.require(actor, "response.act", release.incident)
    title, text = title.strip(), text.strip()
    if not 0 < len(title) <= 120:
        raise Refused("title", "标题要写 1–120 个字。", "title")
    if not 0 < len(text) <= LONGEST:
        raise Refused("text", f"正文要写 1–{LONGEST} 个字。", "text")
    change(release, ("draft",), _STALE, title=title, text=text)
    return release


def approve_press(*, actor: Actor, release: PressRelease, at: datetime) -> PressRelease:
    """By the press post or the commander, never by who wrote it."""
    incident, now = release.incident, release.incident.now(at)

    def decide(board: Board) -> list[Draft]:
        post = queries.require_post(
            incident, board, actor, "response.act", ("press", "commander", "deputy"), "审定新闻稿", now
        )
        if release.made_by == actor.name:
            raise Refused("same_person", "起草人不能审定自己的稿子。")
        digest = hashlib.sha256(f"{release.title}\n{release.text}".encode()).hexdigest()
        change(release, ("draft",), _STALE, state="approved", approved_at=now, approved_by=actor.name, hash=digest)
        return [_press_entry(release, post)]

    log.write(actor=actor, incident=incident, at=at, decide=decide, verb="press")
    return release


def publish_press(*, actor: Actor, release: PressRelease, at: datetime) -> PressRelease:
    """On the public site from now on. A drill's is never published."""
    incident, now = release.incident, release.incident.now(at)
    if incident.is_drill:
        raise Refused("drill", "演练的稿子不对外发布。")

    def decide(board: Board) -> list[Draft]:
        post = queries.require_post(
            incident, board, actor, "response.act", ("press", "commander", "deputy"), "发布", now
        )
        change(release, ("approved",), _STALE, state="published", published_at=now)
        return [_press_entry(release, post)]

    log.write(actor=actor, incident=incident, at=at, decide=decide, verb="press")
    return release


def _press_entry(release: PressRelease, post: str) -> Draft:
    payload: Mapping[str, Any] = {
        "release": release.pk, "title": release.title, "state": release.state, "hash": release.hash, "corrects": release.corrects_id,
    }  # fmt: skip
    return Draft(kind="press", payload=payload, post=post)
