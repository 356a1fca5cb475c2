"""Bytes to lines: plain text (UTF-8, GB18030, UTF-16 with a mark), HTML, Word, text PDF. Refusals are one sentence each."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import BinaryIO

from anlan.base.errors import Refused
from anlan.kernel.planning.reading import markup, pdf
from anlan.kernel.planning.reading.types import Line

LIMIT = 32 * 1024 * 1024
UNPACKED_LIMIT = 256 * 1024 * 1024
RATIO_LIMIT = 200


def load(path: Path) -> bytes:
    """The file's bytes; refuses before reading what cannot be a plan."""
    if not path.exists():
        raise Refused("absent", f"没有这个文件：{path.name}")
    if path.is_dir():
        raise Refused("directory", f"{path.name} 是文件夹，不是文件。")
    _check_size(path.name, path.stat().st_size)
    try:
        with path.open("rb") as stream:
            return load_stream(stream)  # a pipe or a device has no size before it is read
    except PermissionError:
        raise Refused("permission", f"没有读取 {path.name} 的权限。") from None


def load_stream(stream: BinaryIO) -> bytes:
    """A stream's bytes, read no further than needed to refuse it."""
    data = stream.read(LIMIT + 1)
    _check_size("输入", len(data))
    return data


def _check_size(name: str, size: int) -> None:
    if size > LIMIT:
        had, most = size // 1024 // 1024, LIMIT // 1024 // 1024
        raise Refused("size", f"{name} 有 {had} MB，超过 {most} MB，不像规划文件。")


def lines_of(data: bytes) -> list[Line]:
    """Lines of any accepted form; the form is judged by content, not by the file's name."""
    if not data.strip():
        raise Refused("empty", "文件是空的。")
    if data.startswith(b"%PDF-"):
        return pdf.pdf_lines(data)
    if data.startswith(b"PK\x03\x04"):
        check_zip(data)
        return markup.docx_lines(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("encrypted", "这是加密的或旧版的 Word 文件。去掉密码，另存为 docx 再试。")
    text = _decode(data)
    if _is_html(text):
        return markup.html_lines(text)
    return text_lines(text)


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    if b"\0" in data and encodings[0] != "utf-16":
        raise Refused("binary", "这不是文本、网页、Word 或 PDF 文件。")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("encoding", "文字编码认不出。另存为 UTF-8 再试。")


def _is_html(text: str) -> bool:
    opening = text[:2000].lower()
    return (
        "<html" in opening
        or "<!doctype html" in opening
        or ("<p" in opening and "</" in opening)
        or "<table" in opening
    )


def text_lines(text: str) -> list[Line]:
    """Non-blank lines with the number of blank ones before each."""
    found: list[Line] = []
    gap = 0
    for number, raw in enumerate(text.splitlines(), 1):
        if raw.strip():
            found.append(Line(number, raw.strip(), gap))
            gap = 0
        else:
            gap += 1
    return found


def check_zip(data: bytes) -> None:
    """A Word file, and not a bomb: judged from the directory before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Refused("broken", "Word 文件已损坏，打不开。") from None
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > UNPACKED_LIMIT or unpacked > RATIO_LIMIT * len(data):
        raise Refused("bomb", "文件解开后大得不合常理，已拒绝。")
    names = {entry.filename for entry in entries}
    if "EncryptedPackage" in names:
        raise Refused("encrypted", "Word 文件有密码。去掉密码再试。")
    if "word/document.xml" not in names:
        raise Refused("form", "这个压缩文件不是 Word 文档。")
