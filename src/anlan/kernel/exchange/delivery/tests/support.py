"""The other side of a line, in one process: its key, what it signs, what it believes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from tests.support.cast import Cast

from anlan.kernel.exchange.delivery import actions, identity, rules
from anlan.kernel.exchange.delivery.models import Parcel, Peer
from anlan.kernel.exchange.delivery.rules import Ack, Envelope
from anlan.kernel.exchange.delivery.types import Card


@dataclass
class Other:
    """Another instance as far as its letters go."""

    cast: Cast
    code: str = "city"
    seed: str = field(default_factory=rules.new_seed)

    def card(self, address: str = "") -> Card:
        return Card(code=self.code, title="示例市", address=address, key=rules.public_key(self.seed))

    def linked(self, address: str = "") -> Peer:
        peer = actions.enter_peer(
            actor=self.cast.actor("admin"), card=self.card(address), kind="city", organisation=self.cast.district, at=self.cast.at
        )  # fmt: skip
        return actions.move_peer(
            actor=self.cast.actor("duty"), peer=peer, step="confirm", at=self.cast.at, fingerprint=rules.fingerprint(peer.key)
        )  # fmt: skip

    def letter(
        self, seq: int, body: Mapping[str, Any], *, subject: str = "incident", to: str = "", seed: str = "", key: UUID | None = None
    ) -> actions.Signed:  # fmt: skip
        text = rules.write_envelope(
            Envelope(id=key or uuid4(), sender=self.code, to=to or identity.code(), seq=seq, subject=subject, made_at=self.cast.at, body=body)
        )  # fmt: skip
        return text, rules.sign(seed or self.seed, text)

    def ack(self, parcel: Parcel, *, state: str = "kept", why: str = "", digest: str = "", seed: str = "") -> actions.Signed:  # fmt: skip
        text = rules.write_ack(
            Ack(id=parcel.pk, sender=self.code, to=identity.code(), digest=digest or rules.digest(parcel.text), state=state, why=why)
        )  # fmt: skip
        return text, rules.sign(seed or self.seed, text)
