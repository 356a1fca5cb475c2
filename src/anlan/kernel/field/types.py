"""What a phone sends and what it is answered. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Kind = Literal["open", "step", "comment", "check"]
# What became of an entry. The first four are receipts: the phone may let go of it. `photos` and `again` are not.
Result = Literal["stored", "proposal", "kept", "refused", "photos", "again"]


@dataclass(frozen=True)
class Photo:
    """A photo that an entry refers to: what it shows, and the SHA-256 (hex) of the bytes that the phone sends or sent."""

    kind: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Made:
    """One thing done in the field, as the phone wrote it down. `made_at` is the phone's own time; `drift` is how many seconds the
    phone was ahead of the server when they last spoke, None when it does not know. `case` is a number, or the id of an `open`.
    `task` is a check; its answers are `values` by `r-`, `n-`, `t-` and the item's id, its photos' kinds `p_` and the item's id."""

    key: UUID
    kind: Kind
    person: int
    post: int
    edition: str
    made_at: datetime
    drift: int | None = None
    process: str = ""
    case: str = ""
    step: str = ""
    task: int = 0
    seen: str = ""
    seen_line: int | None = None
    note: str = ""
    owner: int = 0
    title: str = ""
    fact: str = ""
    place: str = ""
    case_kind: str = ""
    source: str = "other"
    longitude: float | None = None
    latitude: float | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    photos: tuple[Photo, ...] = ()
    digest: str = ""
    whole: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """The answer to one entry. `sentence` is for the person; `case` the number of the case it is in; `wants` the photos that are not
    here yet."""

    id: str
    result: Result
    sentence: str
    code: str = ""
    case: str = ""
    wants: tuple[str, ...] = ()
    drift: int = 0

    @property
    def final(self) -> bool:
        return self.result not in ("photos", "again")
