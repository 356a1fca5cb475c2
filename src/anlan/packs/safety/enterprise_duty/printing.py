"""The promise as an official document, to be posted at the gate."""

from __future__ import annotations

from anlan.base.clock import CHINA
from anlan.kernel.documents.types import Heading, OfficialDocument, Paragraph, Table
from anlan.packs.safety.enterprise_duty.models import Promise
from anlan.packs.safety.enterprise_duty.rules import PROMISES


def document(row: Promise) -> OfficialDocument:
    facts = tuple((name, str(value)) for name, value in row.facts.items())
    table = (Table(caption="当日情况", head=("项目", "情况"), rows=facts, widths=(1, 1)),) if facts else ()
    return OfficialDocument(
        title=f"{row.organisation.name}\n{PROMISES[row.kind]}公告", issuer=str(row.organisation.name), dated=row.at.astimezone(CHINA).date(), demo=row.is_demo,
        body=(
            *(Paragraph(text) for text in row.words.splitlines() if text.strip()),
            *((Heading("当日情况"),) if facts else ()), *table,
            Paragraph(f"承诺人：{row.person_name}"),
        ),
    )  # fmt: skip
