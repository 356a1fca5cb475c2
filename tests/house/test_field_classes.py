"""Every field that holds a person's name, number or paper says whose it is; what is masked by that is masked in its register too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pytest
from django.apps import apps
from django.db import models

from anlan.kernel.access.personal import CLASSES, masked, masked_number
from anlan.server.product import CAPABILITIES

pytestmark = pytest.mark.pure
# Words of a field's name that speak of a person. A `name` may be a thing's: it counts beside one of these that is masked.
PERSON = re.compile(
    r"(^|_)(phone|mobile|telephone|contact|email|driver|id_number|id_card|paper_id|identity|pupil|student|child|parent|reporter|caller|victim|patient|witness|"
    r"casualty|medicine|members|escort|guardian|birth|surname|keeper|holder|plate)(_|$)"
)  # fmt: skip
NAME = re.compile(r"(^|_)name$")
TEXTS = (models.CharField, models.TextField, models.JSONField, models.EmailField)


def lacking(label: str, texts: Iterable[str], given: Mapping[str, str]) -> list[str]:
    """What of a model's text fields looks like a person's and has no class."""
    fields = list(texts)
    people = [one for one in fields if PERSON.search(one) and not one.endswith("_by")]
    private = [one for one in people if one not in given or CLASSES[given[one]].masked]
    names = [one for one in fields if NAME.search(one) and one not in people] if private else []
    return [f"{label}.{one}" for one in (*people, *names) if one not in given]


def ours() -> list[type[models.Model]]:
    return [one for one in apps.get_models() if one.__module__.startswith("anlan.")]


def classes_of(model: type[models.Model]) -> Mapping[str, str]:
    found: Mapping[str, str] = getattr(model, "field_classes", {})
    return found


def texts_of(model: type[models.Model]) -> list[str]:
    return [one.name for one in model._meta.concrete_fields if isinstance(one, TEXTS) and not one.choices]


def test_every_field_of_a_person_says_whose_it_is() -> None:
    """Give the model `field_classes = {"…": "person"}`, with a class of `kernel/access/personal.py`."""
    assert [one for model in ours() for one in lacking(model._meta.label, texts_of(model), classes_of(model))] == []


@pytest.mark.parametrize(
    ("texts", "given", "expected"),
    [
        (["phone"], {}, ["M.phone"]),
        (["phone", "name"], {"phone": "person"}, ["M.name"]),
        (["name", "address"], {}, []),
        (["phone", "name"], {"phone": "firm"}, []),
        (["contact_name"], {}, ["M.contact_name"]),
        (["holder"], {"holder": "office"}, []),
        (["signed_by", "actor_name", "taken_by"], {}, []),
    ],
)
def test_a_planted_field_without_a_class_is_named(texts: list[str], given: dict[str, str], expected: list[str]) -> None:
    assert lacking("M", texts, given) == expected


def test_what_is_declared_is_there_and_known() -> None:
    for model in ours():
        for name, slug in classes_of(model).items():
            assert model._meta.get_field(name), f"{model._meta.label}.{name}"
            assert slug in CLASSES, f"{model._meta.label}.{name}: {slug}"


def test_registers_mask_what_is_a_persons_and_hold_nothing_narrow() -> None:
    """Lists, exports, the API and search of a register leave out or mask `personal` columns: so these must be exactly the masked ones."""
    for sheet in (one for capability in CAPABILITIES for one in capability.sheets):
        given = classes_of(sheet.model)
        for column in sheet.columns:
            where = f"{sheet.slug}.{column.name}"
            found = CLASSES[given[column.name]] if column.name in given else None
            assert column.personal == bool(found and found.masked), where
            assert not (found and found.narrow), where


def test_the_original_of_a_narrow_field_has_a_permission_and_a_verb() -> None:
    """Who keeps narrow fields declares how they are read: a permission and a verb of the journal that end in unmask and unmasked."""
    packs = {
        model._meta.app_label for model in ours() if any(CLASSES[one].narrow for one in classes_of(model).values())
    }
    assert packs
    permissions = {one.slug for capability in CAPABILITIES for one in capability.permissions}
    verbs = {one.slug for capability in CAPABILITIES for one in capability.verbs}
    for slug in {one.removesuffix("unmask") for one in permissions if one.endswith("unmask")}:
        assert any(
            verb.endswith("unmasked") for verb in verbs if verb.split(".")[0] in (slug.split(".")[0], "casework")
        ), slug
    assert sum(one.endswith("unmask") for one in permissions) >= len(packs)


def test_masks() -> None:
    assert (masked("欧阳示例"), masked("")) == ("欧**", "")
    assert (masked_number("13800001234"), masked_number("1234"), masked_number("")) == ("***1234", "***", "")
