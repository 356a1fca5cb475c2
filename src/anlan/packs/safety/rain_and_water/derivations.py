"""The lines of each station, read once for every edition of the records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from anlan.base.clock import CHINA
from anlan.kernel.observations.reading import ms
from anlan.kernel.observations.types import Derivation
from anlan.kernel.registry.models import Station
from anlan.packs.safety.rain_and_water import rules
from anlan.packs.safety.rain_and_water.models import WarningLine
from anlan.packs.safety.rain_and_water.rules import Line


def _at(day: date | None) -> int:
    return 1 << 62 if day is None else ms(datetime.combine(day, time(), CHINA))


def lines_of() -> dict[str, tuple[Line, ...]]:
    """Every line, past ones too, by the code of its station."""
    found: dict[str, tuple[Line, ...]] = {}
    for row in WarningLine.objects.all():
        end = min(_at(row.valid_to), _at(row.retired_on))
        line = Line(row.kind, float(row.value), _at(row.valid_from), end)
        found[row.station_code] = (*found.get(row.station_code, ()), line)
    return found


def level_lines() -> Mapping[int, tuple[Line, ...]]:
    lines = lines_of()
    rows = Station.objects.filter(kind="level", retired_on=None).values_list("pk", "code")
    return {pk: lines[code] for pk, code in rows if code in lines}


MARGINS = Derivation(
    slug="rain_and_water.margins", kind="level", inputs=("level",), outputs=("over_warning", "over_ensured"),
    prepare=level_lines, derive=rules.derive,
)  # fmt: skip
