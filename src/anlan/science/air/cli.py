"""`air aqi --edition 2012|2026 FILE.csv`: every row with its hourly AQI and primary pollutants. Needs nothing but the file."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from pathlib import Path
from typing import NoReturn

import numpy as np

from anlan.base.errors import Refused
from anlan.science.air.editions import EDITIONS, ITEMS, NAMES
from anlan.science.air.hours_csv import LIMIT, FinerError, Layout, decode, layout_of, moment_of, thousandths
from anlan.science.air.vector import NONE, evaluate_hours, primary_names

DONE, BAD_INPUT = 0, 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:  # noqa: ARG002 - the library names it
        raise Refused("arguments", "参数不对。用法：anlan air aqi --edition 2012|2026 FILE.csv")


def _load(name: str) -> bytes:
    path = Path(name)
    if not path.exists():
        raise Refused("absent", f"没有这个文件：{path.name}")
    if path.is_dir():
        raise Refused("directory", f"{path.name} 是文件夹，不是文件。")
    if path.stat().st_size > LIMIT:
        raise Refused("size", f"{path.name} 超过 {LIMIT // 1024 // 1024} MB。拆分后再算。")
    try:
        return path.read_bytes()
    except PermissionError:
        raise Refused("permission", f"没有读取 {path.name} 的权限。") from None


def _values(row: list[str], layout: Layout, line: int) -> list[int]:
    """The row's six values. Their only use is to be rounded to what is reported, so finer numbers may stand off a tie."""
    values = [NONE] * len(ITEMS)
    if not any(map(str.strip, row)):
        return values
    if len(row) < layout.width:
        raise Refused("columns", f"第 {line} 行只有 {len(row)} 列，污染物列不全。")
    try:
        moment_of(row, layout)
    except (ValueError, IndexError):
        raise Refused("time", f"第 {line} 行的时间读不出。") from None
    for column, place, factor in layout.items:
        try:
            values[place] = thousandths(row[column], factor)
        except FinerError as finer:
            values[place] = finer.odd
        except ValueError:
            raise Refused(
                "value", f"第 {line} 行 {NAMES[ITEMS[place]]} 的“{row[column][:40]}”不是不小于零的数。"
            ) from None
    return values


def evaluate(data: bytes, edition: str) -> str:
    """The CSV with `aqi` and `primary` added; same rows, same order."""
    reader = csv.reader(io.StringIO(decode(data), newline=""), strict=True)
    try:
        heading = next(reader, [])
        layout = layout_of(heading)
        rows: list[list[str]] = []
        values: list[list[int]] = []
        for row in filter(None, reader):
            if any(map(str.strip, row[len(heading) :])):
                raise Refused("columns", f"第 {reader.line_num} 行有 {len(row)} 列，表头只有 {len(heading)} 列。")
            values.append(_values(row, layout, reader.line_num))
            rows.append(row[: len(heading)])
    except csv.Error as error:
        raise Refused("csv", f"第 {reader.line_num} 行不是完好的 CSV：{error}") from None
    table = np.array(values, dtype=np.int64).reshape(-1, len(ITEMS))
    indices, masks = evaluate_hours(table, EDITIONS[edition])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*heading, "aqi", "primary"])
    for row, index, mask in zip(rows, indices.tolist(), masks.tolist(), strict=True):
        padded = row + [""] * (len(heading) - len(row))
        names = ",".join(NAMES[item] for item in primary_names(mask))
        writer.writerow([*padded, "" if index < 0 else index, names])
    return out.getvalue()


def aqi_command(arguments: list[str]) -> int:
    """Exit 0, or 2 with one line on stderr."""
    parser = _Parser(prog="anlan air aqi")
    parser.add_argument("--edition", choices=sorted(EDITIONS), required=True)
    parser.add_argument("file")
    try:
        options = parser.parse_args(arguments)
        data = sys.stdin.buffer.read() if options.file == "-" else _load(options.file)
        text = evaluate(data, options.edition)
    except Refused as refused:
        sys.stderr.write(" ".join(refused.message.split()) + "\n")
        return BAD_INPUT
    except OSError as error:
        sys.stderr.write(f"读不出文件：{error.strerror or error}\n")
        return BAD_INPUT
    sys.stdout.buffer.write(text.encode("utf-8"))
    sys.stdout.flush()
    return DONE
