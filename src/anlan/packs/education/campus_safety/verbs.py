"""Words of campus safety in the journal."""

from __future__ import annotations

from anlan.kernel.journal.types import Verb

UNMASKED = "campus_safety.bullying.unmasked"
ADDED = "campus_safety.bullying.added"
VERBS = (Verb(slug=UNMASKED, title="看欺凌报告里的姓名"), Verb(slug=ADDED, title="来件人补充欺凌报告"))
