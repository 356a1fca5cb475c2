"""Who this instance is on the line. The private key lies beside the data, readable by its owner only, or comes from the environment; never in
the database, so that a copy of the records cannot speak for the district."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from anlan.kernel.access.models import Organisation
from anlan.kernel.exchange.delivery import rules
from anlan.kernel.exchange.delivery.types import Card


def _file() -> Path:
    return Path(settings.VAR) / "link.key"


def seed() -> str:
    """Made once when first asked for. Two processes that ask together agree: the file appears whole, and the first one stays."""
    return os.environ.get("ANLAN_LINK_KEY", "") or _kept(str(_file()))


@lru_cache(maxsize=8)
def _kept(name: str) -> str:
    file = Path(name)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(rules.new_seed())
            handle.flush()
            os.fsync(handle.fileno())
        try:
            os.link(fresh, file)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return file.read_text().strip()


def code() -> str:
    """`ANLAN_LINK_CODE`, else the code of the topmost organisation."""
    given = os.environ.get("ANLAN_LINK_CODE", "")
    if given:
        return given
    top = Organisation.objects.filter(parent=None).order_by("pk").first()
    return top.code.lower() if top else "anlan"


def title() -> str:
    top = Organisation.objects.filter(parent=None).order_by("pk").first()
    return str(top) if top else "安澜"


def card(address: str = "") -> Card:
    return Card(
        code=code(),
        title=title(),
        address=os.environ.get("ANLAN_LINK_ADDRESS", address),
        key=rules.public_key(seed()),
    )
