"""How the sign-in library keeps, draws and words the second factor."""

from __future__ import annotations

import base64
import hmac

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

QUIET = 4  # modules of white around a QR code (ISO/IEC 18004:2015, 9.1)


def _box() -> MultiFernet:
    """Secrets at rest are sealed with a key drawn from SECRET_KEY; earlier keys still open them."""
    keys = (str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
    drawn = (hmac.digest(key.encode(), b"anlan second factor", "sha256") for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in drawn])


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("验证码不对或已用过。等下一个再输。"),
        "cannot_generate_recovery_codes": _("先开启两步验证，再换发恢复码。"),
    }

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise ValidationError(_("系统密钥换过，验证码无法核对。请管理员代为关闭两步验证。")) from None

    def build_totp_svg(self, url: str) -> str:
        """The QR code as one `<path>`: no style, no script, no data address."""
        code = qrcode.QRCode(border=QUIET)
        code.add_data(url)
        rows = code.get_matrix()
        dark = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, cell in enumerate(row) if cell)
        side, name = len(rows), gettext("二维码")
        return (
            f'<svg class="qr" viewBox="0 0 {side} {side}" width="{side * 5}" height="{side * 5}" role="img" aria-label="{name}">'
            f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{dark}"/></svg>'
        )
