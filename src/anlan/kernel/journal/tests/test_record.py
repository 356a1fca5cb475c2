"""The journal keeps what it was told, refuses change, and seals in commit order on either database."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest
from django.db import DatabaseError, connection, transaction
from tests.support.cast import AT

from anlan.kernel.journal.models import Entry, Head, Pending, Seal
from anlan.kernel.journal.record import record
from anlan.kernel.journal.sealing import consume, seal, seal_all, sealed_after, verify


@dataclass(frozen=True)
class Hand:
    """The least an author can be."""

    person_id: int | None = None
    post_id: int | None = None
    name: str = "示例"
    on_behalf_of: str = ""


SYSTEM = Hand()


def write(number: object, verb: str = "test.done") -> Entry:
    with transaction.atomic():
        return record(actor=SYSTEM, verb=verb, subject_kind="test", subject_id=number, at=AT, new={"n": number})


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="outside a transaction"):
        record(actor=SYSTEM, verb="x", subject_kind="x", subject_id=1, at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["UPDATE journal_entry SET verb = 'x'", "DELETE FROM journal_entry"])
def test_entries_cannot_be_changed(change: str) -> None:
    write(1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert Entry.objects.get().verb == "test.done"


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["UPDATE journal_seal SET digest = ''", "DELETE FROM journal_seal"])
def test_seals_cannot_be_changed(change: str) -> None:
    write(1)
    seal_all(AT)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


@pytest.mark.django_db
def test_rolled_back_action_leaves_no_entry() -> None:
    class Stop(Exception):  # noqa: N818
        pass

    def action() -> None:
        with transaction.atomic():
            record(actor=SYSTEM, verb="x", subject_kind="x", subject_id=1, at=AT)
            raise Stop

    with pytest.raises(Stop):
        action()
    assert not Entry.objects.exists()
    assert not Pending.objects.exists()


@pytest.mark.django_db
def test_chain_is_intact_and_every_entry_is_sealed_once() -> None:
    for number in range(25):
        write(number)
    assert seal(AT, limit=10) == 10
    assert seal_all(AT) == 15
    assert seal_all(AT) == 0
    verdict = verify()
    assert verdict.intact
    assert verdict.entries == 25
    assert [row.entry.subject_id for row in sealed_after(0)] == [str(number) for number in range(25)]
    assert not Pending.objects.exists()


def _without_guard(*statements: str) -> None:
    """What someone with the database password could do."""
    from anlan.kernel.journal import guard

    with connection.schema_editor() as editor:
        guard.remove(None, editor)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    with connection.schema_editor() as editor:
        guard.install(None, editor)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("forgery", "broken_at"),
    [
        (("UPDATE journal_entry SET new_text = '{\"n\":9}' WHERE subject_id = '2'",), 3),
        (("UPDATE journal_entry SET actor_name = 'x' WHERE subject_id = '0'",), 1),
        (("DELETE FROM journal_seal WHERE seq = 4", "DELETE FROM journal_entry WHERE subject_id = '3'"), 4),
        (("DELETE FROM journal_seal WHERE seq = 5", "DELETE FROM journal_entry WHERE subject_id = '4'"), 5),
        (("DELETE FROM journal_seal WHERE seq = 5",), 5),
    ],
)
def test_forgery_is_found(forgery: tuple[str, ...], broken_at: int) -> None:
    for number in range(5):
        write(number)
    seal_all(AT)
    _without_guard(*forgery)
    verdict = verify()
    assert verdict.broken_at == broken_at
    assert verdict.reason


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_is_neither_skipped_nor_doubled() -> None:
    """A lower id that becomes visible after a higher one was sealed gets the higher place in the chain."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time: ids are given in commit order")
    inserted, release = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            record(actor=SYSTEM, verb="slow", subject_kind="test", subject_id="slow", at=AT)
            inserted.set()
            release.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert inserted.wait(10)
    write("quick", "quick")
    seen: list[str] = []
    seal_all(AT)
    consume("reader", lambda row: seen.append(row.entry.verb))
    release.set()
    thread.join()
    seal_all(AT)
    consume("reader", lambda row: seen.append(row.entry.verb))
    assert seen == ["quick", "slow"]
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == ["slow", "quick"]
    assert verify().intact


@pytest.mark.django_db(transaction=True)
def test_many_writers_and_two_sealers() -> None:
    def writer(name: int) -> None:
        for number in range(20):
            write(f"{name}-{number}")
        connection.close()

    def sealer() -> None:
        for _ in range(10):
            seal_all(AT)
        connection.close()

    threads = [threading.Thread(target=writer, args=(name,)) for name in range(6)]
    threads += [threading.Thread(target=sealer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal_all(AT)
    verdict = verify()
    assert verdict.intact
    assert verdict.entries == 120
    # Each writer's own entries stand in the order in which it committed them.
    order = [row.entry.subject_id for row in sealed_after(0, 1000)]
    for name in range(6):
        assert [one for one in order if one.startswith(f"{name}-")] == [f"{name}-{number}" for number in range(20)]


@pytest.mark.django_db
def test_consumer_that_fails_loses_nothing() -> None:
    for number in range(3):
        write(number)
    seal_all(AT)
    seen: list[str] = []

    def fails(row: Seal) -> None:
        if row.seq == 2:
            raise ValueError
        seen.append(row.entry.subject_id)

    with pytest.raises(ValueError), transaction.atomic():  # noqa: PT011
        consume("reader", fails)
    assert consume("reader", lambda row: seen.append(row.entry.subject_id)) == 3
    assert seen == [
        "0",
        "0",
        "1",
        "2",
    ]  # at least once for what had no effect of its own; exactly once for rows written
    assert consume("reader", lambda row: seen.append(row.entry.subject_id)) == 0


@pytest.mark.django_db
def test_two_entries_never_share_their_bytes() -> None:
    one = write(1)
    digest = Head.objects.filter(pk=1).first()
    assert digest is None
    assert one.new == {"n": 1}
    assert one.old == {}
