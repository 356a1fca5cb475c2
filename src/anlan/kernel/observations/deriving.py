"""How a batch of rows gets its derived values. Pure: what to derive, and from what records, is the directory's."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping

import numpy as np

from anlan.kernel.observations.quality import USABLE
from anlan.kernel.observations.store.types import EMPTY, Columns, columns
from anlan.kernel.observations.types import KnownDerivation

log = logging.getLogger(__name__)


def derive(rows: Columns, derivations: Mapping[int, KnownDerivation]) -> Columns:
    """What follows from the usable rows of a batch, instant by instant; the inputs of one instant come in one batch."""
    if not derivations or not len(rows):
        return EMPTY
    wanted = np.fromiter(derivations, np.int64, len(derivations))
    instants: dict[tuple[KnownDerivation, int], dict[str, float]] = {}
    for row in np.flatnonzero(np.isin(rows.stream, wanted) & (rows.judged == USABLE)).tolist():
        one = derivations[int(rows.stream[row])]
        values = instants.setdefault((one, int(rows.end[row])), {})
        values[one.inputs[int(rows.stream[row])]] = float(rows.value[row])
    return columns(
        (one.outputs[code], end, end, value, 0, USABLE)
        for (one, end), values in instants.items()
        for code, value in _told(one, end, values).items()
        if code in one.outputs and math.isfinite(value)
    )


def _told(one: KnownDerivation, end: int, values: Mapping[str, float]) -> Mapping[str, float]:
    """A pack's mistake must not keep what a device measured from being stored."""
    try:
        return one.derive(one.prepared, end, values)
    except Exception:
        log.exception("a derivation failed at %s", end)
        return {}
