"""Papers (文书) of an inspection and of a penalty, made from the lines of the case: nothing is typed twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.casework.models import Case, Line
from anlan.kernel.documents.types import Block, DocumentNumber, Heading, OfficialDocument, Paragraph
from anlan.kernel.penalties.models import Penalty
from anlan.kernel.penalties.process import fine

_NUMBER = re.compile(r"([一-鿿]{2,12})〔(\d{4})〕([1-9]\d{0,4})号")


def number_of(text: str) -> DocumentNumber | None:
    """发文字号 out of a line; None when it is written otherwise."""
    found = _NUMBER.fullmatch(text.strip())
    return DocumentNumber(code=found[1], year=int(found[2]), serial=int(found[3])) if found else None


def _line(case: Case, *steps: str) -> Line | None:
    return case.lines.filter(step__in=steps).order_by("-id").first()


def _said(line: Line) -> Iterator[Block]:
    for term, words in line.facts.items():
        yield Paragraph(f"{term}：{words}")
    if line.note:
        yield Paragraph(line.note)


def _paper(case: Case, title: str, line: Line, *body: Block, number: str = "", to: bool = True) -> OfficialDocument:
    issuer = case.issuer or case.holder
    return OfficialDocument(
        title=title, issuer=issuer.name, dated=civil_date(line.at), body=body, number=number_of(number), addressee=case.owner.name if to else "", demo=case.is_demo,
    )  # fmt: skip


def _record(case: Case, line: Line) -> OfficialDocument:
    went, heard = _line(case, "go"), _line(case, "answer", "no_answer")
    at = line.at.astimezone(CHINA)
    body: list[Block] = [
        Paragraph(
            f"检查对象：{case.owner.name}。地点：{case.place or case.owner.name}。时间：{at:%Y年%-m月%-d日 %H:%M}。"
        )
    ]
    if went:
        body += [Heading("检查人员"), *_said(went)]
    body += [Heading("检查情况"), *_said(line)]
    if heard:
        body += [Heading("当事人陈述"), *_said(heard)]
    body.append(Paragraph("检查人员签名：　　　　　　当事人签名：　　　　　　年　月　日"))
    return _paper(case, "现场检查记录", line, *body, to=False)


def _order(case: Case, line: Line) -> OfficialDocument:
    return _paper(case, "责令改正通知书", line, Paragraph(f"经查，你单位：{case.title}。现责令改正："), *_said(line),
                  Paragraph("对本通知不服的，可以依法申请行政复议或者提起行政诉讼。"))  # fmt: skip


def _notice(case: Case, line: Line) -> OfficialDocument:
    row = Penalty.objects.get(case=case)
    return _paper(
        case, "行政处罚告知书", line, Paragraph(f"经查，你单位：{case.title}。{case.fact}"), Heading("拟作出的处罚"), Paragraph(f"依照{row.law}，拟处：{fine(row)}。"),
        Heading("你单位的权利"), Paragraph("收到后可以陈述、申辩；依法可以要求听证的，在告知后五个工作日内提出。"),
    )  # fmt: skip


def _decision(case: Case, line: Line) -> OfficialDocument:
    row, heard = Penalty.objects.get(case=case), _line(case, "answer", "no_answer")
    return _paper(
        case, "行政处罚决定书", line, Heading("违法事实"), Paragraph(f"{case.title}。{case.fact}"), Heading("陈述申辩"), *(_said(heard) if heard else ()),
        Heading("处罚决定"), Paragraph(f"依照{row.law}，决定：{fine(row)}。"), *((Paragraph(f"超出裁量范围的理由：{row.outside}"),) if row.outside else ()),
        Heading("履行和救济"), Paragraph("收到本决定后十五日内缴纳罚款。不服的，可以依法申请行政复议或者提起行政诉讼。"), number=row.number,
    )  # fmt: skip


def _receipt(case: Case, line: Line) -> OfficialDocument:
    row = Penalty.objects.get(case=case)
    return _paper(case, "送达回证", line, Paragraph(f"送达文书：行政处罚决定书 {row.number}。"), *_said(line), Paragraph("受送达人签收：　　　　　　年　月　日"))  # fmt: skip


# kind of paper: (title, the step that makes it possible, the builder)
KINDS: dict[str, tuple[str, str, Callable[[Case, Line], OfficialDocument]]] = {
    "record": ("现场检查记录", "record", _record), "order": ("责令改正通知书", "order", _order), "notice": ("行政处罚告知书", "notify", _notice),
    "decision": ("行政处罚决定书", "decide", _decision), "receipt": ("送达回证", "serve", _receipt),
}  # fmt: skip


def paper(case: Case, kind: str) -> OfficialDocument | None:
    """The paper, or None when the case has not come so far (or is of another process)."""
    if kind not in KINDS:
        return None
    _title, step, build = KINDS[kind]
    line = _line(case, step)
    if line is None or (kind in ("notice", "decision", "receipt") and not Penalty.objects.filter(case=case).exists()):
        return None
    return build(case, line)


def links(case: Case) -> list[tuple[str, str]]:
    """The papers that can be printed now."""
    done = set(case.lines.values_list("step", flat=True))
    return [(title, reverse("penalties_paper", args=[case.number, kind])) for kind, (title, step, _build) in KINDS.items() if step in done]  # fmt: skip
