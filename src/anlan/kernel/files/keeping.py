"""What may be kept and how: the type is judged by content, pictures are re-encoded, the rest is checked by signature."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from anlan.base.errors import Refused
from anlan.kernel.access.types import Actor
from anlan.kernel.files.models import Stored

LIMIT = 20 * 1024 * 1024
PIXELS = 40_000_000
_ZIPPED = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_TEXT = {".csv": "text/csv", ".txt": "text/plain", ".json": "application/json", ".geojson": "application/geo+json"}
_PICTURES = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}


def _picture(content: bytes, form: str) -> bytes:
    """Decode and encode again: drops metadata (place, device) and anything hidden behind the picture."""
    try:
        picture: Image.Image = Image.open(io.BytesIO(content))
        if picture.format != form or picture.width * picture.height > PIXELS:
            raise Refused("picture", "图片内容与扩展名不符，或过大。换一张再传。", "file")
        picture.load()
        picture = ImageOps.exif_transpose(picture)  # phones write which way is up beside the pixels, which is dropped
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise Refused("picture", "这张图片打不开。换一张再传。", "file") from None
    out = io.BytesIO()
    clean = picture.convert("RGB") if form == "JPEG" else picture
    clean.save(out, form, **({"quality": 88} if form == "JPEG" else {}))
    return out.getvalue()


def _checked(name: str, content: bytes) -> tuple[bytes, str]:
    suffix = Path(name).suffix.lower()
    if suffix in _PICTURES:
        return _picture(content, _PICTURES[suffix]), f"image/{_PICTURES[suffix].lower()}"
    if suffix == ".pdf" and content.startswith(b"%PDF-"):
        return content, "application/pdf"
    if suffix in _ZIPPED and content.startswith(b"PK\x03\x04"):
        return content, _ZIPPED[suffix]
    if suffix in _TEXT and b"\0" not in content:
        return content, _TEXT[suffix]
    raise Refused("type", "只收 PDF、Word、Excel、CSV、文本和 JPG、PNG 图片，内容须与扩展名相符。", "file")


def _write(content: bytes) -> str:
    """Write under the hash, synced before the row commits; the same content is stored once."""
    digest = hashlib.sha256(content).hexdigest()
    target = Path(settings.MEDIA_ROOT) / digest[:2] / digest
    if target.exists():
        return digest
    _place(content, target)
    return digest


def _place(content: bytes, target: Path) -> None:
    """All of it under its name or nothing, synced with the folder that names it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def keep(
    *,
    actor: Actor,
    name: str,
    content: bytes,
    at: datetime,
    org_path: str = "",
    is_public: bool = False,
    limit: int = LIMIT,
) -> Stored:
    """Check, clean and store a file; part of the caller's action, which writes the journal entry."""
    if not content:
        raise Refused("empty", "文件是空的。", "file")
    if len(content) > limit:
        raise Refused("size", f"文件超过 {limit // 1024 // 1024} MB。压缩或拆分后再传。", "file")
    clean, media_type = _checked(name, content)
    safe_name = Path(name.replace("\\", "/")).name[-160:]
    return Stored.objects.create(
        sha256=_write(clean), name=safe_name, media_type=media_type, size=len(clean), org_path=org_path,
        kept_at=at, kept_by=actor.name, is_public=is_public,
    )  # fmt: skip


def picture_suffix(content: bytes) -> str:
    """`.jpg` or `.png` of a picture that can be kept, judged by its content; raises Refused `type`, `size` or `picture`."""
    suffix = ".jpg" if content.startswith(b"\xff\xd8\xff") else ".png" if content.startswith(b"\x89PNG\r\n") else ""
    if not suffix:
        raise Refused("type", "只收 JPG、PNG 照片。", "file")
    _checked(f"photo{suffix}", content)
    return suffix


def set_waiting(content: bytes) -> str:
    """Keep bytes between a preview and its confirmation; returns the token. They belong to nobody until stored."""
    digest = hashlib.sha256(content).hexdigest()
    _place(content, Path(settings.MEDIA_ROOT) / "waiting" / digest)
    return digest


def read_waiting(token: str) -> bytes:
    """The bytes of `set_waiting`; refuses what is not there or is no token."""
    file = Path(settings.MEDIA_ROOT) / "waiting" / token
    if len(token) != 64 or not token.isalnum() or not file.is_file():
        raise Refused("expired", "预览已过期。重新选文件。", "file")
    return file.read_bytes()


def drop_waiting(token: str) -> None:
    """The bytes of `set_waiting` are not needed any more."""
    if len(token) == 64 and token.isalnum():
        (Path(settings.MEDIA_ROOT) / "waiting" / token).unlink(missing_ok=True)
