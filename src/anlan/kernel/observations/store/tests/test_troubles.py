"""An engine that fails in the middle: compaction loses nothing, and the store goes on from what is stored."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import pytest

from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.databases import SqliteDatabase
from anlan.kernel.observations.store.types import DAY_MS, Commit, columns

pytestmark = pytest.mark.pure
START = 20_000 * DAY_MS


class Failing(SqliteDatabase):
    """Every transaction is rolled back at its end while `fails`; or committed, and the answer lost, when it is `"after"`."""

    fails: str = ""

    @contextmanager
    def transaction(self):  # type: ignore[no-untyped-def]
        with super().transaction():
            yield
            if self.fails == "before":
                raise OSError(28, "No space left on device")
        if self.fails == "after":
            raise ConnectionError("server closed the connection")


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def]
    database = Failing(tmp_path / "o.sqlite3", writes=True)
    yield Store(database)
    database.close()


def commit(store: Store, day: int, value: float) -> None:
    store.append(Commit(1, columns([(stream, 0, START + day * DAY_MS + 1, value, 0, 0) for stream in (1, 2, 3)])))


def listed(store: Store) -> list[float]:
    return [float(one) for stream in (1, 2, 3) for one in store.raw(stream, 0, START * 2).value]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["gather", "settle"])
def test_compaction_that_fails_loses_and_doubles_nothing(store: Store, when: str, step: str) -> None:
    for day in range(3):
        commit(store, day, day)
    store.settle(1)  # one commit is half on its way
    database = store.database
    assert isinstance(database, Failing)
    failed = 0
    for _ in range(4):
        database.fails = when
        try:
            getattr(store, step)(2)
        except OSError:
            failed += 1
        database.fails = ""
        assert listed(store) == [0, 1, 2] * 3
        store.recover()
    assert failed
    while store.settle(1):
        assert listed(store) == [0, 1, 2] * 3
    assert (listed(store), store.hot_rows()) == ([0, 1, 2] * 3, 0)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_commit_of_which_nobody_knows_may_be_given_again(store: Store, when: str) -> None:
    commit(store, 0, 0)
    database = store.database
    assert isinstance(database, Failing)
    database.fails = when
    with pytest.raises(OSError):  # noqa: PT011
        commit(store, 1, 1)
    database.fails = ""
    store.recover()
    commit(store, 1, 1)
    assert listed(store) == [0, 1] * 3
    assert store.hot_rows() == (9 if when == "after" else 6)


def test_settling_that_fails_is_taken_up_where_it_was(store: Store) -> None:
    """Without starting again, too: what was not moved is not forgotten."""
    commit(store, 0, 7)
    database = store.database
    assert isinstance(database, Failing)
    database.fails = "before"
    with pytest.raises(OSError):  # noqa: PT011
        store.settle(2)
    database.fails = ""
    while store.settle(2):
        pass
    assert listed(store) == [7, 7, 7]
