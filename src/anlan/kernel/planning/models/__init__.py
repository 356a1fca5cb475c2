"""Tables of planning: what was read (document, plan, indicator, task, project, target) and what is done about it."""

from anlan.kernel.planning.models.documents import Chapter, ImportRun, Plan, PlanDocument
from anlan.kernel.planning.models.promises import Indicator, Project, Target, Task, TaskOwner, Terms
from anlan.kernel.planning.models.work import (
    ChangeRequest,
    Correction,
    Escalation,
    Evidence,
    Milestone,
    Money,
    Progress,
    Reminder,
)

__all__ = [
    "ChangeRequest",
    "Chapter",
    "Correction",
    "Escalation",
    "Evidence",
    "ImportRun",
    "Indicator",
    "Milestone",
    "Money",
    "Plan",
    "PlanDocument",
    "Progress",
    "Project",
    "Reminder",
    "Target",
    "Task",
    "TaskOwner",
    "Terms",
]
