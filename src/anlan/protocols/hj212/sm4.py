"""The encrypted data area of HJ 212-2025: SM4 (GB/T 32907) ECB over whole blocks, the tail of under 16 bytes stays clear."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB

from anlan.protocols.hj212.content import content
from anlan.protocols.hj212.crc import crc
from anlan.protocols.hj212.frame import BLOCKS, Frame


def _cipher(key: bytes) -> Cipher[ECB]:
    if len(key) != 16:
        raise ValueError("an SM4 key has 16 bytes")
    return Cipher(SM4(key), ECB())  # noqa: S305 - the standard prescribes it


def opened(frame: Frame, key: bytes) -> tuple[bytes, int] | None:
    """(plaintext segment, bytes of it that were sent in clear) of an encrypted frame; None when the key does not fit its check."""
    segment = frame.segment
    found = BLOCKS.search(segment)
    if found is None or not segment.endswith(b"&&"):
        return None
    blocks, clear = bytes(int(one, 16) for one in found[1].split(b",")), segment[found.end() : -2]
    if len(blocks) % 16:
        return None
    turned = _cipher(key).decryptor()
    plain = segment[: found.start()] + b"CP=&&" + turned.update(blocks) + turned.finalize() + clear + b"&&"
    return (plain, len(clear)) if f"{crc(plain):04X}" == frame.crc_declared.upper() else None


def sealed(segment: bytes, key: bytes) -> bytes:
    """A frame whose CP is encrypted; the length counts what is sent."""
    head, _sign, rest = segment.partition(b"CP=&&")
    inside = rest.removesuffix(b"&&")
    whole = len(inside) // 16 * 16
    turned = _cipher(key).encryptor()
    blocks = ",".join(f"0x{byte:02X}" for byte in turned.update(inside[:whole]) + turned.finalize())
    sent = head + b"CP=&&{" + blocks.encode() + b"}" + inside[whole:] + b"&&"
    return b"##%04d" % len(sent) + sent + f"{crc(segment):04X}\r\n".encode()


def plain_frame(frame: Frame, segment: bytes) -> Frame:
    """The encrypted frame with what its key has opened."""
    qn, head, shape, values = content(segment)
    return frame._replace(computed=int(frame.crc_declared, 16), qn=qn, head=head, shape=shape, values=values)
