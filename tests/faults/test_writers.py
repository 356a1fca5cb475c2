"""Several writers at once, one of them killed: what a writer was told is committed is in the journal, once."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.product import ROUNDS, Product, assert_verified, draws, kill, until

pytestmark = [pytest.mark.slow, pytest.mark.fuzz]
WRITERS = ("a", "b", "c", "victim")
EACH = 25


def lines(ledger: Path) -> list[int]:
    """What the writer noted; a kill may cut its last line, which then was not noted."""
    text = ledger.read_text() if ledger.exists() else ""
    return [int(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


@pytest.mark.parametrize("again", range(max(1, ROUNDS // 6)))
def test_ledger_of_every_writer_is_in_the_journal(product: Product, tmp_path: Path, again: int) -> None:
    stop, dice = tmp_path / "stop", draws(f"writers-{again}")
    ledgers = {name: tmp_path / f"{name}.ledger" for name in WRITERS}
    worker = product.start("worker")
    crew = {name: product.start_agent("write", name, str(ledgers[name]), str(stop)) for name in WRITERS}
    until(lambda: all(len(lines(ledger)) >= EACH for ledger in ledgers.values()), worker, *crew.values())
    time.sleep(dice.uniform(0, 0.1))
    kill(crew.pop("victim"))
    mark = {name: len(lines(ledgers[name])) for name in crew}
    until(lambda: all(len(lines(ledgers[name])) >= mark[name] + EACH for name in crew), worker, *crew.values())
    stop.touch()
    for process in crew.values():
        _out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    until(lambda: product.number("SELECT count(*) FROM journal_pending") == 0, worker)
    kill(worker)
    assert_verified(product)
    _compare(product, ledgers)


def _compare(product: Product, ledgers: dict[str, Path]) -> None:
    chain = product.rows(
        "SELECT e.subject_kind, e.subject_id FROM journal_seal s JOIN journal_entry e ON e.id = s.entry_id "
        "WHERE e.verb = 'fault.wrote' ORDER BY s.seq"
    )
    assert set(Counter(chain).values()) == {1}
    state = dict(product.rows("SELECT code, short_name FROM access_organisation"))
    for name, ledger in ledgers.items():
        told, written = lines(ledger), [int(number) for kind, number in chain if kind == name]
        # Only the commit whose answer the victim did not live to note may be more than the ledger.
        assert told == list(range(1, len(told) + 1))
        assert written in (told, [*told, len(told) + 1] if name == "victim" else told)
        assert state[name] == str(written[-1])  # the change and its entry: both or neither
