"""kill -9 of the worker and of a consumer while entries wait: each entry is sealed once and handed over once."""

from __future__ import annotations

import time

import pytest

from tests.faults.product import ROUNDS, Product, assert_verified, draws, kill, until

pytestmark = [pytest.mark.slow, pytest.mark.fuzz]
ENTRIES = 12_000  # six of the sealer's transactions
PENDING = "SELECT count(*) FROM journal_pending"
SEEN = "SELECT count(*) FROM fault_seen"


def kills_while_waiting(product: Product) -> int:
    """One life of the worker, ended somewhere in the work; returns how many entries it left waiting."""
    before = product.number(PENDING)
    worker = product.start("worker")
    until(lambda: product.number(PENDING) < before, worker)
    time.sleep(DICE.uniform(0, 0.08))
    kill(worker)
    return product.number(PENDING)


DICE = draws("worker")


def test_killed_worker_seals_each_entry_once(product: Product) -> None:
    filled, caught = 0, 0
    for _ in range(max(2, ROUNDS // 6)):
        assert product.agent("fill", str(ENTRIES)).returncode == 0
        filled += ENTRIES
        caught += kills_while_waiting(product) > 0
    assert caught, "no life of the worker ended while entries waited"
    worker = product.start("worker")
    until(lambda: product.number(PENDING) == 0, worker)
    kill(worker)
    assert_verified(product)
    # The worker's own jobs journal a few entries of theirs beside the filled ones.
    assert product.number("SELECT count(*) FROM journal_entry WHERE verb = 'fault.filled'") == filled
    every = product.number("SELECT count(*) FROM journal_entry")
    assert product.number("SELECT count(*) FROM journal_seal") == every
    assert product.number("SELECT count(DISTINCT entry_id) FROM journal_seal") == every
    assert product.rows("SELECT min(seq), max(seq) FROM journal_seal") == [(1, every)]


def test_killed_consumer_sees_each_entry_once_and_in_order(product: Product) -> None:
    entries = ENTRIES // 4
    assert product.agent("fill", str(entries)).returncode == 0
    assert product.run("journal", "verify").returncode == 0
    assert product.agent("prepare").returncode == 0
    for _ in range(max(2, ROUNDS // 3)):
        before = product.number(SEEN)
        consumer = product.start_agent("follow", "reader")
        until(lambda start=before: product.number(SEEN) > start or start == entries, consumer)  # type: ignore[misc]
        time.sleep(DICE.uniform(0, 0.05))
        kill(consumer)
    consumer = product.start_agent("follow", "reader")
    until(lambda: product.number(SEEN) >= entries, consumer)
    kill(consumer)
    assert product.rows("SELECT seq FROM fault_seen ORDER BY place") == [(seq,) for seq in range(1, entries + 1)]
    assert product.rows("SELECT seq FROM journal_cursor WHERE name = 'reader'") == [(entries,)]
