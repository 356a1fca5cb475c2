"""The store against the naive model, whatever the order of rows, commits and compaction; and what a crash leaves."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.base.errors import Refused
from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.blob import decode, encode
from anlan.kernel.observations.store.chunks import Reader, Store
from anlan.kernel.observations.store.databases import SqliteDatabase
from anlan.kernel.observations.store.forgetting import Forgetter, Plan
from anlan.kernel.observations.store.tests.oracle import Oracle, Row, listed
from anlan.kernel.observations.store.types import CHINA_MS, DAY_MS, HOUR_MS, Commit, Event, columns

# Around a midnight and a month's end of the civil calendar.
MIDNIGHT = 20_000 * DAY_MS - CHINA_MS
FIRST, LAST = MIDNIGHT - 3 * DAY_MS, MIDNIGHT + 3 * DAY_MS
STREAMS = (1, 2, 7, 20_000)

instants = st.one_of(
    st.integers(FIRST + 1, LAST), st.sampled_from([MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + 1, FIRST + HOUR_MS])
)
values = st.one_of(
    st.none(), st.integers(-99999, 999999).map(lambda n: n / 100), st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.sampled_from([0.0, 1e300, -1e-300]),
)  # fmt: skip
rows = st.builds(
    lambda stream, end, span, value, sent, judged: (stream, end - span, end, value, sent, judged),
    st.sampled_from(STREAMS), instants, st.sampled_from([0, 60_000, HOUR_MS]), values, st.integers(0, 255), st.sampled_from([0, 0, 0, 3]),
)  # fmt: skip
steps = st.lists(st.one_of(st.lists(rows, max_size=12), st.sampled_from(["gather", "settle", "settle1"])), max_size=14)


@contextmanager
def sqlite() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(SqliteDatabase(Path(folder) / "observations.sqlite3", writes=True))
        try:
            yield store
        finally:
            store.database.close()


def _do(store: Store, oracle: Oracle, step: list[Row] | str) -> None:
    match step:
        case "gather":
            store.gather()
        case "settle":
            while store.settle():
                pass
        case "settle1":
            store.settle(1)
        case given_rows:
            store.append(Commit(received=LAST, rows=columns(given_rows)))  # type: ignore[arg-type]
            oracle.append(given_rows)  # type: ignore[arg-type]


def _agrees(store: Reader, oracle: Oracle) -> None:
    assert listed(store.latest()) == oracle.latest()
    for stream in STREAMS:
        for after, until in (
            (FIRST, LAST),
            (MIDNIGHT, MIDNIGHT + DAY_MS),
            (MIDNIGHT - HOUR_MS, MIDNIGHT),
            (MIDNIGHT - 1, MIDNIGHT + 1),
        ):
            assert listed(store.raw(stream, after, until)) == oracle.raw(stream, after, until)
        for step in (HOUR_MS, DAY_MS):
            (found,) = store.statistics([stream], FIRST, LAST, step)
            wanted = oracle.statistics(stream, FIRST, LAST, step)
            assert [
                (int(a), int(n), float(low), float(high))
                for a, n, low, high in zip(found.start, found.count, found.least, found.most, strict=True)
            ] == [row[:4] for row in wanted]
            assert found.total.tolist() == pytest.approx([row[4] for row in wanted], rel=1e-12, abs=1e-290)


@settings(max_examples=120, deadline=None)
@given(steps)
def test_answers_equal_the_model_hot_cold_and_between(script: list[list[Row] | str]) -> None:
    oracle = Oracle()
    with sqlite() as store:
        for step in script:
            _do(store, oracle, step)
        _agrees(store, oracle)
        before = [one.total.tolist() for one in store.statistics(STREAMS, FIRST, LAST)]
        while store.settle():
            pass
        _agrees(store, oracle)
        # Not nearly: the very same bits, so that a figure never changes because of compaction.
        assert [one.total.tolist() for one in store.statistics(STREAMS, FIRST, LAST)] == before


@given(st.lists(rows, max_size=60))
def test_a_block_gives_back_the_same_bits(given_rows: list[Row]) -> None:
    assert listed(decode(encode(columns(given_rows)))) == given_rows


@pytest.mark.parametrize(
    "block",
    [b"", b"AO1", b"XXXX\x01\x00\x00", b"AO1\x05\x00\x00\x00damaged", encode(columns([(1, 1, 1, 1.0, 0, 0)]))[:-3]],
)
def test_a_damaged_block_is_said_to_be(block: bytes) -> None:
    with pytest.raises(ValueError, match=r"block|unpack"):
        decode(block)


def test_state_events_and_frames_come_with_their_commit() -> None:
    with sqlite() as store:
        row = columns([(1, 0, 60_000, 3.5, 0, 0)])
        store.append(
            Commit(
                1,
                row,
                frames=(("甲", b"\x00\xff##"), ("乙", b"")),
                events=(Event("a", 5, "{}"),),
                state={"rules": b"1"},
            )
        )
        store.append(Commit(2, row, events=(Event("a", 5, "{}"), Event("b", 6, "{}")), state={"rules": b"2"}))
        assert store.frames(0) == [(1, [("甲", b"\x00\xff##"), ("乙", b"")])]
        assert [event.key for _number, event in store.events(0)] == ["a", "b"]
        assert [event.key for _number, event in store.events(1)] == ["b"]
        assert store.state() == {"rules": b"2"}


def test_an_append_that_fails_writes_nothing_and_the_next_one_works() -> None:
    with sqlite() as store:
        good = Commit(1, columns([(1, 0, 60_000, 1.0, 0, 0)]))
        store.append(good)
        with pytest.raises(Exception, match=r"bind|type|supported"):
            store.append(Commit(2, columns([(1, 0, 120_000, 2.0, 0, 0)]), state={"rules": object()}))  # type: ignore[dict-item]
        assert len(store.raw(1, 0, 10**9)) == 1
        assert store.append(good) == 2


def test_reopening_goes_on_where_it_stopped() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file, oracle = Path(folder) / "o.sqlite3", Oracle()
        for turn in range(5):
            store = Store(SqliteDatabase(file, writes=True))
            for number in range(40):
                _do(store, oracle, [(1, 0, FIRST + (turn * 40 + number) * 60_000 + 1, float(number), 0, 0)])
            store.settle(1) if turn % 2 else store.gather()
            store.database.close()
        reader = Reader(open_database(str(file), writes=False))
        _agrees(reader, oracle)
        reader.database.close()


def test_one_writer_and_a_clear_word_for_the_second() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "o.sqlite3"
        with pytest.raises(Refused, match="anlan gateway"):
            SqliteDatabase(file, writes=False)
        first = SqliteDatabase(file, writes=True)
        with pytest.raises(Refused, match="另一个网关"):
            SqliteDatabase(file, writes=True)
        first.close()
        SqliteDatabase(file, writes=True).close()


def test_a_reader_sees_one_state_while_the_writer_goes_on() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "o.sqlite3"
        store = Store(SqliteDatabase(file, writes=True))
        reader = Reader(open_database(str(file), writes=False))
        draw = random.Random(7)
        for number in range(300):
            store.append(
                Commit(number, columns([(draw.choice(STREAMS), 0, FIRST + number * 60_000 + 1, number / 10, 0, 0)]))
            )
            if draw.random() < 0.1:
                store.gather(8)
            if draw.random() < 0.1:
                store.settle(2)
            if number % 30 == 29:
                assert sum(len(reader.raw(stream, FIRST, LAST)) for stream in STREAMS) == number + 1
        store.database.close()
        reader.database.close()


def test_retention_forgets_what_it_is_told_only() -> None:
    with sqlite() as store:
        for day in range(3):
            store.append(Commit(day, columns([(1, 0, FIRST + day * DAY_MS + 1, 1.0, 0, 0)]), frames=(("a", b"x"),)))
        while store.settle():
            pass
        run = Forgetter(store, Plan(frames_before=2, values=[(1, FIRST + DAY_MS)]))
        while not run.done:
            run.step(1)
        assert [number for number, _frames in store.frames(0)] == [3]
        assert len(store.raw(1, FIRST, LAST)) == 2
        (days,) = store.statistics([1], FIRST, LAST, DAY_MS)
        assert days.start.tolist() == [FIRST + DAY_MS, FIRST + 2 * DAY_MS]  # the figures went with the day


@pytest.mark.parametrize(
    ("after", "until", "step"), [(FIRST + 1, LAST, HOUR_MS), (FIRST, LAST - HOUR_MS, DAY_MS), (FIRST, LAST, 60_000)]
)
def test_buckets_stand_on_their_edges(after: int, until: int, step: int) -> None:
    with sqlite() as store, pytest.raises(ValueError, match="edges"):
        store.statistics([1], after, until, step)


def test_an_hour_belongs_to_the_day_in_which_it_was_measured() -> None:
    with sqlite() as store:
        store.append(Commit(1, columns([(1, MIDNIGHT - HOUR_MS, MIDNIGHT, 5.0, 0, 0)])))
        (days,) = store.statistics([1], FIRST, LAST, DAY_MS)
        assert days.start.tolist() == [MIDNIGHT - DAY_MS]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="runs in the PostgreSQL part")
@pytest.mark.parametrize("seed", range(6))
def test_postgres_gives_the_same_answers(seed: int) -> None:
    """The same random script on PostgreSQL; tables are emptied first, the address is the test database's."""
    asked = connection.get_connection_params()
    address = f"postgresql://{asked['user']}@/{asked['dbname']}?host={asked['host']}&port={asked.get('port') or 5432}"
    database = open_database(address, writes=True)
    draw, oracle = random.Random(seed), Oracle()
    for table in ("commit", "frame", "day", "latest", "state", "event"):
        database.run(f"DELETE FROM obs_{table}", [()])
    store = Store(database)
    moves: list[Callable[[], object]] = [store.gather, store.settle, lambda: store.settle(1)]
    for _turn in range(40):
        given_rows: list[Row] = [
            (draw.choice(STREAMS), 0, draw.randint(FIRST + 1, LAST), draw.choice([None, draw.uniform(-9, 9), draw.randint(0, 999) / 10]), 0, draw.choice([0, 0, 4]))
            for _row in range(draw.randint(0, 20))
        ]  # fmt: skip
        _do(store, oracle, given_rows)
        draw.choice(moves)()
    _agrees(store, oracle)
    database.close()


def test_columns_of_nothing() -> None:
    with sqlite() as store:
        assert store.append(Commit(1, columns([]))) == 1
        assert len(store.latest()) == 0
        assert store.statistics([1], FIRST, LAST)[0].count.tolist() == []
        assert np.isnan(columns([(1, 0, 0, None, 0, 0)]).value[0])
