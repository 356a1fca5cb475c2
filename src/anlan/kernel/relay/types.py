"""Words of handing over. Pure."""

from __future__ import annotations

from collections.abc import Mapping

INCIDENT, RECEIPT = "incident", "incident_receipt"  # subjects on the line
STATES: Mapping[str, str] = {"linked": "随时传送", "closed": "已停止传送"}
MOST_ENTRIES, MOST_BYTES = 60, 600_000  # of one parcel
READ, HAND_OVER = "relay.read", "relay.hand_over"
