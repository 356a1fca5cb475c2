"""The elements of a frame in either encoding.

ASCII bodies are read in two ways: hex text of a HEX/BCD body, or words (`Z 6.38 VT 12.50`). Neither is confirmed by a
frame with a right check; what cannot be read stays as it is.
"""

from __future__ import annotations

import re
from datetime import datetime

from anlan.protocols.sl651.elements import Element, measured, read
from anlan.protocols.sl651.frame import Frame, time_of
from anlan.protocols.sl651.table import WORDS

_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.([0-9]{1,7}))?")
_MISSING = "M"


def _read_words(text: bytes) -> tuple[list[Element], bytes]:
    """`ST address class`, `TT time`, then words and numbers; `M` is missing. Stops at the first it does not know."""
    found: list[Element] = []
    observed: datetime | None = None
    tokens = [(token[0].decode("latin-1"), token.end()) for token in re.finditer(rb"[^ ]+", text)]
    done = at = 0
    while at + 1 < len(tokens):
        word, value = tokens[at][0], tokens[at + 1][0]
        used, number = 2, _NUMBER.fullmatch(value)
        if word == "ST" and at + 2 < len(tokens) and len(tokens[at + 2][0]) == 1:
            used, letter = 3, tokens[at + 2][0]
            found.append(Element("F1F1", "station", text=value, station_class=f"{ord(letter):02X}"))
        elif word == "TT":
            observed = time_of(value)
            found.append(Element("F0F0", "time", observed, text=value))
        elif word in WORDS and (number or value == _MISSING):
            decimals = len(number[1] or "") if number else 0
            found.append(measured(WORDS[word], float(value) if number else None, observed, decimals=decimals))
        else:
            break
        at += used
        done = tokens[at - 1][1]
    return found, text[done:].strip(b" ")


def elements(frame: Frame) -> tuple[list[Element], bytes]:
    """Those of an uplink frame, and the rest that cannot be read; of a downlink frame nothing but the rest.

    Of several packets only the first begins with elements; join them first (`join.Joiner`).
    """
    if frame.down or frame.number > 1:
        return [], frame.elements
    if not frame.ascii:
        return read(frame.elements)
    text = frame.elements
    try:
        return read(bytes.fromhex(text.decode("ascii")))
    except ValueError:
        return _read_words(text)
