"""A file of hours comes in: preview with findings, then one action. Overlapping hours that differ make new versions."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.files.keeping import keep
from anlan.kernel.journal.record import record
from anlan.packs.environment.air_quality import evaluation
from anlan.packs.environment.air_quality.models import AirFile, AirStation, HourBlock, StationDay
from anlan.science.air import hours_csv
from anlan.science.air.hours import Hours
from anlan.science.air.hours_csv import LIMIT

BATCH = 1000
KIND_WORDS = {
    "duplicate": "重复行", "conflict": "同一小时两个值", "gap": "缺测", "frozen": "恒值", "unit": "单位可疑", "range": "超出量程",
    "precision": "小数过细", "unreadable": "读不出",
}  # fmt: skip


@dataclass
class Preview:
    """What a file holds and what would change. Nothing has been stored."""

    data: bytes
    sha256: str
    hours: Hours
    known: AirFile | None

    @property
    def first_day(self) -> date:
        return hours_csv.span(self.hours)[0]

    @property
    def last_day(self) -> date:
        return hours_csv.span(self.hours)[1]

    @property
    def findings(self) -> list[dict[str, Any]]:
        return [{**asdict(one), "title": KIND_WORDS[one.kind]} for one in self.hours.findings]


def load(path: Path) -> bytes:
    """The file's bytes, or one clear refusal."""
    if not path.exists():
        raise Refused("absent", f"没有这个文件：{path.name}")
    if path.is_dir():
        raise Refused("directory", f"{path.name} 是文件夹，不是文件。")
    if path.stat().st_size > LIMIT:
        raise Refused("size", f"{path.name} 超过 {LIMIT // 1024 // 1024} MB。按年拆分后再导入。")
    return path.read_bytes()


def preview(data: bytes) -> Preview:
    digest = hashlib.sha256(data).hexdigest()
    return Preview(data, digest, hours_csv.read(data), AirFile.objects.filter(sha256=digest).first())


@transaction.atomic
def store(
    *, actor: Actor, seen: Preview, file_name: str, at: datetime, owner: Organisation | None = None
) -> tuple[AirFile, int]:
    """Store a previewed file; returns it and how many station-days were made. One transaction, one journal entry."""
    policy.require(actor, "air_quality.manage")
    if AirFile.objects.filter(sha256=seen.sha256).exists():
        raise Refused("again", "这个文件已导入过，没有变化。")
    name = file_name if file_name.lower().endswith((".csv", ".txt")) else f"{file_name}.csv"
    kept = keep(actor=actor, name=name, content=seen.data, at=at, limit=LIMIT)
    file = AirFile.objects.create(
        name=file_name[-160:], sha256=seen.sha256, stored=kept, rows=seen.hours.rows, first_day=seen.first_day, last_day=seen.last_day,
        findings=seen.findings, imported_at=at, imported_by=actor.name,
    )  # fmt: skip
    stations = _stations(seen.hours.stations, owner)
    drafts = _drafts(seen.hours, stations, file)
    made = evaluation.rows(drafts, at=at, by=actor.name)
    _replace(made)
    record(
        actor=actor, verb="air_quality.file.imported", subject_kind="air_file", subject_id=file.pk, at=at,
        org_path=owner.path if owner else "", content_hash=seen.sha256,
        new={"name": file.name, "rows": file.rows, "stations": seen.hours.stations, "days": len(made), "findings": len(file.findings)},
    )  # fmt: skip
    return file, len(made)


def _replace(made: list[StationDay]) -> None:
    """Write new versions and take the old ones out of force."""
    again = [(row.station_id, row.day) for row in made if row.version > 1]
    for station_id, day in again:
        StationDay.objects.filter(station_id=station_id, day=day, is_current=True).update(is_current=False)
    StationDay.objects.bulk_create(made, batch_size=BATCH)


def _stations(names: list[str], owner: Organisation | None) -> list[AirStation]:
    """Stations by code or name; unknown ones are admitted as outside the district."""
    known = {station.code: station for station in AirStation.objects.filter(code__in=names)}
    for name in names:
        if name not in known:
            known[name] = AirStation.objects.create(code=name, name=name, organisation=owner)
    return [known[name] for name in names]


def _drafts(hours: Hours, stations: list[AirStation], file: AirFile) -> list[evaluation.Draft]:
    """Blocks of the file merged over what is stored; unchanged days are left alone."""
    held: dict[tuple[int, date], tuple[int, bytes]] = {}
    first, last = hours_csv.span(hours)
    current = StationDay.objects.filter(station__in=stations, is_current=True, day__range=(first, last))
    for station_id, day, version, blob in current.values_list("station_id", "day", "version", "hours"):
        held[station_id, day] = (version, bytes(blob))
    drafts = []
    values, lines = hours.table.values.astype(np.int32), hours.lines.astype(np.int32)
    zeros = np.zeros(24, dtype=np.int32)
    for place, (station, day) in enumerate(hours.keys):
        key = (stations[station].pk, day)
        files = np.where(lines[place] > 0, file.pk, 0).astype(np.int32)
        block = HourBlock(values[place], lines[place], files, zeros, zeros, zeros)
        version, reason = 1, ""
        if key in held:
            version, reason = held[key][0] + 1, f"新文件 {file.name}"[:200]
            merged = _merge(HourBlock.unpack(held[key][1]), block)
            if merged is None:
                continue
            block = merged
        drafts.append(evaluation.Draft(key[0], day, version, block, reason))
    return drafts


def _merge(old: HourBlock, new: HourBlock) -> HourBlock | None:
    """The new file's hours over the old, except those a person corrected; None when no value differs."""
    take = (new.lines > 0) & (old.corrected == 0)
    if not ((new.values != old.values).any(axis=1) & take).any() and not (take & (old.lines == 0)).any():
        return None
    return HourBlock(
        np.where(take[:, None], new.values, old.values), np.where(take, new.lines, old.lines), np.where(take, new.files, old.files),
        old.aqi, old.primary, old.corrected,
    )  # fmt: skip
