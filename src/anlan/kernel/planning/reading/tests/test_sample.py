"""The sample plan, the command line and the difference between two readings."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from anlan.kernel.planning.reading.cli import read_command, sample_command, sample_text
from anlan.kernel.planning.reading.diff import diff, fingerprint
from anlan.kernel.planning.reading.reader import read
from anlan.kernel.planning.reading.tests.writing import as_docx
from anlan.kernel.planning.reading.text import printed
from anlan.kernel.planning.reading.types import Line, Reading, to_json

pytestmark = pytest.mark.pure


def _sample() -> Reading:
    return read(sample_text().encode())


def _json() -> dict[str, Any]:
    return to_json(_sample())


def test_sample_reads_without_a_doubt() -> None:
    reading = _sample()
    assert reading.problems == []
    assert "示例" in reading.document.title
    assert [len(plan.indicators) for plan in reading.plans] == [9, 5, 6]
    assert [len(plan.tasks) for plan in reading.plans] == [3, 3, 24]
    assert {task.deadline.kind for task in reading.plans[2].tasks} == {
        "year", "year_end", "ongoing", "year_then_ongoing", "as_city_directs",
    }  # fmt: skip
    assert all(plan.targets for plan in reading.plans)
    assert len(reading.plans[0].projects) == 4
    assert reading.account.source == printed(sample_text())


def test_sample_as_paragraphs_of_word() -> None:
    lines = [Line(number, line) for number, line in enumerate(sample_text().split("\n")) if line.strip()]
    assert to_json(read(as_docx(lines)))["plans"] == _json()["plans"]


def test_commands(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    file = tmp_path / "sample.txt"
    assert sample_command(["--out", str(file)]) == 0
    assert sample_command(["--out", str(file)]) == 2  # never overwrites
    assert sample_command([]) == 0
    out, err = capsysbinary.readouterr()
    assert out.decode().rstrip("\n") == file.read_text(encoding="utf-8").rstrip("\n")
    assert err.count(b"\n") == 1
    assert read_command([str(file), "--json"]) == 0
    assert json.loads(capsysbinary.readouterr().out) == _json()
    assert read_command([str(file)]) == 0
    assert "任务 24" in capsysbinary.readouterr().out.decode()


def test_from_any_directory_in_any_locale_without_django(tmp_path: Path) -> None:
    """A fresh interpreter in an empty directory under the C locale; plain text needs none of the heavy libraries."""
    root = Path(__file__).resolve().parents[5]
    code = (
        "import sys; from anlan.kernel.planning.reading.cli import read_command; status = read_command(['-', '--json']);"
        "assert not {'django', 'lxml', 'pdfplumber', 'docx', 'numpy'} & set(sys.modules), sorted(sys.modules); sys.exit(status)"
    )
    environment = {"PYTHONPATH": str(root), "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=sample_text().encode(),
        capture_output=True,
        cwd=tmp_path,
        env=environment,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode("utf-8")) == _json()


def test_again_is_no_difference() -> None:
    assert diff(_json(), _json()) == []


def test_new_changed_and_gone() -> None:
    old, new = _json(), copy.deepcopy(_json())
    new["plans"][2]["tasks"][4]["departments"] = ["区商务局"]
    del new["plans"][2]["tasks"][9]
    new["plans"][0]["indicators"].append({**new["plans"][0]["indicators"][0], "number": 9})
    found = {(change.kind, change.key): change for change in diff(old, new)}
    assert {key: change.what for key, change in found.items()} == {
        ("tasks", "5"): "changed", ("tasks", "10"): "gone", ("indicators", "安全生产类/9"): "new",
    }  # fmt: skip
    before, after = found["tasks", "5"].fields["departments"]
    assert (len(before), after) == (2, ["区商务局"])
    assert fingerprint(old["plans"][2]["tasks"][4]) != fingerprint(new["plans"][2]["tasks"][4])
    assert fingerprint(old["plans"][2]["tasks"][3]) == fingerprint(new["plans"][2]["tasks"][3])


def test_a_plan_that_is_gone_is_named() -> None:
    old, new = _json(), copy.deepcopy(_json())
    gone = new["plans"].pop(1)
    changes = diff(old, new)
    assert {change.what for change in changes} == {"gone"}
    assert len([change for change in changes if change.kind == "indicators"]) == len(gone["indicators"])
