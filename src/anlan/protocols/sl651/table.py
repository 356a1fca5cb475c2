"""What identifiers, station classes and state bits mean, as data (the standard's appendix C and its table of states).

Where `verified` is False, the meaning is neither read in the standard's own text nor shown by a frame whose check is
right: `source` says where it comes from. The definition sent with a value, not this table, says its length and decimals.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Quantity:
    name: str
    unit: str
    source: Literal["frame", "public"]

    @property
    def verified(self) -> bool:
        return self.source == "frame"


def _rows(source: Literal["frame", "public"], text: str) -> Iterator[tuple[int, Quantity]]:
    """Rows `first identifier, name, unit, how many in a row`; several of one kind are numbered from 1."""
    for line in text.strip().splitlines():
        first, name, unit, count = [*line.split(), "1"][:4]
        for nth in range(int(count)):
            numbered = f"{name}_{nth + 1}" if count != "1" else name
            yield int(first, 16) + nth, Quantity(numbered, unit.replace("-", ""), source)


# Shown by frames whose check is right.
_FRAMES = """
1A rain_1h mm
20 rain mm
26 rain_total mm
38 battery V
39 level m
"""
# On which two independent public implementations agree. 28 is left out: one source reads it as a level datum, others as
# the flow of an intake.
_PUBLIC = """
01 section_area m²
02 air_temperature °C
03 water_temperature °C
05 duration h.min
06 evaporation_day mm
07 evaporation mm
08 air_pressure hPa
09 gate_opening m
0A gate_number -
0B gate_kind -
0C gates_open -
0D ground_temperature °C
0E groundwater_depth m
0F wave_height m
10 soil_moisture_10cm %
11 soil_moisture_20cm %
12 soil_moisture_30cm %
13 soil_moisture_40cm %
14 soil_moisture_50cm %
15 soil_moisture_60cm %
16 soil_moisture_80cm %
17 soil_moisture_100cm %
18 humidity %
19 machines_running -
1B rain_2h mm
1C rain_3h mm
1D rain_6h mm
1E rain_12h mm
1F rain_day mm
21 rain_1min mm
22 rain_5min mm
23 rain_10min mm
24 rain_30min mm
25 rainstorm mm
27 flow m³/s
30 outflow m³/s
31 device_flow m³/s
32 sediment 万t
33 wind_direction -
34 wind_force -
35 wind_speed m/s
36 section_velocity m/s
37 velocity m/s
3A level_below m
3B level_above m
3C intake_level m 8
44 sediment_content kg/m³
46 ph -
47 dissolved_oxygen mg/L
48 conductivity µS/cm
49 turbidity -
4A permanganate mg/L
4B redox mV
4C ammonia mg/L
4D phosphorus mg/L
4E nitrogen mg/L
4F organic_carbon mg/L
50 copper mg/L
51 zinc mg/L
52 selenium mg/L
53 arsenic mg/L
54 mercury mg/L
55 cadmium mg/L
56 lead mg/L
57 chlorophyll_a mg/L
"""
QUANTITIES: Final = dict(_rows("frame", _FRAMES)) | dict(_rows("public", _PUBLIC))
RAIN, RAIN_TOTAL, LEVEL, BATTERY = "20", "26", "39", "38"
# Class of a station: 48, 50 and 4B are shown by frames, the others are not confirmed.
CLASSES: Final = {
    "48": "river", "50": "rain", "4B": "reservoir", "5A": "sluice", "44": "pump", "54": "tide", "4D": "soil", "47": "groundwater",
}  # fmt: skip
# Bits of element 45 from the lowest; `public`, not verified. The door's bit is 0 when it is open.
STATES: Final = (
    "mains_off", "battery_low", "level_out_of_range", "flow_out_of_range", "quality_out_of_range", "flow_meter_fault", "level_gauge_fault",
    "door_closed", "memory_fault", "card_valid", "pump_stopped", "water_left_out_of_range",
)  # fmt: skip
# Words of ASCII bodies; not confirmed.
WORDS: Final = {
    "PJ": "20", "PT": "26", "P1": "1A", "PD": "1F", "Z": "39", "ZU": "3B", "ZB": "3A", "Q": "27", "VT": "38",
}  # fmt: skip
