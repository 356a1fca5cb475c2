"""Message catalogues: `en` is written by people; `zh_Hant` is made from the Chinese source strings by OpenCC; both are compiled."""

from __future__ import annotations

from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "src" / "anlan" / "locale"


def compile_all(locale: Path = LOCALE) -> list[Path]:
    """Write `django.mo` for en and zh_Hant; returns the files. Needs babel and OpenCC (build and dev groups)."""
    source = locale / "en" / "LC_MESSAGES" / "django.po"
    if not source.exists():
        return []
    # Both are build-time libraries, absent when the product runs.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from opencc import OpenCC

    target = source.with_suffix(".mo")
    traditional = locale / "zh_Hant" / "LC_MESSAGES" / "django.mo"
    if all(file.exists() and file.stat().st_mtime >= source.stat().st_mtime for file in (target, traditional)):
        return [target, traditional]
    with source.open("rb") as handle:
        catalogue = read_po(handle, locale="en")
    with target.open("wb") as out:
        write_mo(out, catalogue)
    convert = OpenCC("s2t").convert
    for message in catalogue:
        if message.id and isinstance(message.id, str):
            message.string = convert(message.id)
        elif message.id:
            message.string = tuple(convert(message.id[0]) for _ in message.string)
    traditional.parent.mkdir(parents=True, exist_ok=True)
    with traditional.open("wb") as out:
        write_mo(out, catalogue)
    return [target, traditional]


if __name__ == "__main__":
    compile_all()
