"""The feed for others: Atom (RFC 4287) whose entries point at single CAP documents. Own, actual, public messages of the last week and whatever
still holds; updates and cancels are entries too. Each document passes the hard stop before it is given out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from lxml import etree

from anlan.packs.safety.warning import rules
from anlan.packs.safety.warning.models import WarningMessage

ATOM = "http://www.w3.org/2005/Atom"
KEPT = timedelta(days=7)


def outgoing(at: datetime) -> QuerySet[WarningMessage]:
    rows = WarningMessage.objects.filter(
        way="own", status="Actual", exercise=False, scope="Public", sent_at__isnull=False
    )
    holds = Q(state="active") & Q(expires_at__gt=at)
    return rows.filter(holds | Q(sent_at__gt=at - KEPT)).order_by("-sent_at", "-pk")


def document(message: WarningMessage) -> bytes:
    """The very bytes that were signed off. Raises Refused `exercise` when the document and the record differ."""
    return rules.leaving(message.text.encode(), exercise=False)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def atom(rows: list[WarningMessage], title: str, base: str, address: Any, at: datetime) -> bytes:
    """`address(message)` gives the absolute address of a document, `base` that of the feed."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})

    def put(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
        node = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        node.text = text or None
        return node

    put(root, "id", base)
    put(root, "title", title)
    put(root, "updated", _time(max((one.sent_at for one in rows if one.sent_at), default=at)))
    put(root, "link", rel="self", href=base)
    put(put(root, "author"), "name", title)
    for one in rows:
        document(one)  # what may not leave does not appear
        entry = put(root, "entry")
        put(entry, "id", f"urn:anlan:{one.sender}:{one.identifier}")
        put(entry, "title", str(one))
        put(entry, "updated", _time(one.sent_at or at))
        put(entry, "summary", one.description[:400])
        put(entry, "category", term=one.message_type)
        put(entry, "link", rel="alternate", type="application/cap+xml", href=address(one))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
