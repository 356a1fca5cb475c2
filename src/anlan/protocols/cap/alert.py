"""A document to an `Alert` and back. Never raises: what is wrong is told as codes, each the name of the element.

Both shapes are read: CAP 1.2 with its namespace, and the Chinese feed without one (GB/T 35965.1 style: `sendTime`, `senderCode`,
colours for severity, `references` of identifiers). The parser resolves no entity, loads no DTD and opens no connection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
LONGEST = 1 << 20
PROFILE = "GB/T 34283 / GB/T 35965.1 style, no namespace"
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Area:
    """`polygons` and `circles` as written; `geocodes` (name, value), the name empty in the Chinese feed."""

    description: str = ""
    polygons: tuple[str, ...] = ()
    circles: tuple[str, ...] = ()
    geocodes: Pairs = ()


@dataclass(frozen=True, slots=True)
class Info:
    """One language. Times and enumerations as written."""

    language: str = ""
    categories: tuple[str, ...] = ()
    event: str = ""
    responses: tuple[str, ...] = ()
    urgency: str = ""
    severity: str = ""
    certainty: str = ""
    event_codes: Pairs = ()
    effective: str = ""
    onset: str = ""
    expires: str = ""
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    parameters: Pairs = ()
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """`chinese` says which shape; `sender_code` stands only there. `references` as written, split at blanks."""

    identifier: str = ""
    sender: str = ""
    sent: str = ""
    status: str = ""
    message_type: str = ""
    scope: str = ""
    restriction: str = ""
    addresses: str = ""
    references: tuple[str, ...] = ()
    sender_code: str = ""
    note: str = ""
    infos: tuple[Info, ...] = ()
    chinese: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """No alert: why, as a short code."""

    code: str


# Names in the document → fields, in the order the standard wants them. The Chinese feed differs in three.
_ALERT = (
    ("identifier", "identifier"), ("sender", "sender"), ("sent", "sent"), ("status", "status"), ("msgType", "message_type"), ("scope", "scope"),
    ("restriction", "restriction"), ("addresses", "addresses"), ("note", "note"),
)  # fmt: skip
_INFO = (
    ("language", "language"), ("event", "event"), ("urgency", "urgency"), ("severity", "severity"), ("certainty", "certainty"),
    ("effective", "effective"), ("onset", "onset"), ("expires", "expires"), ("senderName", "sender_name"), ("headline", "headline"),
    ("description", "description"), ("instruction", "instruction"), ("web", "web"),
)  # fmt: skip
# The order of the schema, for writing.
_INFO_ORDER = (
    "language", "category", "event", "responseType", "urgency", "severity", "certainty", "eventCode", "effective", "onset", "expires",
    "senderName", "headline", "description", "instruction", "web", "parameter", "area",
)  # fmt: skip


def parse(data: bytes) -> Alert | Unread:  # noqa: PLR0911 - one line a refusal
    """Of any bytes. Unread: `empty`, `too_long`, `not_xml`, `doctype`, `root`, `namespace`."""
    if not data.strip():
        return Unread("empty")
    if len(data) > LONGEST:
        return Unread("too_long")
    if b"<!DOCTYPE" in data[:4096].upper():
        return Unread("doctype")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return Unread("not_xml")
    if root.getroottree().docinfo.doctype:
        return Unread("doctype")
    name = etree.QName(root)
    if name.localname != "alert":
        return Unread("root")
    if name.namespace not in (None, NAMESPACE):
        return Unread("namespace")
    return _alert(root, chinese=name.namespace is None)


def _texts(node: Any, name: str) -> tuple[str, ...]:
    return tuple((one.text or "").strip() for one in node.iterfind(f"{{*}}{name}"))


def _text(node: Any, name: str) -> str:
    return next((one for one in _texts(node, name) if one), "")


def _pairs(node: Any, name: str) -> Pairs:
    return tuple((_text(one, "valueName"), _text(one, "value")) for one in node.iterfind(f"{{*}}{name}"))


def _alert(root: Any, *, chinese: bool) -> Alert:
    fields = {field: _text(root, name) for name, field in _ALERT}
    if chinese:
        fields["sent"] = _text(root, "sendTime") or fields["sent"]
    infos = tuple(_info(node, chinese=chinese) for node in root.iterfind("{*}info"))
    return Alert(
        **fields,
        references=tuple(_text(root, "references").split()),
        sender_code=_text(root, "senderCode"),
        infos=infos,
        chinese=chinese,
    )


def _info(node: Any, *, chinese: bool) -> Info:
    fields = {field: _text(node, name) for name, field in _INFO}
    if chinese:
        fields["event"] = _text(node, "eventType") or fields["event"]
    return Info(
        **fields, categories=_texts(node, "category"), responses=_texts(node, "responseType"), event_codes=_pairs(node, "eventCode"),
        parameters=_pairs(node, "parameter"), areas=tuple(_area(one, chinese=chinese) for one in node.iterfind("{*}area")),
    )  # fmt: skip


def _area(node: Any, *, chinese: bool) -> Area:
    codes: Pairs = _pairs(node, "geocode")
    if chinese:
        listed = [code.strip() for text in _texts(node, "geocode") for code in text.split(",") if code.strip()]
        codes = tuple(("", code) for code in dict.fromkeys(listed))
    shapes = {name: tuple(text for text in _texts(node, name) if text) for name in ("polygon", "circle")}
    return Area(_text(node, "areaDesc"), shapes["polygon"], shapes["circle"], codes)


def build(alert: Alert) -> bytes:
    """UTF-8 with the namespace, or without for the Chinese shape. `parse` gives the same alert back; nothing is checked here."""
    root = etree.Element(
        "alert" if alert.chinese else f"{{{NAMESPACE}}}alert", nsmap=None if alert.chinese else {None: NAMESPACE}
    )
    for name, field in _ALERT:
        _put(root, "sendTime" if alert.chinese and name == "sent" else name, getattr(alert, field))
        if name == "sender":
            _put(root, "senderCode", alert.sender_code)
    _put(root, "references", " ".join(alert.references))
    for info in alert.infos:
        _build_info(_child(root, "info"), info, chinese=alert.chinese)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _child(parent: Any, name: str) -> Any:
    space = etree.QName(parent).namespace
    return etree.SubElement(parent, f"{{{space}}}{name}" if space else name)


def _put(parent: Any, name: str, text: str) -> None:
    if text:
        _child(parent, name).text = text


def _put_pairs(parent: Any, name: str, pairs: Pairs) -> None:
    for key, value in pairs:
        node = _child(parent, name)
        _put(node, "valueName", key)
        _put(node, "value", value)


def _build_info(node: Any, info: Info, *, chinese: bool) -> None:
    single = {name: getattr(info, field) for name, field in _INFO}
    lists = {"category": info.categories, "responseType": info.responses}
    pairs = {"eventCode": info.event_codes, "parameter": info.parameters}
    for name in _INFO_ORDER:
        if name == "area":
            for area in info.areas:
                _build_area(_child(node, "area"), area, chinese=chinese)
        elif name in lists:
            for text in lists[name]:
                _child(node, name).text = text
        elif name in pairs:
            _put_pairs(node, name, pairs[name])
        else:
            _put(node, "eventType" if chinese and name == "event" else name, single[name])


def _build_area(node: Any, area: Area, *, chinese: bool) -> None:
    _put(node, "areaDesc", area.description)
    for name, shapes in (("polygon", area.polygons), ("circle", area.circles)):
        for text in shapes:
            _put(node, name, text)
    if chinese:
        _put(node, "geocode", ",".join(code for _name, code in area.geocodes))
    else:
        _put_pairs(node, "geocode", area.geocodes)
