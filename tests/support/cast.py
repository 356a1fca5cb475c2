"""A small cast in one fictional district, built by functions; tests name people, never rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.test import Client

from anlan.base.clock import CHINA
from anlan.kernel.access import actions, policy
from anlan.kernel.access.models import Organisation, Person, Post
from anlan.kernel.access.types import SYSTEM, Actor

AT = datetime(2025, 7, 25, 14, 32, tzinfo=CHINA)
PASSWORD = "anlan-demo"


@dataclass(frozen=True)
class Cast:
    """`district` holds `emergency`, `environment` and `education` (bureaus) and `street`, which holds `enterprise`; `education` holds
    `school`; one post per role."""

    at: datetime
    district: Organisation
    emergency: Organisation
    environment: Organisation
    street: Organisation
    enterprise: Organisation
    education: Organisation
    school: Organisation
    posts: dict[str, Post]

    def actor(self, who: str) -> Actor:
        """An actor by username: planner, leader, auditor, admin, officer (应急), other (生态环境), monitor, street,
        duty, commander (区), team, store (应急), keeper (街道),
        regulator, expert, legal (应急), inspector, green_legal (生态环境),
        head, safety, worker (冷库甲),
        bureau (教育局), school, handler (学校), supervisor (教育局)."""
        return policy.actor_of(self.posts[who])

    def client(self, who: str | None) -> Client:
        """A browser signed in as that person; None is a citizen."""
        client = Client()
        if who:
            client.force_login(self.posts[who].person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client


_SEATS = (
    ("planner", "planner", "district"),
    ("leader", "leader", "district"),
    ("auditor", "auditor", "district"),
    ("admin", "administrator", "district"),
    ("officer", "bureau_officer", "emergency"),
    ("other", "bureau_officer", "environment"),
    ("monitor", "environment_officer", "environment"),
    ("street", "street_officer", "street"),
    ("duty", "duty_officer", "district"),
    ("commander", "commander", "district"),
    ("team", "team_leader", "emergency"),
    ("keeper", "shelter_keeper", "street"),
    ("store", "store_keeper", "emergency"),
    ("regulator", "safety_regulator", "emergency"),
    ("expert", "expert", "emergency"),
    ("head", "enterprise_head", "enterprise"),
    ("safety", "enterprise_officer", "enterprise"),
    ("worker", "worker", "enterprise"),
    ("legal", "legal_reviewer", "emergency"),
    ("inspector", "environment_inspector", "environment"),
    ("green_legal", "legal_reviewer", "environment"),
    ("bureau", "bureau_officer", "education"),
    ("school", "school_officer", "school"),
    ("handler", "bullying_handler", "school"),
    ("supervisor", "bullying_supervisor", "education"),
)


def make_cast(at: datetime = AT) -> Cast:
    def found(code: str, name: str, kind: str, parent: Organisation | None) -> Organisation:
        return actions.found_organisation(
            actor=SYSTEM, code=code, name=f"示例{name}", short_name=name, kind=kind, parent=parent, at=at, is_demo=True
        )

    district = found("SL", "示例区", "district", None)
    places = {
        "district": district,
        "emergency": found("SL-B11", "区应急管理局", "bureau", district),
        "environment": found("SL-B13", "区生态环境局", "bureau", district),
        "street": found("SL-S01", "示例一街道", "street", district),
    }
    places["enterprise"] = found("SL-E31", "冷库甲", "enterprise", places["street"])
    places["education"] = found("SL-B02", "区教育局", "bureau", district)
    places["school"] = found("SL-X01", "学校", "school", places["education"])
    posts = {}
    for username, role, place in _SEATS:
        person = Person.objects.create_user(username, PASSWORD, name=f"示例·{username}", is_demo=True)
        posts[username] = actions.appoint(
            actor=SYSTEM,
            person=person,
            organisation=places[place],
            role=role,
            title="示例岗位",
            starts_on=date(2021, 1, 1),
            at=at,
        )
    return Cast(
        at, district, places["emergency"], places["environment"], places["street"], places["enterprise"], places["education"], places["school"], posts
    )  # fmt: skip
