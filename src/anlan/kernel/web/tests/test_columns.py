"""The columns menu of a list."""

from __future__ import annotations

from django.http import QueryDict

from anlan.kernel.web.columns import columns

TITLES = ("序号", "", "期限", "状态")


def test_without_a_choice_everything_is_shown() -> None:
    made = columns(QueryDict("plan=6&page=2"), TITLES)
    assert made["column_menu"] == [(1, "序号", True), (3, "期限", True), (4, "状态", True)]
    assert made["hidden_columns"] == ""
    assert made["column_kept"] == [("plan", "6")]  # a new choice starts on page one


def test_the_choice_hides_the_others_and_never_the_name() -> None:
    made = columns(QueryDict("show=0&show=4&q=a&q=b"), TITLES, first=2)
    assert made["hidden_columns"] == "2 5"
    assert made["columns_shown"] == ["0", "4"]
    assert made["column_kept"] == [("q", "a"), ("q", "b")]
    assert columns(QueryDict("show=nonsense"), TITLES)["hidden_columns"] == "1 3 4"
