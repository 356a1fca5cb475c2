"""A page on its way, a course that is open, answers."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from PIL import Image
from tests.support.cast import Cast

from anlan.packs.safety.publicity import actions, exams
from anlan.packs.safety.publicity.models import ExamSitting, KnowledgeEdition, TrainingCourse
from anlan.packs.safety.publicity.rules import JUDGE, Asked

QUESTIONS = (
    Asked("single", "单", ("甲", "乙", "丙"), frozenset({1}), 2),
    Asked("multiple", "多", ("甲", "乙", "丙"), frozenset({0, 2}), 2),
    Asked("judge", "判", JUDGE, frozenset({0}), 1),
)


def given(**changes: Any) -> dict[str, Any]:
    return {
        "title": "地下车库进水怎么办", "topic": "flood", "places": [], "text": "# 先走人\n\n水到脚踝就离开", "source": "本区编写", "licence": "可转用", **changes,
    }  # fmt: skip


def picture(form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "#a9b3b0").save(out, form)
    return out.getvalue()


def published(cast: Cast, *, tell: bool = False, **changes: Any) -> KnowledgeEdition:
    made = actions.draft(actor=cast.actor("officer"), organisation=cast.emergency, given=given(**changes), at=cast.at)
    actions.move(actor=cast.actor("officer"), edition=made, step="submit", at=cast.at)
    return actions.move(actor=cast.actor("regulator"), edition=made, step="approve", at=cast.at, tell=tell)


def course(cast: Cast, **changes: Any) -> TrainingCourse:
    values = {
        "title": "示例考试", "topic": "work", "text": "说明", "questions_asked": "3", "minutes": "15", "pass_mark": "80", "valid_months": "12", "again_days": "7", **changes,
    }  # fmt: skip
    made = exams.make_course(actor=cast.actor("regulator"), organisation=cast.emergency, given=values, at=cast.at)
    exams.put_questions(actor=cast.actor("regulator"), course=made, questions=QUESTIONS, at=cast.at)
    exams.move_course(actor=cast.actor("regulator"), course=made, step="open", at=cast.at)
    return made


def start(cast: Cast, one: TrainingCourse, who: str = "worker", at: datetime | None = None, seed: str = "s") -> ExamSitting:  # fmt: skip
    return exams.start(actor=cast.actor(who), course=one, seed=seed, at=at or cast.at)


def right(sitting: ExamSitting, *, wrong: bool = False) -> dict[str, list[str]]:
    """The right answers as a form sends them; `wrong`: none of the multiple choice."""
    return {
        f"q{at}": [str(each) for each in sorted(one.right)]
        for at, one in enumerate(exams.paper_of(sitting))
        if not (wrong and one.kind == "multiple")
    }


def passed(cast: Cast, one: TrainingCourse, who: str = "worker", at: datetime | None = None) -> ExamSitting:
    sitting = start(cast, one, who, at)
    return exams.hand_in(actor=cast.actor(who), sitting=sitting, given=right(sitting), at=at or cast.at)
