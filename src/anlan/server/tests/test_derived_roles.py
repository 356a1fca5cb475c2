"""Who may read in one process or area of checks opens the pages of all: derived, so that a new role is never forgotten."""

from __future__ import annotations

import pytest

from anlan.kernel.access.types import Permission, whoever
from anlan.server.house import CAPABILITIES

pytestmark = pytest.mark.pure
DECLARED = {one.slug: one for capability in CAPABILITIES for one in capability.permissions}


@pytest.mark.parametrize(
    ("page", "reads"),
    [
        ("casework.read", [process.read for one in CAPABILITIES for process in one.processes]),
        ("checks.read", [area.read for one in CAPABILITIES for area in one.check_areas]),
    ],
)
def test_who_reads_one_opens_all(page: str, reads: list[str]) -> None:
    wanted = {
        role: {DECLARED[slug].roles.get(role) for slug in reads} for slug in reads for role in DECLARED[slug].roles
    }
    got = DECLARED[page].roles
    assert set(got) == set(wanted)
    assert all(got[role] == ("district" if "district" in reach else "own") for role, reach in wanted.items())


def test_the_widest_reach_counts_in_whatever_order() -> None:
    given = (Permission(slug="a.read", title="", roles={"x": "own", "y": "district"}), Permission(slug="b.read", title="", roles={"x": "district", "y": "own"}),
             Permission(slug="c.write", title="", roles={"z": "own"}))  # fmt: skip
    for order in (given, given[::-1]):
        assert whoever("m.read", "", ("a.read", "b.read", "gone"), order).roles == {"x": "district", "y": "district"}
