"""Choosing one of many: an organisation, or a thing of another room. Few are a plain list; many are a box to write in.

Without script the box has a short list of proposals and takes a name, a code or words of it; when several fit, the form comes back
with those to choose from. With script (`frontend/src/picker.ts`) it searches while one writes. A list sends the id under the field's
own name, a box its words under the name with `-said`: what a person writes is never taken for an id. Whoever acts checks again; what
a form offered is no permission.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor

FEW = 30  # up to so many stand in a plain list; the most that is ever proposed at once
LONGEST = 200  # characters of what is written
SAID = "-said"  # the box of a field is named after it
_SIGNER = Signer(salt="anlan.picking")


@dataclass(frozen=True)
class Choice:
    """`value` is what a list sends, `text` what stands in the box and is read back, `note` what helps to tell it from others."""

    value: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Picker:
    """What the control shows. `many`: `choices` are only the first of them."""

    choices: Sequence[Choice]
    many: bool
    url: str  # where a script searches
    value: str = ""
    text: str = ""
    matches: Sequence[Choice] = ()  # what the written words may mean, when they mean several


def sent(given: Mapping[str, Any], name: str) -> tuple[str, str]:
    """(id, words) that a form sent for the field; an id from a list goes before the words of the box."""
    chosen, words = (str(given.get(one) or "").strip()[:LONGEST] for one in (name, name + SAID))
    return chosen, "" if chosen else words


# ---- organisations
@dataclass(frozen=True)
class Units:
    """Which organisations a field offers: open ones of these `kinds` and `ids` (none named: any) but those of the kinds `but`, at or
    below the path `under` (None: the whole district, "": none)."""

    kinds: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    under: str | None = None
    ids: tuple[int, ...] = ()

    def rows(self) -> QuerySet[Organisation]:
        rows = Organisation.objects.filter(closed_on=None).order_by("path")
        if self.kinds:
            rows = rows.filter(kind__in=self.kinds)
        if self.ids:
            rows = rows.filter(pk__in=self.ids)
        if self.under is not None:
            rows = rows.filter(path__startswith=self.under) if self.under else rows.none()
        return rows.exclude(kind__in=self.but) if self.but else rows

    def only(self) -> Organisation | None:
        """The one there is, when there is only one: nobody need be asked."""
        found = list(self.rows()[:2])
        return found[0] if len(found) == 1 else None

    def token(self) -> str:
        """For the address a script asks: nobody can ask for more than a page of theirs offered."""
        return _SIGNER.sign(json.dumps(asdict(self), separators=(",", ":")))

    @classmethod
    def of(cls, token: str) -> Units:
        """Raises Refused `bad_request` for what we did not sign."""
        try:
            given = json.loads(_SIGNER.unsign(token))
        except BadSignature:
            raise Refused("bad_request", "这个地址不对。刷新页面后再找。") from None
        return cls(tuple(given["kinds"]), tuple(given["but"]), given["under"], tuple(given["ids"]))


def units(
    actor: Actor, permission: str = "", *, kinds: Sequence[str] = (), but: Sequence[str] = ("section",)
) -> Units:  # fmt: skip
    """Organisations of the actor's reach under a permission; without one, those of the whole district."""
    how_far = policy.reach(actor, permission) if permission else "district"
    return Units(tuple(kinds), tuple(but), None if how_far == "district" else actor.path if how_far else "")


def _label(one: Organisation) -> str:
    return f"{one.name}（{one.code}）"


def _choice(one: Organisation) -> Choice:
    short = one.short_name if one.short_name and one.short_name not in one.name else ""
    return Choice(str(one.pk), _label(one), " · ".join(word for word in (one.get_kind_display(), short) if word))


def search(rows: QuerySet[Organisation], words: str) -> QuerySet[Organisation]:
    """Those whose name, short name or code holds every word."""
    for word in words.replace("（", " ").replace("）", " ").split()[:6]:
        rows = rows.filter(Q(name__icontains=word) | Q(short_name__icontains=word) | Q(code__icontains=word))
    return rows


