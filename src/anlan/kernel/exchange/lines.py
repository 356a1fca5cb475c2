"""Which protocols are listened to: those of the standards, and those that capabilities declare (`docs/developer/protocols.md`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from anlan.kernel.exchange.sessions.gb26875 import Gb26875
from anlan.kernel.exchange.sessions.hj212 import Hj212
from anlan.kernel.exchange.sessions.jt808 import Jt808
from anlan.kernel.exchange.sessions.sl651 import Sl651
from anlan.kernel.exchange.types import Line
from anlan.kernel.observations.types import PROTOCOLS

# The ports are our own choice: the standards fix none.
STANDARD = (
    Line(slug="hj212", title=PROTOCOLS["hj212"], session=Hj212, port=9212),
    Line(slug="gb26875", title=PROTOCOLS["gb26875"], session=Gb26875, port=9268, datagrams=True),
    Line(slug="jt808", title=PROTOCOLS["jt808"], session=Jt808, port=9808, datagrams=True),
    Line(slug="sl651", title=PROTOCOLS["sl651"], session=Sl651, port=9651, datagrams=True),
)
HTTP = {"http": 9080}
_TITLES = dict(PROTOCOLS)
_SLUG = re.compile("[a-z][a-z0-9]{1,11}")
# Given once at start; both keep their identity, so that who holds them sees what was installed.
LINES: dict[str, Line] = {one.slug: one for one in STANDARD}
PORTS: dict[str, int] = {one.slug: one.port for one in STANDARD} | HTTP


def install(declared: Iterable[Line]) -> None:
    """Listen to these too, and let devices be registered for them."""
    every = (*STANDARD, *declared)
    LINES.clear()
    LINES.update({one.slug: one for one in every})
    PORTS.clear()
    PORTS.update({one.slug: one.port for one in every} | HTTP)
    PROTOCOLS.clear()
    PROTOCOLS.update(_TITLES | {one.slug: one.title for one in every})


def faults(declared: Iterable[Line]) -> Iterator[str]:
    """What is wrong with declared lines, as sentences."""
    slugs, ports = set(_TITLES), {one.port: one.slug for one in STANDARD} | {port: slug for slug, port in HTTP.items()}
    for one in declared:
        if not _SLUG.fullmatch(one.slug):
            yield f"line {one.slug!r}: two to twelve small letters and digits"
        if one.slug in slugs:
            yield f"line {one.slug!r} is declared twice"
        if one.port in ports:
            yield f"line {one.slug!r}: port {one.port} is that of {ports[one.port]!r}"
        slugs.add(one.slug)
        ports[one.port] = one.slug
