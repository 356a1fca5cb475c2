"""The city's side for whoever wants to try the link: an instance of its own beside the demonstration, paired with it on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access import actions
from anlan.kernel.access.models import Organisation, Person, Post
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.exchange.delivery import actions as delivery
from anlan.kernel.exchange.delivery import identity, rules
from anlan.kernel.exchange.delivery.models import Peer
from anlan.kernel.exchange.delivery.types import Card
from anlan.server.demonstration import PASSWORD, Seat

PEOPLE = (
    ("city", "示例·市值班员", "duty_officer", "市应急指挥中心值班员"), ("city-chief", "示例·市指挥长", "commander", "市应急指挥中心指挥长"),
    ("city-admin", "示例·市管理员", "administrator", "市应急指挥中心管理员"),
)  # fmt: skip
TITLES = {"duty_officer": "值班员", "commander": "指挥长", "administrator": "系统管理员"}
OF, OF_DATABASE = "ANLAN_CITY_OF", "ANLAN_CITY_OF_DATABASE_URL"  # set by the command line: whose city this is


@transaction.atomic
def settle(at: datetime) -> list[Seat]:
    """An invented city command centre and its people; again changes nothing."""
    top = Organisation.objects.filter(code="CITY").first() or actions.found_organisation(
        actor=SYSTEM, code="CITY", name="示例市应急指挥中心", short_name="示例市", kind="district", parent=None, at=at, is_demo=True
    )  # fmt: skip
    for username, name, role, title in PEOPLE:
        person = Person.objects.filter(username=username).first() or Person.objects.create_user(
            username, PASSWORD, name=name, is_demo=True
        )
        if not Post.objects.filter(person=person, role=role).exists():
            actions.appoint(
                actor=SYSTEM, person=person, organisation=top, role=role, title=title, starts_on=date(2021, 1, 1), at=at
            )
    return [Seat(TITLES[role], name, username) for username, name, role, _title in PEOPLE]


def pair(card: Card, kind: str, at: datetime) -> Peer:
    """Enter and link a peer from the command line; with a card that is known already only what changed. Numbers go on."""
    peer = Peer.objects.filter(code=card.code).select_related("organisation").first()
    if peer is None:
        top = Organisation.objects.filter(parent=None).order_by("pk").first()
        if top is None:
            raise Refused("organisation", "还没有单位。先建单位，再连链路。")
        peer = delivery.enter_peer(actor=SYSTEM, card=card, kind=kind, organisation=top, at=at, is_demo=top.is_demo)
    elif (peer.key, peer.address, peer.state) != (card.key, card.address.rstrip("/"), "linked"):
        if peer.state != "stopped":
            delivery.move_peer(actor=SYSTEM, peer=peer, step="stop", at=at)
        delivery.replace_card(actor=SYSTEM, peer=peer, card=card, at=at)
    if peer.state == "proposed":
        delivery.move_peer(actor=SYSTEM, peer=peer, step="confirm", at=at, fingerprint=rules.fingerprint(peer.key))
    return peer


def district_address() -> str:
    """Where the demonstration listens, as it wrote it down; its usual place otherwise."""
    file = Path(os.environ[OF]) / "web.json"
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError, KeyError, TypeError):
        return "http://127.0.0.1:8000"


def _ask(*words: str, given: str = "") -> str:
    """A command of the district's own instance."""
    environ = {name: value for name, value in os.environ.items() if name not in (OF, OF_DATABASE)}
    environ |= {"ANLAN_VAR": os.environ[OF]}
    if os.environ.get(OF_DATABASE):
        environ["ANLAN_DATABASE_URL"] = os.environ[OF_DATABASE]
    done = subprocess.run(
        [sys.executable, "-m", "anlan.server", *words],
        env=environ,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(
            "district",
            f"区里的实例没有连上：{done.stderr.strip()[:200] or done.returncode}。先 make demo，再 make city。",
        )
    return done.stdout.strip()


def link_up(address: str, at: datetime) -> Peer:
    """Both sides get the other's card. `address`: the city's own."""
    card = rules.read_card(_ask("link", "card", "--address", district_address()).splitlines()[-1])
    _ask("link", "pair", "--kind", "city", given=rules.write_card(identity.card(address)))
    return pair(card, "unit", at)
