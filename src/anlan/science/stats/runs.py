"""Runs of equal readings: a sensor that says the same for long is stuck, blocked or made up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def longest_run(values: NDArray[np.float64], groups: NDArray[np.int64]) -> dict[int, int]:
    """For each group (say, the hour of a value) the longest run of equal values that reaches into it, counted from its start.

    `values` and `groups` (n,) in time order; a run may begin in an earlier group.
    """
    if not len(values):
        return {}
    starts = np.flatnonzero(np.append(True, values[1:] != values[:-1]))
    run_of = np.cumsum(np.append(True, values[1:] != values[:-1])) - 1
    so_far = np.arange(len(values)) - starts[run_of] + 1
    found: dict[int, int] = {}
    edges: Any = np.flatnonzero(np.append(True, groups[1:] != groups[:-1]))
    for group, longest in zip(groups[edges].tolist(), np.maximum.reduceat(so_far, edges).tolist(), strict=True):
        found[group] = max(found.get(group, 0), longest)
    return found
