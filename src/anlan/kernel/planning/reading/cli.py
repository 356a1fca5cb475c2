"""`plan read` and `plan sample`: no database, settings, network or Node; from any directory."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import NoReturn, TextIO

from anlan.base.errors import Refused
from anlan.kernel.planning.reading.reader import read
from anlan.kernel.planning.reading.sources import load, load_stream
from anlan.kernel.planning.reading.types import FLAG_WORDS, Reading, require_complete, to_json

DONE, BAD_INPUT = 0, 2
KIND_WORDS = {
    None: "未写明",
    "year": "到期年", "year_end": "年底前", "ongoing": "长期坚持", "year_then_ongoing": "到期后长期坚持", "as_city_directs": "按市部署",
}  # fmt: skip


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:  # noqa: ARG002 - the library names it
        raise Refused("arguments", f"参数不对。用法：{self.usage}")


def read_command(arguments: list[str]) -> int:
    """`plan read FILE [--json]`; `-` is standard input. Exit 0, or 2 with one line."""
    parser = _Parser(prog="anlan plan read", usage="anlan plan read FILE [--json]")
    parser.add_argument("file")
    parser.add_argument("--json", action="store_true")
    try:
        options = parser.parse_args(arguments)
        data = load_stream(sys.stdin.buffer) if options.file == "-" else load(Path(options.file))
        reading = read(data)
        require_complete(reading)
    except Refused as refused:
        return _complain(refused.message)
    except (OSError, RecursionError) as error:
        return _complain(f"读不出文件：{error}")
    _write(json.dumps(to_json(reading), ensure_ascii=False, indent=1) if options.json else summary(reading))
    if options.json and reading.problems:
        _say(f"存疑 {len(reading.problems)} 处，第一处：{reading.problems[0]}全部见不带 --json 的输出。")
    return DONE


def sample_text() -> str:
    """Our own made-up plan, in the flattened form of a published one."""
    return files("anlan.kernel.planning.reading").joinpath("sample_plan.txt").read_text(encoding="utf-8")


def sample_command(arguments: list[str]) -> int:
    """`plan sample [--out FILE]`."""
    parser = _Parser(prog="anlan plan sample", usage="anlan plan sample [--out FILE]")
    parser.add_argument("--out")
    try:
        options = parser.parse_args(arguments)
        if options.out is None:
            _write(sample_text().rstrip("\n"))
        else:
            target = Path(options.out)
            if target.exists():
                raise Refused("exists", f"{target.name} 已存在，不覆盖。")
            target.write_text(sample_text(), encoding="utf-8")
    except Refused as refused:
        return _complain(refused.message)
    except OSError as error:
        return _complain(f"写不出文件：{error}")
    return DONE


def _write(text: str) -> None:
    _put(sys.stdout, text)


def _say(sentence: str) -> None:
    _put(sys.stderr, " ".join(sentence.split()))


def _put(stream: TextIO, text: str) -> None:
    """UTF-8 whatever the locale says."""
    stream.flush()
    stream.buffer.write(text.encode("utf-8") + b"\n")
    stream.flush()


def _complain(sentence: str) -> int:
    _say(sentence)
    return BAD_INPUT


def summary(reading: Reading) -> str:
    """For people: what was found, and what is doubtful."""
    lines = [
        reading.document.title or "（没有文件名称）",
        f"{reading.document.number}　{reading.document.issuer}".strip("　"),
    ]
    for plan in reading.plans:
        kinds = Counter(task.deadline.kind for task in plan.tasks)
        flags = [item.flags for item in plan.indicators] + [item.flags for item in plan.tasks]
        flagged = Counter(flag for some in flags for flag in some)
        lines += [
            "",
            f"{plan.title}　{plan.period[0]}—{plan.period[1]}",
            f"  章节 {len(plan.chapters)}，指标 {len(plan.indicators)}，任务 {len(plan.tasks)}，工程和专栏 {len(plan.projects)}，数字目标 {len(plan.targets)}",
            "  期限：" + "，".join(f"{KIND_WORDS[kind]} {count}" for kind, count in kinds.most_common()),
            "  标记：" + ("，".join(f"{FLAG_WORDS[flag]} {count}" for flag, count in flagged.most_common()) or "无"),
        ]
    lines += ["", f"未归入的行 {len(reading.unread)}", *reading.problems]
    return "\n".join(lines)
