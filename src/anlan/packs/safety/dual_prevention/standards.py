"""标杆标准: a firm's whole register published as an edition; other firms adopt it and upgrade, keeping what they changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.packs.safety.dual_prevention import queries, writing
from anlan.packs.safety.dual_prevention.merging import Merge, three_way
from anlan.packs.safety.dual_prevention.models import Adoption, Edition, Standard
from anlan.packs.safety.dual_prevention.types import RiskRow, from_json, ordered, to_json
from anlan.packs.safety.dual_prevention.verbs import note as journal
from anlan.packs.safety.dual_prevention.writing import Pen, Written


def content(edition: Edition | None) -> dict[str, RiskRow]:
    """The rows of an edition, by code."""
    return {one["code"]: from_json(one) for one in edition.content} if edition else {}


def publish(
    *, actor: Actor, organisation: Organisation, name: str, approval: str, at: datetime, title: str = "", trade: str = "", note: str = "",
    standard: Standard | None = None,
) -> Edition:  # fmt: skip
    """Publish the firm's register as it stands: a new standard, or the next edition of one. `approval` says who examined it."""
    policy.require(actor, queries.PUBLISH, organisation)
    if not name.strip() or len(name.strip()) > 20:
        raise Refused("name", "写版次，最多 20 个字。", "name")
    if not approval.strip() or len(approval.strip()) > 200:
        raise Refused("approval", "写由谁审定（专家会诊编号或审定文件），最多 200 个字。", "approval")
    if standard is None and (not title.strip() or len(title.strip()) > 80):
        raise Refused("title", "写标准名称，最多 80 个字。", "title")
    if standard is not None and standard.organisation_id != organisation.pk:
        raise Refused("standard", "新一版要由原来的单位出。", "standard")
    rows = [to_json(ordered(row)) for _code, row in sorted(queries.register(organisation).items())]
    if not rows:
        raise Refused("empty", f"{organisation}的风险清单是空的，不能发布。")
    digest = hashlib.sha256(json.dumps(rows, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    try:
        with transaction.atomic():
            return _publish(actor, organisation, standard, (title, trade, name, approval, note), rows, digest, at)
    except IntegrityError:
        raise Refused("stale", "别人刚发布了新一版。刷新后再发布。") from None


def _publish(
    actor: Actor, organisation: Organisation, standard: Standard | None, words: tuple[str, ...], rows: list[dict[str, object]], digest: str, at: datetime
) -> Edition:  # fmt: skip
    title, trade, name, approval, note = (one.strip() for one in words)
    if standard is None:
        standard = Standard.objects.create(
            title=title, trade=trade[:40], organisation=organisation, is_demo=organisation.is_demo
        )
    last = standard.editions.order_by("-number").first()
    if last is not None and last.digest == digest:
        raise Refused("same", f"内容和“{last.name}”一样，不用出新版。")
    edition = Edition.objects.create(
        standard=standard, number=last.number + 1 if last else 1, name=name, note=note[:400], approval=approval, content=rows, digest=digest, risks=len(rows),
        published_at=at, published_by=actor.name,
    )  # fmt: skip
    journal(
        actor,
        edition,
        organisation,
        "standard_published",
        at,
        title=standard.title,
        edition=name,
        risks=len(rows),
        digest=digest,
    )
    return edition


def preview(organisation: Organisation, edition: Edition, decisions: Mapping[str, str] | None = None) -> Merge:
    """What adopting the edition, or upgrading to it, would do to the firm's register."""
    here = queries.adoption(organisation)
    base = here.edition if here and here.edition.standard_id == edition.standard_id else None
    return three_way(content(base), queries.register(organisation), content(edition), decisions)


def take(
    *, actor: Actor, organisation: Organisation, edition: Edition, at: datetime, decisions: Mapping[str, str] | None = None, version: int = 0
) -> tuple[Adoption, Written]:  # fmt: skip
    """Adopt the edition, or upgrade to it from the one adopted (`version` of the adoption as it was shown; 0: none). Every conflict must
    be decided. Raises Refused `conflicts`, `stale`."""
    policy.require(actor, queries.EDIT, organisation)
    try:
        with transaction.atomic():
            return _take(actor, organisation, edition, at, decisions or {}, version)
    except IntegrityError:
        raise Refused("stale", "别人刚套用或升级了标准。刷新后再办。") from None


def _take(
    actor: Actor, organisation: Organisation, edition: Edition, at: datetime, decisions: Mapping[str, str], version: int
) -> tuple[Adoption, Written]:  # fmt: skip
    here = queries.adoption(organisation)
    if (here.version if here else 0) != version:
        raise Refused("stale", "别人刚套用或升级了标准。刷新后再办。")
    if here is not None and here.edition_id == edition.pk:
        raise Refused("same", f"已经是“{edition.name}”。")
    if here is not None and here.edition.standard_id == edition.standard_id and here.edition.number > edition.number:
        raise Refused("older", f"现在用的“{here.edition.name}”更新，不能退回旧版。")
    merge = preview(organisation, edition, decisions)
    if merge.open:
        raise Refused("conflicts", f"还有 {len(merge.open)} 处两边都改了，逐处选定再办。", "conflicts")
    now = queries.register(organisation)
    word = "升级到" if here and here.edition.standard_id == edition.standard_id else "套用"
    pen = Pen(actor, organisation, at, f"{word}“{edition.standard.title}”{edition.name}", False, organisation.is_demo)
    told = writing.write(
        pen,
        [row for code, row in merge.rows.items() if code not in now or ordered(now[code]) != row],
        set(now) - set(merge.rows),
    )
    adoption = _stand_on(actor, organisation, here, edition, at)
    verb = "standard_upgraded" if word == "升级到" else "standard_adopted"
    kinds = {
        kind: merge.count(kind)
        for kind in ("update", "added", "removed", "own", "own_added", "own_removed", "conflict")
    }
    chosen = {key: way for key, way in decisions.items() if key in {one.key for one in merge.changes}}
    journal(actor, adoption, organisation, verb, at, old={"edition": here.edition_id} if here else None, edition=edition.pk, changes=kinds, decisions=chosen,
            new=told.new, changed=told.changed, retired=told.retired)  # fmt: skip
    return adoption, told


def _stand_on(
    actor: Actor, organisation: Organisation, here: Adoption | None, edition: Edition, at: datetime
) -> Adoption:
    if here is None:
        return Adoption.objects.create(organisation=organisation, edition=edition, adopted_at=at, adopted_by=actor.name)
    hit = Adoption.objects.filter(pk=here.pk, version=here.version, state="active").update(
        edition=edition, upgraded_at=at, version=F("version") + 1
    )
    if hit != 1:
        raise Refused("stale", "别人刚套用或升级了标准。刷新后再办。")
    here.refresh_from_db()
    return here
