"""三同时: the transition table of a project. A stage that departments agree to is passed when all that were asked agreed."""

from __future__ import annotations

from anlan.kernel.access.moves import Move
from anlan.packs.safety.enterprise_duty.rules import JOINT

PROJECT, OPINION = "enterprise_duty.project", "enterprise_duty.opinion"
_NEXT = {"condition": "design", "design": "build", "build": "trial", "trial": "accept", "accept": "done"}
ASK = Move(slug="ask", title="送部门", sources=JOINT, target="", permission=PROJECT)
PASS = {
    stage: Move(slug="pass", title="进入下一阶段", sources=(stage,), target=target, permission=PROJECT)
    for stage, target in _NEXT.items()
}
DROP = Move(slug="drop", title="撤回项目", sources=tuple(_NEXT), target="dropped", permission=PROJECT)
AGREE = Move(slug="agree", title="同意", sources=("asked",), target="agreed", permission=OPINION)
REFUSE = Move(slug="refuse", title="不同意", sources=("asked",), target="refused", permission=OPINION)
