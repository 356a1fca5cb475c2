"""Wrong inputs: one clear line, exit 2, nothing on standard output, no traceback."""

from __future__ import annotations

import io
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pypdf
import pytest

from anlan.kernel.planning.reading.cli import read_command, sample_text
from anlan.kernel.planning.reading.sources import LIMIT
from anlan.kernel.planning.reading.tests.writing import as_docx, as_pdf
from anlan.kernel.planning.reading.types import Line

pytestmark = pytest.mark.pure

_BLOCKS = [Line(number, line) for number, line in enumerate(sample_text().split("\n"), 1) if line.strip()]
_XML = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s</w:body></w:document>'


def _zip(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def _entities() -> bytes:
    doctype = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8)
    )
    return _zip("word/document.xml", doctype + b"]>" + _XML % b"<w:p><w:r><w:t>&i;</w:t></w:r></w:p>")


def _encrypted_pdf() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(as_pdf(_BLOCKS[:20])))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _blank_pdf() -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(595, 842)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _spreadsheet() -> bytes:
    return _zip("xl/workbook.xml", b"<workbook/>")


def _blank_docx() -> bytes:
    out = io.BytesIO()
    docx.Document().save(out)
    return out.getvalue()


def _without_rows() -> bytes:
    text = sample_text()
    return (text[: text.index("\n7\n")] + text[text.index("\n9\n") :]).encode()


WRONG: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "空"),
    "blank": (lambda: b" \n\n\t\n", "空"),
    "random": (lambda: random.Random(7).randbytes(4096), "不是文本"),
    "latin": (lambda: bytes(random.Random(8).choices(range(0x80, 0x100), k=999)), "编码"),
    "jpeg": (lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(100), "不是文本"),
    "nulls": (lambda: sample_text().encode() + b"\0\0", "不是文本"),
    "half of a UTF-16 character": (lambda: b"\xff\xfe\x41", "编码"),
    "a letter": ("明天下午三点开会，请准时参加。\n".encode, "没有找到规划"),
    "a title alone": ("示例区“十四五”规划\n\n请看附件。\n".encode, "没有指标"),
    "html without a plan": (lambda: b"<html><body><p>404</p></body></html>", "没有找到规划"),
    "html of scripts": (lambda: b"<html><script>var a = 1;</script></html>", "没有找到规划"),
    "encrypted word": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "加密"),
    "cut word": (lambda: as_docx(_BLOCKS)[:9000], "损坏"),
    "blank word": (_blank_docx, "没有找到规划"),
    "spreadsheet": (_spreadsheet, "不是 Word"),
    "word of broken xml": (lambda: _zip("word/document.xml", b"<w:document"), "损坏"),
    "entity bomb": (_entities, "实体"),
    "zip bomb": (lambda: _zip("word/document.xml", _XML % (b" " * 60_000_000)), "大得不合常理"),
    "encrypted pdf": (_encrypted_pdf, "密码"),
    "cut pdf": (lambda: as_pdf(_BLOCKS[:20])[:700], "损坏"),
    "scan": (_blank_pdf, "扫描"),
    "lost rows": (_without_rows, "缺第 7、8 行"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_file(name: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    make, word = WRONG[name]
    file = tmp_path / "plan.bin"
    file.write_bytes(make())
    _refused([str(file), "--json"], word, capsysbinary)


def _refused(arguments: list[str], word: str, captured: pytest.CaptureFixture[bytes]) -> None:
    assert read_command(arguments) == 2
    out, err = captured.readouterr()
    assert out == b""
    message = err.decode("utf-8")
    assert word in message
    assert message.endswith("\n")
    assert message.count("\n") == 1


def test_wrong_paths(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    _refused([str(tmp_path / "nothing.txt")], "没有这个文件", capsysbinary)
    _refused([str(tmp_path)], "文件夹", capsysbinary)
    _refused([], "参数", capsysbinary)
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    _refused([str(huge)], "200 MB", capsysbinary)
    assert LIMIT < 200 * 1024 * 1024
    _refused(["/dev/zero"], "MB", capsysbinary)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_no_permission(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    file = tmp_path / "plan.txt"
    file.write_text("x")
    file.chmod(0)
    _refused([str(file)], "权限", capsysbinary)