def find(rows: QuerySet[Organisation], chosen: str, words: str) -> list[Organisation]:
    """What a form means: by id, else by code, by whole name, by words of them. At most FEW; one is an answer."""
    if chosen:
        return list(rows.filter(pk=int(chosen))) if chosen.isdecimal() and len(chosen) < 19 else []
    if not words:
        return []
    code = words[words.rfind("（") + 1 : -1] if words.endswith("）") and "（" in words else words
    if one := rows.filter(code=code).first():
        return [one]
    named = list(rows.filter(Q(name=words) | Q(short_name=words))[:FEW])
    return named or (list(search(rows, words)[:FEW]) if len(words) > 1 else [])


def chosen(offered: Units, given: Mapping[str, Any], name: str) -> Organisation:
    """The organisation a form named. Raises Refused at the field."""
    found = maybe(offered, given, name)
    if found is None:
        raise Refused(name, "没有选单位。", name)
    return found


def maybe(offered: Units, given: Mapping[str, Any], name: str) -> Organisation | None:
    """The organisation a form named; None when nothing was sent. Raises Refused at the field for what means none or several."""
    number, words = sent(given, name)
    found = find(offered.rows(), number, words)
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused(name, f"“{words[:30]}”对得上不止一个单位。从列出的单位里选一个。", name)
    if words:
        raise Refused(name, f"没有“{words[:30]}”这个单位，或不归你选。换个写法再找。", name)
    if number:
        raise Refused(name, "没有选单位，或不归你选。", name)
    return None


def filtered(offered: Units, given: Mapping[str, Any], name: str) -> Organisation | None:
    """The organisation that a list is filtered by; None for none, and for words that mean none or several."""
    found = find(offered.rows(), *sent(given, name))
    return found[0] if len(found) == 1 else None


def picker(offered: Units, given: Mapping[str, Any], name: str, own: int | None = None) -> Picker:
    """The control for organisations as a form stands now; `own` is chosen while nothing was sent."""
    number, words = sent(given, name)
    if own and not {name, name + SAID} & set(given):
        number = str(own)
    first = list(offered.rows()[: FEW + 1])
    found = find(offered.rows(), number, words)
    one = found[0] if len(found) == 1 else None
    value = str(one.pk) if one else ""
    if len(first) <= FEW:
        return Picker([Choice(str(row.pk), str(row)) for row in first], False, "", value)
    several = [_choice(row) for row in found] if len(found) > 1 else []
    url = f"{reverse('pick_organisations')}?of={offered.token()}"
    return Picker(
        several or [_choice(row) for row in first[:FEW]], True, url, value, _label(one) if one else words, several
    )


def organisations(request: HttpRequest) -> HttpResponse:
    """The answer to a script: what fits the words, of what the page offered."""
    rows = search(Units.of(request.GET.get("of", "")).rows(), request.GET.get("q", "")[:LONGEST])
    return answer([_choice(row) for row in rows[:FEW]])


def answer(choices: Sequence[Choice]) -> HttpResponse:
    told = {"rows": [{"text": one.text, "note": one.note} for one in choices[:FEW]], "more": len(choices) >= FEW}
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


# ---- things of other rooms, told as choices
def fitting(choices: Sequence[Choice], words: str) -> list[Choice]:
    """What the words mean among them: the one of that whole text, else every one that holds them all."""
    exact = [one for one in choices if words == one.text]
    parts = words.lower().split()
    return exact[:1] or [one for one in choices if all(part in f"{one.text} {one.note}".lower() for part in parts)]


def picker_of(
    choices: Sequence[Choice], given: Mapping[str, Any], name: str, url: str, *, fixed: bool = True, listed: bool = False
) -> Picker:  # fmt: skip
    """The control for a room's own choices. `fixed`: they depend on nothing else of the form. `listed`: show what there is, as somebody
    without script asked for."""
    number, words = sent(given, name)
    found = [one for one in choices if one.value == number] if number else fitting(choices, words) if words else []
    one = found[0] if len(found) == 1 else None
    value = one.value if one else ""
    if fixed and len(choices) <= FEW:
        return Picker(choices, False, url, value)
    several = found[:FEW] if len(found) > 1 else choices[:FEW] if listed and not found else ()
    return Picker(several or choices[:FEW], True, url, value, one.text if one else words, several)
