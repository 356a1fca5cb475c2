"""The bureau's registers for drawing, and its yearly plan."""

from __future__ import annotations

from anlan.kernel.draw.models import InspectorEntry, RecusalEntry, TargetEntry
from anlan.kernel.penalties.models import PlanEntry


class SafetyTarget(TargetEntry):
    pass


class SafetyInspector(InspectorEntry):
    field_classes = {"name": "person"}


class SafetyRecusal(RecusalEntry):
    pass


class EnforcementPlan(PlanEntry):
    pass
