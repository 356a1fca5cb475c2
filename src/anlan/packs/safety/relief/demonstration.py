"""The story of the demonstration: a downpour, three streets, two shelters, 640 people, one street late (示例). Loaded again, it changes nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from anlan.base.clock import civil_date
from anlan.kernel.access import demonstration
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.capability import registers
from anlan.kernel.response.actions import command, intake
from anlan.kernel.response.models import Incident
from anlan.packs.safety.relief.actions import households, sites, telling
from anlan.packs.safety.relief.models import Household, HouseLoss, Opening
from anlan.packs.safety.relief.sheets import COMMUNITIES, SHEETS
from anlan.packs.safety.relief.sites import Shelter

STORY = Path(__file__).with_name("story.toml")
# The downpour of the whole demonstration: whoever loads first opens it, the others find it.
KEY = uuid5(NAMESPACE_URL, "anlan:story:downpour")
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"


def load(at: datetime) -> None:
    told = tomllib.loads(STORY.read_text(encoding="utf-8"))
    registers.load(COMMUNITIES, told["community"], at)
    people, units = demonstration.people(), demonstration.units()
    needed = {"duty", "commander", *(row[name] for row in told["street"] for name in ("by", "keeper"))}
    shelters = {one.code: one for one in Shelter.objects.filter(is_demo=True).select_related("organisation")}
    if not needed <= set(people) or not {row["site"] for row in told["street"]} <= set(shelters):
        return  # the demonstration's people are not all here
    incident = _incident(told["incident"], [units[row["code"]] for row in told["street"]], people, units, at)
    if Household.objects.filter(incident=incident).exists():
        return
    began = incident.occurred_at
    openings = _open(told["street"], incident, shelters, people, began)
    for row in told["street"]:
        _street(row, incident, openings[row["site"]], people, units, began)
    telling.tell(actor=people["duty"], incident=incident, at=began + timedelta(minutes=700), at_once=True)
    telling.note_limit(at)
    _after(incident, at)


def _incident(row: Mapping[str, Any], streets: Sequence[Organisation], people: Mapping[str, Actor], units: Mapping[str, Organisation], at: datetime) -> Incident:  # fmt: skip
    if found := Incident.objects.filter(key=KEY).first():
        return found
    began = at - timedelta(hours=row["hours"])
    incident = intake.open_incident(
        actor=people["duty"], organisation=units["SL"], place=row["place"], kind=row["kind"], source="示例雨情平台", at=began, title=row["title"], key=KEY,
        longitude=117.209, latitude=39.166, streets=tuple(streets), is_demo=True,
    )  # fmt: skip
    duty = people["duty"]
    command.take_post(actor=duty, incident=incident, post="duty", at=began + timedelta(minutes=2))
    command.move(actor=duty, incident=incident, move="verify", at=began + timedelta(minutes=5))
    return incident


def _open(rows: Sequence[Mapping[str, Any]], incident: Incident, shelters: Mapping[str, Shelter], people: Mapping[str, Actor], began: datetime) -> dict[str, Opening]:  # fmt: skip
    expected: dict[Shelter, int] = {}
    for row in rows:
        shelter = shelters[row["site"]]
        expected[shelter] = expected.get(shelter, 0) + row["people"]
    made = sites.order(
        actor=people["duty"], incident=incident, expected=expected, minutes=60, text="先收沿河低洼处居民，备好热水和被褥", at=began + timedelta(minutes=20), is_demo=True
    )  # fmt: skip
    keepers = {row["site"]: row["keeper"] for row in rows}
    for number, one in enumerate(made):
        sites.open_site(
            actor=people[keepers[one.shelter.code]], opening=one, at=began + timedelta(minutes=55 + 8 * number)
        )
    return {one.shelter.code: one for one in made}


def _sizes(count: int, people: int) -> Iterator[int]:
    """So many households with so many people in all."""
    base, more = divmod(people, count)
    yield from (base + (number < more) for number in range(count))


def _street(row: Mapping[str, Any], incident: Incident, opening: Opening, people: Mapping[str, Actor], units: Mapping[str, Organisation], began: datetime) -> None:  # fmt: skip
    """Register one by one, then confirm together as the goods come: food and water first, medical care last."""
    street, made = units[row["code"]], []
    for number, size in enumerate(_sizes(row["households"], row["people"])):
        last = row["households"] - number
        where = (
            "unreached" if last <= row.get("unreached", 0) else "home" if last <= row["home"] else "relatives" if last <= row["home"] + row["relatives"] else "shelter"
        )  # fmt: skip
        name = f"示例{_SURNAMES[number % len(_SURNAMES)]}户{number + 1}"
        values = {
            "head": name, "phone": f"1380000{number % 100:02d}{row['code'][-2:]}", "people": size, "community": row["community"], "address": f"示例路{number + 1}号",
            "infants": int(number % 9 == 0), "elderly": int(number % 4 == 0), "disabled": int(number % 31 == 7), "pets": int(number % 13 == 5),
            "medicine": "降压药" if number % 17 == 3 else "",
        }  # fmt: skip
        made.append(
            households.register(
                actor=people[row["keeper"] if where == "shelter" else row["by"]], incident=incident, organisation=street, values=values, situation=where,
                opening=opening if where == "shelter" else None, at=began + timedelta(minutes=row["after"] + 1.4 * number),
                key=uuid5(NAMESPACE_URL, f"anlan:household:{row['code']}:{number}"), another=True, is_demo=True,
            )
        )  # fmt: skip
    met = [one for one in made if one.situation != "unreached"]
    lacking = met[: row.get("lacks", 0)]
    ready = met[len(lacking) :]
    by, done = people[row["by"]], timedelta(minutes=row["done"])
    for what, share in ((("food", "water"), 0.6), (("shelter", "clothing"), 0.8)):
        households.confirm(actor=by, households=met, what=what, verdict="given", at=began + done * share)
    households.confirm(actor=by, households=ready, what=("medical",), verdict="given", at=began + done)
    if lacking:
        late = began + timedelta(minutes=row["late_done"])
        # They had it in time, says the paper; the house heard of it too late.
        households.confirm(
            actor=by, households=lacking[:4], what=("medical",), verdict="not_needed", text="户主自述", claimed_at=began + done, at=late
        )  # fmt: skip


def _after(incident: Incident, at: datetime) -> None:
    """First losses and what is planned of recovery."""
    if HouseLoss.objects.filter(incident_number=incident.number).exists():
        return
    day = civil_date(at).isoformat()
    common = {"incident_number": incident.number, "degree": "general", "stage": "report", "assessed_on": day}
    rows: dict[str, list[dict[str, Any]]] = {
        "relief_houses": [{**common, "organisation": "SL-S03", "code": "SLF-001", "place": "示例沿河 12–20 号", "rooms": 34, "households": 18, "loss": "46.5"}],
        "relief_crops": [{**common, "organisation": "SL-S03", "code": "SLN-001", "place": "示例河滩菜地", "crop": "蔬菜", "hectares": "3.2", "loss": "9.8", "degree": "severe"}],
        "relief_enterprises": [{**common, "organisation": "SL-S01", "code": "SLQ-001", "place": "示例路 8 号", "name": "示例纸箱厂乙", "stopped": "是", "loss": "120"}],
        "relief_transitions": [
            {"organisation": "SL-S03", "code": "SLG-001", "incident_number": incident.number, "kind": "rent", "place": "示例公寓", "households": 6, "people": 15,
             "starts_on": day, "granted": "27000", "paid": "9000"},
        ],
        "relief_works": [
            {"organisation": "SL-S03", "code": "SLW-001", "incident_number": incident.number, "name": "示例沿河排水口改造", "kind": "drain", "planned": "180", "arranged": "60",
             "paid": "0", "due_on": 90},
        ],
    }  # fmt: skip
    for sheet in SHEETS:
        registers.load(sheet, rows.get(sheet.slug, ()), at)
    telling.tell_all(at)
