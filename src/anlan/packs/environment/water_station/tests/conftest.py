"""The demonstration's sections, and an empty store beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.cast import Cast

from anlan.kernel.observations import reading
from anlan.kernel.observations.store.chunks import Store
from anlan.packs.environment.water_station import demonstration


@pytest.fixture
def store(tmp_path: Path, settings: Any) -> Iterator[Store]:
    settings.OBSERVATIONS = str(tmp_path / "observations.sqlite3")
    reading.close()
    made = reading.writer()
    yield made
    reading.close()
    made.database.close()


@pytest.fixture
def rivers(cast: Cast) -> Cast:
    """Nineteen 示例 sections with samples up to June 2025."""
    demonstration.load(cast.at)
    return cast
