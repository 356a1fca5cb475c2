"""`district`: the cast, with an observation store of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.cast import Cast
from tests.support.district import District

from anlan.kernel.observations import reading


@pytest.fixture
def district(cast: Cast, tmp_path: Path, settings: Any) -> Iterator[District]:
    settings.OBSERVATIONS = str(tmp_path / "observations.sqlite3")
    reading.close()
    store = reading.writer()
    yield District(cast, store)
    reading.close()
    store.database.close()
