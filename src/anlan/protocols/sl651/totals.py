"""Rain from the accumulated counter (element 26), never from adding element 20: reports that were lost, sent again or
sent twice change a sum, but not a difference between two readings of a counter.
"""

from __future__ import annotations

from typing import Final

ROLL_AT: Final = 99999.9  # mm, the most that three BCD bytes with one decimal hold; then the counter begins at 0 again
_MOST_BY_ROLLING: Final = 1000.0  # mm


def rain_between(previous: float | None, now: float | None, roll_at: float = ROLL_AT) -> float | None:
    """Millimetres that fell between two readings of the counter, in the order of their observation times.

    A smaller reading is a roll-over when the counter was so near `roll_at` (the greatest number it shows) that at most
    1,000 mm would have fallen. Otherwise the counter was set back (a repair, a new gauge) and nobody knows the rain: None, as when
    a reading is missing, negative or above `roll_at`. Readings have up to two decimals, so has the result.
    """
    if previous is None or now is None or not (0 <= previous <= roll_at and 0 <= now <= roll_at):
        return None
    fallen = now - previous
    if fallen < 0:
        fallen += roll_at + 0.1
        if fallen > _MOST_BY_ROLLING:
            return None
    return round(fallen, 2)
