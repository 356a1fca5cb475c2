"""In a process of its own: `fill INCIDENTS ENTRIES PEOPLE` makes live incidents and people at their boards; `write SECONDS EVERY` says
something new of one of them, again and again, and prints a line with its place, number and moment of commit."""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import date

import django

django.setup()

from django.core.management import call_command
from django.test import Client
from tests.support.cast import make_cast

from anlan.base import clock
from anlan.kernel.access import policy
from anlan.kernel.access.actions import appoint
from anlan.kernel.access.models import Person, Post
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.response.actions import saying
from anlan.kernel.response.models import Incident
from bench.command_program import fill, incident


def prepare(incidents: int, entries: int, people: int) -> None:
    call_command("migrate", verbosity=0)
    cast, at = make_cast(), clock.now()
    made = [incident(cast, one, assessed=False) for one in range(incidents)]
    for one in made:
        fill(cast, one, entries)
    lines = []
    for number in range(people):
        person = Person.objects.create_user(f"p{number}", "x", name=f"p{number}")
        appoint(
            actor=SYSTEM,
            person=person,
            organisation=cast.district,
            role="duty_officer",
            title="值班员",
            starts_on=date(2021, 1, 1),
            at=at,
        )
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        on = made[number % incidents]
        lines.append({"cookie": client.cookies["sessionid"].value, "incident": on.pk, "number": on.number})
    sys.stdout.write(json.dumps(lines) + "\n")


def write(seconds: float, every: float) -> None:
    dice, until = random.Random(5), time.time() + seconds
    actor = policy.actor_of(Post.objects.get(person__username="duty"))
    places = list(Incident.objects.filter(is_open=True).values_list("pk", flat=True))
    while time.time() < until:
        one = Incident.objects.get(pk=dice.choice(places))
        saying.note(actor=actor, incident=one, text="水位仍在上涨", at=clock.now())
        sys.stdout.write(json.dumps([one.pk, Incident.objects.get(pk=one.pk).seq, time.time()]) + "\n")
        sys.stdout.flush()
        time.sleep(every)


if sys.argv[1] == "fill":
    prepare(*(int(word) for word in sys.argv[2:5]))
else:
    write(float(sys.argv[2]), float(sys.argv[3]))
