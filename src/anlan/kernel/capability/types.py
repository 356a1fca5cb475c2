"""Capability and Pack: frozen declarations, data and functions only. The whole extension contract is on this page.

To add a capability: make a folder `packs/<pack>/<slug>/`, write `capability.py` with one `CAPABILITY`, add it to the
pack's tuple in `pack.py`, and write `docs/guide/<pack>/<slug>.md`. The house tests name what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.base.jobs import Job
from anlan.kernel.access.types import Actor, Page, Permission, Undo
from anlan.kernel.casework.types import AlarmCase, Process, SubjectKind
from anlan.kernel.checks.types import CheckArea, CheckForm
from anlan.kernel.exchange.delivery.types import Subject
from anlan.kernel.exchange.types import Line
from anlan.kernel.journal.types import Verb
from anlan.kernel.maps.types import Layer
from anlan.kernel.observations.types import Derivation, StationKind
from anlan.kernel.planning.types import Formula
from anlan.kernel.registry.types import Sheet
from anlan.kernel.response.activation import Asset
from anlan.kernel.response.boards import BoardPanel, LossModel
from anlan.kernel.response.grading import HazardWarning
from anlan.kernel.response.types import IncidentRoom
from anlan.kernel.web.types import Fact, Finder, Gauge, Nav, Waiting


@dataclass(frozen=True, kw_only=True)
class Capability:
    """One duty of the district. `slug` is also its folder, URL prefix, docs page, permission and verb prefix."""

    slug: str
    title: str
    plan_refs: tuple[str, ...] = ()  # rows of docs/plan-map.md, e.g. ("P1", "E1")
    permissions: tuple[Permission, ...] = ()
    pages: tuple[Page, ...] = ()
    nav: tuple[Nav, ...] = ()
    verbs: tuple[Verb, ...] = ()
    undos: tuple[Undo, ...] = ()  # which of its verbs can be taken back (撤回), and how
    sheets: tuple[Sheet, ...] = ()
    formulas: tuple[Formula, ...] = ()
    kinds: tuple[StationKind, ...] = ()  # what its stations measure, and where protocols carry it
    lines: tuple[Line, ...] = ()  # private protocols that the gateway listens to for it
    processes: tuple[Process, ...] = ()  # how its cases move
    subjects: tuple[SubjectKind, ...] = ()  # what of its rows the cases of other rooms may be about
    alarm_cases: tuple[AlarmCase, ...] = ()  # which alarms open cases of which process
    case_links: Callable[[Any], Iterable[tuple[str, str, str]]] | None = (
        None  # on a case's page: (term, words, address) of where it comes from
    )
    check_areas: tuple[CheckArea, ...] = ()  # its checks, with their permissions
    check_forms: tuple[CheckForm, ...] = ()  # editions of forms declared in code
    derivations: tuple[Derivation, ...] = ()  # values that follow from those, stored and judged with them
    layers: tuple[Layer, ...] = ()
    assets: Callable[[datetime], Iterable[Asset]] | None = (
        None  # teams, stock, places: what a contingency plan can ask for
    )
    warnings: Callable[[datetime], Iterable[HazardWarning]] | None = None  # the warnings in force
    parcels: tuple[Subject, ...] = ()  # what it sends to and takes from other instances
    incident_rooms: tuple[IncidentRoom, ...] = ()  # its pages about one incident, shown on the board
    board_panels: tuple[BoardPanel, ...] = ()  # what it shows on the boards "1+5"
    loss_models: tuple[LossModel, ...] = ()  # estimates for the earthquake board
    jobs: tuple[Job, ...] = ()
    waiting: Callable[[Actor, datetime], Iterable[Waiting]] | None = None  # what waits for this person
    sent: Callable[[Actor, datetime], Iterable[Waiting]] | None = None  # what this person sent and others hold
    now: Callable[[Actor, datetime], Iterable[Fact]] | None = None  # the state of things in a few figures
    public: Callable[[datetime], Iterable[Fact]] | None = None  # the same for everyone, on the public home page
    gauges: Callable[[Actor, datetime], Iterable[Gauge]] | None = None  # the indicators this person answers for
    find: Finder | None = None  # search: objects this person may see
    demo: Callable[[datetime], Any] | None = None  # loads its part of the demonstration, idempotent


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A domain: one Django app. Deleting its folder and its two lines of wiring leaves a product that starts."""

    slug: str
    title: str
    capabilities: tuple[Capability, ...]
