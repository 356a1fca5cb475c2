"""What the test of the link runs, as words of `agents` (`link-hand`): each with the product's own code on the installation it is given."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from anlan.base import clock  # noqa: E402 - models need the framework set up
from anlan.kernel.access import policy  # noqa: E402
from anlan.kernel.access.models import Post  # noqa: E402
from anlan.kernel.access.types import Actor  # noqa: E402
from anlan.kernel.exchange.delivery import identity, rules, sending  # noqa: E402
from anlan.kernel.exchange.delivery.models import Peer  # noqa: E402
from anlan.kernel.relay import actions as relay  # noqa: E402
from anlan.kernel.response.actions import intake, saying  # noqa: E402
from anlan.kernel.response.models import Incident  # noqa: E402
from anlan.server import city, cli  # noqa: E402
from tests.support.cast import make_cast  # noqa: E402


def district() -> int:
    make_cast()
    return 0


def centre() -> int:
    city.settle(clock.now())
    return 0


def _duty() -> Actor:
    return policy.actor_of(Post.objects.select_related("person", "organisation__parent").get(role="duty_officer"))


def hand() -> int:
    """Open an incident and hand it to the only peer."""
    duty, at = _duty(), clock.now()
    incident = intake.open_incident(
        actor=duty, organisation=Post.objects.get(role="duty_officer").organisation, place="示例路下沉桥", kind="flood", source="市民来电", at=at, counts={"trapped": 2}
    )  # fmt: skip
    relay.hand_over(actor=duty, incident=incident, peer=Peer.objects.get(), reason="请市里统筹", at=at)
    return 0


def talk(stop: str, pause: str) -> int:
    """Say one thing after the other until the file appears."""
    duty, number = _duty(), 0
    incident = Incident.objects.get()
    while not Path(stop).exists():
        number += 1
        if number % 5:
            saying.note(actor=duty, incident=incident, text=f"第 {number} 次：水深 {number % 90} 厘米", at=clock.now())
        else:
            saying.fact(actor=duty, incident=incident, values={"evacuated": number}, at=clock.now())
        time.sleep(float(pause))
    return 0


def worker() -> int:
    """The worker with a line that is tried again soon: the test has no minute to wait."""
    if os.environ.get("HYPOTHESIS_PROFILE") != "long":
        rules.LONGEST_WAIT, rules.FIRST_WAIT = timedelta(seconds=1), timedelta(milliseconds=200)  # type: ignore[misc, attr-defined]
        sending.TIMEOUT_S = 3.0
    return cli.run(("worker",))


def card(address: str) -> int:
    sys.stdout.write(rules.write_card(identity.card(address)) + "\n")
    return 0


def pair(kind: str, text: str) -> int:
    city.pair(rules.read_card(text), kind, clock.now())
    return 0


WORDS: dict[str, Callable[..., int]] = {
    "district": district,
    "centre": centre,
    "hand": hand,
    "talk": talk,
    "worker": worker,
    "card": card,
    "pair": pair,
}
