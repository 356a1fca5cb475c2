"""The whole product: the house and the desk that gathers from it."""

from __future__ import annotations

from django.core.checks import CheckMessage, Error, register

from anlan.kernel.access import policy, undo
from anlan.kernel.capability.checks import faults
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework import declared as casework
from anlan.kernel.casework import opening
from anlan.kernel.checks import declared as checks
from anlan.kernel.exchange import lines
from anlan.kernel.exchange.delivery import declared as delivery
from anlan.kernel.maps import pages as map_pages
from anlan.kernel.observations import derived, kinds
from anlan.kernel.planning.values import formulas
from anlan.kernel.response import declared as response
from anlan.server import openapi
from anlan.server.desk.declare import DESK
from anlan.server.house import CAPABILITIES as HOUSE
from anlan.server.roles import ROLES

CAPABILITIES: tuple[Capability, ...] = (*HOUSE, DESK)


def open_house() -> None:
    """Install the declared policy, undos, lines, formulas and layers, and have Django's system checks read the declarations."""
    policy.install(ROLES, (permission for one in CAPABILITIES for permission in one.permissions))
    undo.install(one for capability in CAPABILITIES for one in capability.undos)
    formulas.install(formula for one in CAPABILITIES for formula in one.formulas)
    lines.install(line for one in CAPABILITIES for line in one.lines)
    delivery.install(subject for one in CAPABILITIES for subject in one.parcels)
    casework.install(process for one in CAPABILITIES for process in one.processes)
    casework.install_subjects(kind for one in CAPABILITIES for kind in one.subjects)
    casework.install_links(one.case_links for one in CAPABILITIES if one.case_links)
    checks.install(
        (area for one in CAPABILITIES for area in one.check_areas),
        (form for one in CAPABILITIES for form in one.check_forms),
    )
    opening.install(rule for one in CAPABILITIES for rule in one.alarm_cases)
    derived.install(one for capability in CAPABILITIES for one in capability.derivations)
    kinds.install(kind for one in CAPABILITIES for kind in one.kinds)
    map_pages.install([layer for one in CAPABILITIES for layer in one.layers])
    response.install(
        (one.assets for one in CAPABILITIES if one.assets),
        (one.warnings for one in CAPABILITIES if one.warnings),
        (room for one in CAPABILITIES for room in one.incident_rooms),
        (panel for one in CAPABILITIES for panel in one.board_panels),
        (model for one in CAPABILITIES for model in one.loss_models),
    )
    openapi.install(CAPABILITIES)
    register(declarations)


def declarations(**_kwargs: object) -> list[CheckMessage]:
    return [Error(fault, id="anlan.E001") for fault in faults(CAPABILITIES, ROLES)]
