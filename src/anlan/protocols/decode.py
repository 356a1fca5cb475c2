"""`anlan decode PROTOCOL [--key HEX] [FILE|-]`: one JSON line a frame. No database, settings or network."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from anlan.protocols.cap.report import lines as cap
from anlan.protocols.gb26875.report import lines as gb26875
from anlan.protocols.hj212.report import lines as hj212
from anlan.protocols.jt808.report import lines as jt808
from anlan.protocols.sl651.report import lines as sl651

DONE, BAD_INPUT = 0, 2
# Protocol -> lines(stream, key).
CODECS: dict[str, Callable[[BinaryIO, bytes | None], Iterator[dict[str, Any]]]] = {
    "hj212": hj212,
    "gb26875": gb26875,
    "jt808": jt808,
    "sl651": sl651,
    "cap": cap,
}
_USAGE = f"用法：anlan decode {'|'.join(CODECS)} [--key 密钥的十六进制] [文件，不写则读标准输入]"


def _say(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return BAD_INPUT


def _key(arguments: list[str]) -> bytes | None:
    """Take `--key HEX` out of the arguments. Raises ValueError when it is not 16 bytes in hex."""
    if "--key" not in arguments:
        return None
    place = arguments.index("--key")
    key = bytes.fromhex(arguments[place + 1] if place + 1 < len(arguments) else "")
    del arguments[place : place + 2]
    if len(key) != 16:
        raise ValueError("16")
    return key


def decode_command(arguments: list[str]) -> int:
    """Exit 0 whatever the frames are; 2 when the call or the file is wrong."""
    rest = list(arguments)
    try:
        key = _key(rest)
    except ValueError:
        return _say("密钥须是 16 个字节的十六进制，共 32 位。")
    if not 1 <= len(rest) <= 2 or rest[0] not in CODECS:
        return _say(_USAGE)
    name = rest[1] if len(rest) == 2 else "-"
    try:
        if name == "-":
            _print(CODECS[rest[0]](sys.stdin.buffer, key))
        else:
            with Path(name).open("rb") as stream:
                _print(CODECS[rest[0]](stream, key))
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        return _say(f"读不了 {name}：{error.strerror}")
    return DONE


def _print(lines: Iterator[dict[str, Any]]) -> None:
    for line in lines:
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
