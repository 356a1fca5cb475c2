"""Drawn pictures and empty papers that stand for evidence in the demonstration and in tests; every name says 示例."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from anlan.kernel.casework.actions import Upload

_PHOTOS = frozenset({"scene", "before", "after"})


def scene() -> bytes:
    """A hall with a door: nothing real."""
    drawn = Image.new("RGB", (360, 240), "#d9dfdd")
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 180, 360, 240), fill="#a9b3b0")
    pen.polygon(((40, 90), (180, 30), (320, 90)), fill="#7a6a58")
    pen.rectangle((60, 90, 300, 180), fill="#eef2f1", outline="#43514f", width=3)
    pen.rectangle((150, 120, 210, 180), fill="#43514f")
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


def files(*kinds: str) -> list[Upload]:
    """One file of each kind of evidence."""
    return [
        (kind, f"示例_{kind}.png", scene()) if kind in _PHOTOS else (kind, f"示例_{kind}.pdf", b"%PDF-1.4\n% sample\n")
        for kind in kinds
    ]
