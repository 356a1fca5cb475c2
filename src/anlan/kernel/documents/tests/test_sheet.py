"""The web page of a document holds the same parts as Word and PDF, escaped, without inline style."""

from __future__ import annotations

import re

from django.template.loader import render_to_string

from anlan.kernel.documents.sheet import sheet
from anlan.kernel.documents.tests.test_documents import FULL, document, figures
from anlan.kernel.documents.types import Heading, Paragraph


def test_every_figure_and_part_is_on_the_page() -> None:
    page = render_to_string("kernel/documents/sheet.html", {"sheet": sheet(FULL)})
    assert {number for number in figures(FULL) if number not in page} == set()
    for part in (
        "示例发改〔2025〕3号",
        "一、总体情况",
        "（一）指标",
        "图1",
        "附件：1. 指标来源表",
        "2025年7月5日",
        "示例数据",
    ):
        assert part in page
    assert page.count("<svg") == 2
    assert not re.search(r"\sstyle=|<script|\son\w+=", page)
    assert len(re.findall(r' id="([^"]+)"', page)) == len(set(re.findall(r' id="([^"]+)"', page)))


def test_text_is_escaped_and_headings_nest_under_the_title() -> None:
    page = render_to_string(
        "kernel/documents/sheet.html", {"sheet": sheet(document(Heading("<b>"), Paragraph("<i>&"), demo=False))}
    )
    assert "<b>" not in page
    assert "&lt;i&gt;&amp;" in page
    assert re.findall(r"<h(\d)>", page) == ["1", "2"]
    assert "示例数据" not in page
