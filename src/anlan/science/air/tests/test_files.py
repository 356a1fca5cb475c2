"""Files of hours as people have them: both forms, wrong ones, doubtful rows; and `air aqi`."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.errors import Refused
from anlan.science.air import hours_csv
from anlan.science.air.aqi import rounded
from anlan.science.air.cli import aqi_command, evaluate
from anlan.science.air.editions import ITEMS
from anlan.science.air.hours import Finding
from anlan.science.air.hours_csv import FinerError, thousandths
from anlan.science.stats.rounding import round_half_even

pytestmark = pytest.mark.pure
HEAD = "station,time,pm25,pm10,so2,no2,co,o3\n"


def answers(text: str, edition: str = "2012") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(evaluate(text.encode(), edition))))


def findings(text: str) -> dict[str, Finding]:
    return {one.kind: one for one in hours_csv.read(text.encode()).findings}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "空"), ("   \n", "空"), ("a,b,c\n1,2,3\n", "station"), ("station,pm25\nx,1\n", "时间"), ("station,time\nx,2020-01-01T00\n", "污染物"),
        ("station,station,time,pm25\n", "两次"), ("station,time,co,co_ugm3\n", "只能有一列"), (HEAD, "没有可用"), (HEAD + "x,not-a-time,1,1,1,1,1,1\n", "没有可用"),
        (HEAD + "x,2020-13-01T00,1,1,1,1,1,1\n", "没有可用"), (HEAD + "x,2020-01-01T24,1,1,1,1,1,1\n", "没有可用"), ("\0\0\0", "认不出"),
    ],
)  # fmt: skip
def test_wrong_files_are_refused_in_one_sentence(text: str, word: str) -> None:
    with pytest.raises(Refused, match=word) as caught:
        hours_csv.read(text.encode())
    assert "\n" not in caught.value.message


def test_findings_name_the_lines() -> None:
    rows = [f"x,2020-01-{1 + h // 24:02d}T{h % 24:02d},5,6,7,8,0.5,9" for h in range(60)]
    rows[10] = rows[10].replace(",5,6,", ",-5,abc,")
    rows.append(rows[3])
    rows.append("x,2020-01-01T04,6,6,7,8,0.5,9")
    rows.append("x,2020-01-05T00,99999,6,7,8,0.5,9")
    found = findings(HEAD + "\n".join(rows))
    assert found["unreadable"].lines == (12,)
    assert found["duplicate"].lines == (62,)
    assert found["conflict"].lines == (63,)
    assert found["range"].lines == (64,)
    assert {"frozen", "gap"} <= set(found)


@pytest.mark.parametrize("word", ["", "-", "-99", "-99.0", "-999.00", "—", "NA", "NaN", " - "])
def test_missing_is_never_zero(word: str) -> None:
    out = answers(f"{HEAD}x,2020-01-01T00,{word},{word},{word},{word},{word},{word}\n")
    assert (out[0]["aqi"], out[0]["primary"]) == ("", "")


def test_frozen_feed_is_found(shared: Path) -> None:
    hours = hours_csv.read((shared / "data/environment/tianjin_air_frozen_feed_202004.csv").read_bytes())
    assert {one.station for one in hours.findings if one.kind == "frozen"} == set(hours.stations)


def column(name: str, values: list[str]) -> str:
    rows = [f"x,2020-01-{1 + h // 24:02d}T{h % 24:02d},{value}" for h, value in enumerate(values)]
    return f"station,time,{name}\n" + "\n".join(rows)


@pytest.mark.parametrize(
    ("name", "values", "word"),
    [
        ("co", [str(600 + n) for n in range(30)], "放大"), ("co_ugm3", [f"0.{n + 10}" for n in range(30)], "缩小"),
        ("pm25", [str(35_000 + n) for n in range(30)], "放大"), ("pm10", [f"0.0{n + 10}" for n in range(30)], "缩小"),
    ],
)  # fmt: skip
def test_a_slipped_unit_is_found_even_out_of_range(name: str, values: list[str], word: str) -> None:
    assert word in findings(column(name, values))["unit"].text
    right = [str(int(float(value) * (0.001 if word == "放大" else 1000)) + 30) for value in values]
    assert "unit" not in findings(column("pm25" if name.startswith("co") else name, right))


def test_out_of_range_is_missing_and_named() -> None:
    hours = hours_csv.read(column("pm25", ["30"] * 5 + ["99999", "1" + "0" * 40] + ["30"] * 3).encode())
    assert [(one.lines, one.count) for one in hours.findings if one.kind == "range"] == [((7, 8), 2)]
    assert hours.table.values[0, 4:8, ITEMS.index("PM25")].tolist() == [30_000, -1, -1, 30_000]


def test_finer_than_a_thousandth_is_rounded_with_a_finding() -> None:
    hours = hours_csv.read(column("pm25", ["35.12345", "35.1235"]).encode())
    assert hours.table.values[0, :2, ITEMS.index("PM25")].tolist() == [35_123, 35_124]
    assert findings(column("pm25", ["35.12345"]))["precision"].lines == (2,)


@pytest.mark.fuzz
@given(st.decimals(0, 3000, places=6), st.sampled_from([("PM25", 1000, 0), ("CO", 1000, 1), ("CO", 1, 1)]))
def test_any_number_is_read_exactly_or_stands_off_its_tie(value: Decimal, what: tuple[str, int, int]) -> None:
    """What is finer than a thousandth still rounds to what the number itself rounds to."""
    item, factor, places = what
    exact = Fraction(value) * factor / 1000
    try:
        read = near = thousandths(f"{value:f}", factor)
        assert Fraction(read, 1000) == exact
    except FinerError as finer:
        read, near = finer.odd, finer.near
    assert abs(Fraction(near, 1000) - exact) <= Fraction(1, 2000)
    assert rounded(item, Fraction(read, 1000)) == round_half_even(exact, places)


@pytest.mark.parametrize(
    "word", ["-3", "-0.1", "abc", "inf", "1e999", "1_000", "1,5", "３５", "0x10", "..", "1.2.3", "9" * 70]
)
def test_what_is_no_number_is_never_a_value(word: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        thousandths(word, 1000)
    assert not isinstance(caught.value, FinerError)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (HEAD + "x,2020-01-01T00,35,1,1,1,0.5\n", "只有 7 列"), (HEAD + "x,2020-01-01T00,35,1,1,1,0.5,1,9\n", "有 9 列"), (HEAD + "x,2020-01-01T24,35,1,1,1,0.5,1\n", "时间"),
        (HEAD + "x,2020-01-01T00,-3,1,1,1,0.5,1\n", "PM2.5 的“-3”"), (HEAD + '"x,2020-01-01T00,3,1,1,1,0.5,1\ny,2020-01-01T00,3,1,1,1,0.5,1\n', "CSV"),
        ("station,time,pm25,pm2.5\n", "只能有一列"),
    ],
)  # fmt: skip
def test_air_aqi_names_the_line_and_stops(
    text: str, word: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    assert aqi_command(["--edition", "2012", str(path)]) == 2
    out, err = capfd.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert word in err


def test_air_aqi_keeps_rows_order_and_columns(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """GB18030, columns in another order, notes of the same name, a blank row, a comma within a cell."""
    text = 'co_ugm3,备注,hour,pm25,date,station,备注\n5100,"甲,乙",08,75,20200402,前进路,\n,,,,,,\n4950.5,,07,35,20200402,前进路,b\n'
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode("gb18030"))
    assert aqi_command(["--edition", "2012", str(path)]) == 0
    out = list(csv.reader(io.StringIO(capfdbinary.readouterr().out.decode())))
    assert out[0] == ["co_ugm3", "备注", "hour", "pm25", "date", "station", "备注", "aqi", "primary"]
    assert [row[:-2] for row in out[1:]] == list(csv.reader(io.StringIO(text)))[1:]
    assert [row[-2:] for row in out[1:]] == [["100", "PM2.5"], ["", ""], ["50", ""]]


def test_both_forms_and_any_order_give_the_same_hours() -> None:
    one = hours_csv.read(b"station,time,pm25,co_ugm3\nx,2020-01-01T05,35,1200\nx,2020-01-01T06,36,\n")
    two = hours_csv.read("\ufeffco,hour,pm2.5,date,code\n-,6,36,2020/1/1,x\n1.2,05,35,20200101,x\n".encode())
    assert (one.table.values == two.table.values).all()
    assert one.keys == two.keys == [(0, date(2020, 1, 1))]
    assert (one.lines[0, 5:7].tolist(), two.lines[0, 5:7].tolist()) == ([2, 3], [3, 2])
