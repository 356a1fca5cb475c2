"""Whose post needs a second factor and who has none is told so on the workbench."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.kernel.access import second_factor
from anlan.kernel.access.types import Actor
from anlan.kernel.web.types import Waiting


def waiting(actor: Actor, _at: datetime) -> Iterable[Waiting]:
    roles = second_factor.needed_by(actor.roles)
    if roles and not second_factor.has(actor.person_id):
        yield Waiting(
            kind=_("账号"), title=_("开启两步验证"), fact=_("%(roles)s须开启") % {"roles": "、".join(roles)},
            sender="", verb=_("开启"), url=reverse("mfa_index"),
        )  # fmt: skip
