"""The demonstration's sources with an empty store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.cast import Cast

from anlan.kernel.observations.store.chunks import Store
from anlan.packs.environment.pollution_source import demonstration
from anlan.packs.environment.pollution_source.tests.filling import opened


@pytest.fixture
def store(tmp_path: Path, settings: Any) -> Iterator[Store]:
    with opened(tmp_path, settings) as made:
        yield made


@pytest.fixture
def sources(cast: Cast) -> Cast:
    """示例 boilers, hospital and petrol station with their limits since 2021."""
    demonstration.load(cast.at)
    return cast
