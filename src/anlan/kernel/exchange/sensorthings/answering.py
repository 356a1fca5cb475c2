"""From an address to JSON: which entities are meant, in which order, with which of their properties and relations. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import quote

from anlan.kernel.exchange.intake import Refusal
from anlan.kernel.exchange.sensorthings import times
from anlan.kernel.exchange.sensorthings.catalogue import RELATIONS, SETS, Catalogue, Id, properties_of, values
from anlan.kernel.exchange.sensorthings.judging import fits
from anlan.kernel.exchange.sensorthings.options import Options
from anlan.kernel.exchange.sensorthings.sampling import Page, Sampler
from anlan.kernel.observations import quality
from anlan.kernel.observations.store.chunks import Reader
from anlan.kernel.observations.store.types import Columns

_SEGMENT = re.compile(r"([A-Za-z]+)(?:\((\d{1,18}|'[^'/]{1,80}')\))?")
CONFORMANCE = tuple(
    f"http://www.opengis.net/spec/iot_sensing/1.1/req/{part}"
    for part in ("datamodel", "resource-path", "request-data", "create-update-delete/create-entity",
                 "create-update-delete/deep-insert", "data-array/data-array")
)  # fmt: skip
_ARRAY = ("id", "phenomenonTime", "result", "resultTime", "resultQuality")


@dataclass(frozen=True)
class Spot:
    """What an address leads to: one entity or several of a set; observations by their streams, or one of them as `rows`."""

    name: str
    single: bool
    ids: tuple[Id, ...] = ()
    streams: tuple[int, ...] = ()
    rows: Columns | None = None
    rest: tuple[str, ...] = ()  # a property, `$value` or `$ref`


def literal(one: Id) -> str:
    return str(one) if isinstance(one, int) else f"'{one}'"


class Answering:
    """One answer to one reader. `base` is the address of the service, without a slash at its end."""

    def __init__(self, known: Catalogue, reader: Reader | None, base: str) -> None:
        self._known, self._base = known, base
        self._sampler = Sampler(reader, known)

    def answer(self, path: str, options: Options) -> Any:
        """JSON-able, or bytes for a `$value`. Raises Refusal."""
        segments = [one for one in path.split("/") if one]
        if not segments:
            return self._root()
        spot = self._walk(segments)
        if spot.rest:
            return self._part(spot, options)
        _check(spot.name, options)
        address = f"{self._base}/{'/'.join(segments)}"
        if not spot.single:
            return self._several(spot, options, address)
        if spot.name == "Observations" and spot.rows is not None:
            return self._observations(spot.rows, options)[0]
        return self._entity(spot.name, spot.ids[0], options)

    def _root(self) -> dict[str, Any]:
        return {"value": [{"name": name, "url": f"{self._base}/{name}"} for name in SETS],
                "serverSettings": {"conformance": list(CONFORMANCE)}}  # fmt: skip

    # ---- where an address leads
    def _walk(self, segments: Sequence[str]) -> Spot:
        name, given = _segment(segments[0])
        if name not in RELATIONS:
            raise Refusal(404, "not_found", f"没有“{name[:40]}”。有：{'、'.join(SETS)}。")
        spot = self._first(name, given)
        for place, segment in enumerate(segments[1:], 1):
            word = segment.partition("(")[0]
            if spot.single and word in RELATIONS[spot.name]:
                spot = self._follow(spot, *_segment(segment))
            else:
                return replace(spot, rest=tuple(segments[place:]))
        return spot

    def _first(self, name: str, given: Id | None) -> Spot:
        if name == "Observations":
            if given is None:
                return Spot(name, False, streams=tuple(sorted(self._known.streams)))
            return Spot(name, True, rows=self._sampler.one(*times.named(str(given))))
        if given is None:
            return Spot(name, False, tuple(self._known.entities[name]))
        self._known.find(name, given)
        return Spot(name, True, (given,))

    def _follow(self, spot: Spot, word: str, given: Id | None) -> Spot:
        target, single = RELATIONS[spot.name][word]
        if spot.rows is not None:
            stream = int(spot.rows.stream[0])
            ids: tuple[Id, ...] = (stream if target == "Datastreams" else self._known.streams[stream].thing,)
            return Spot(target, True, ids)
        if target == "Observations":
            streams = self._known.observed(spot.name, spot.ids[0])
            if given is None:
                return Spot(target, False, streams=streams)
            stream, end = times.named(str(given))
            return Spot(target, True, rows=self._sampler.one(stream if stream in streams else 0, end))
        ids = self._known.related(spot.name, spot.ids[0], word)
        if given is not None and (single or given not in ids):
            raise Refusal(404, "not_found", f"这里没有 {word}({literal(given)})。")
        if given is not None or single:
            return Spot(target, True, (given,) if given is not None else ids)
        return Spot(target, False, ids)

    def _part(self, spot: Spot, options: Options) -> Any:
        """A property of an entity, its bare value, or only the addresses of several."""
        if options.asked and spot.rest != ("$ref",):
            raise Refusal(400, "parameter", "取一个属性时不带参数。")
        if spot.rest == ("$ref",) and not spot.single and spot.name != "Observations":
            ids = self._chosen(spot, options)
            return {"value": [{"@iot.selfLink": self._link(spot.name, one)} for one in ids[: options.top]]}
        if not spot.single or len(spot.rest) > 2 or (len(spot.rest) == 2 and spot.rest[1] != "$value"):
            raise Refusal(404, "not_found", "没有这个地址。")
        whole = (
            self._observations(spot.rows, Options())[0]
            if spot.rows is not None
            else dict(self._known.find(spot.name, spot.ids[0]))
        )
        word = spot.rest[0]
        if word not in whole or "@" in word:
            raise Refusal(404, "not_found", f"没有属性“{word[:40]}”。")
        return whole[word] if len(spot.rest) == 2 else {word: whole[word]}

    # ---- several
    def _several(self, spot: Spot, options: Options, address: str) -> dict[str, Any]:
        _check(spot.name, options)
        if spot.name == "Observations":
            return self._sampled(spot.streams, options, address)
        if options.data_array:
            raise Refusal(400, "parameter", "只有 Observations 可以用 dataArray。")
        ids = self._chosen(spot, options)
        found: dict[str, Any] = {"@iot.count": len(ids)} if options.count else {}
        if options.after:
            if len(options.after) != len(options.order) + 1:
                raise Refusal(400, "parameter", "$skiptoken 只能照抄 @iot.nextLink 里的。")
            ids = [one for one in ids if _beyond(self._place(spot.name, one, options), options)]
        rest = ids[options.skip :]
        shown = rest[: options.top]
        if len(rest) > options.top > 0:
            found["@iot.nextLink"] = f"{address}?{options.next_query(self._place(spot.name, shown[-1], options))}"
        return found | {"value": [self._entity(spot.name, one, options) for one in shown]}

    def _chosen(self, spot: Spot, options: Options) -> list[Id]:
        """Those that fulfil the filter, in order; ties by id."""
        ids = sorted(spot.ids, key=_rank)
        node = options.filter
        if node is not None:
            fits(node, partial(values, self._known, spot.name, ()))  # says what is wrong, whatever there is
            ids = [one for one in ids if fits(node, partial(values, self._known, spot.name, (one,)))]
        for path, down in reversed(options.order):
            values(self._known, spot.name, (), path)
            ids.sort(key=lambda one, path=path: _rank(self._first_value(spot.name, one, path)), reverse=down)  # type: ignore[misc]
        return ids

    def _first_value(self, name: str, one: Id, path: tuple[str, ...]) -> Any:
        found = values(self._known, name, (one,), path)
        return found[0] if found and isinstance(found[0], str | int | float) else None

    def _place(self, name: str, one: Id, options: Options) -> tuple[Any, ...]:
        return (*(self._first_value(name, one, path) for path, _down in options.order), one)

    # ---- one
    def _link(self, name: str, one: Id) -> str:
        return f"{self._base}/{name}({literal(one)})"

    def _entity(self, name: str, one: Id, options: Options) -> dict[str, Any]:
        return self._dressed(name, one, dict(self._known.find(name, one)), options)

    def _dressed(self, name: str, one: Id, facts: dict[str, Any], options: Options) -> dict[str, Any]:
        """With its address, the addresses of its relations, and those relations that are to be shown."""
        link, wanted = self._link(name, one), _wanted(options)
        found: dict[str, Any] = {"@iot.id": one, "@iot.selfLink": link} if wanted is None else {}
        if wanted is not None and wanted & {"id", "@iot.id"}:
            found = {"@iot.id": one}
        found |= {word: value for word, value in facts.items() if wanted is None or word in wanted}
        shown = options.expand or {}
        for word in RELATIONS[name]:
            if word in shown:
                found |= self._expanded(name, one, word, shown[word])
            elif wanted is None or word in wanted:
                found[f"{word}@iot.navigationLink"] = f"{link}/{word}"
        return found

    def _expanded(self, name: str, one: Id, word: str, options: Options) -> dict[str, Any]:
        spot = self._follow(Spot(name, True, (one,)), word, None)
        if spot.single:
            return {word: self._entity(spot.name, spot.ids[0], options)}
        inner = self._several(spot, options, f"{self._link(name, one)}/{word}")
        kept = {f"{word}{key}": value for key, value in inner.items() if key != "value"}
        return kept | {word: inner["value"]}

    # ---- observations
    def _sampled(self, streams: tuple[int, ...], options: Options, address: str) -> dict[str, Any]:
        page = self._sampler.page(streams, options)
        found: dict[str, Any] = {} if page.count is None else {"@iot.count": page.count}
        if page.after is not None:
            found["@iot.nextLink"] = f"{address}?{_again(options, page)}"
        if options.data_array:
            return found | {"value": self._arrays(page.rows)}
        return found | {"value": self._observations(page.rows, options)}

    def _observations(self, rows: Columns, options: Options) -> list[dict[str, Any]]:
        found = []
        for stream, end, facts in zip(rows.stream.tolist(), rows.end.tolist(), _facts(rows), strict=True):
            one = times.name_of(stream, end)
            dressed = self._dressed("Observations", one, facts, replace(options, expand={}))
            for word, inner in (options.expand or {}).items():
                target = "Datastreams" if word == "Datastream" else "FeaturesOfInterest"
                led: Id = stream if word == "Datastream" else self._known.streams[stream].thing
                dressed.pop(f"{word}@iot.navigationLink", None)
                dressed[word] = self._entity(target, led, inner)
            found.append(dressed)
        return found

    def _arrays(self, rows: Columns) -> list[dict[str, Any]]:
        """One array a stream, in the order of the page."""
        found: dict[int, dict[str, Any]] = {}
        for stream, end, facts in zip(rows.stream.tolist(), rows.end.tolist(), _facts(rows), strict=True):
            mine = found.setdefault(stream, {
                "Datastream@iot.navigationLink": self._link("Datastreams", stream), "components": list(_ARRAY),
                "dataArray@iot.count": 0, "dataArray": [],
            })  # fmt: skip
            mine["dataArray@iot.count"] += 1
            mine["dataArray"].append([times.name_of(stream, end), *(facts[word] for word in _ARRAY[1:])])
        return list(found.values())


def _segment(text: str) -> tuple[str, Id | None]:
    match = _SEGMENT.fullmatch(text)
    if match is None:
        raise Refusal(404, "not_found", f"地址里“{text[:40]}”读不懂。")
    name, given = match.groups()
    if given is None:
        return name, None
    return name, given[1:-1] if given.startswith("'") else int(given)


def _check(name: str, options: Options) -> None:
    """Raises Refusal 400 for what this set has not, whatever there is to show, here or further on."""
    unknown = [one for one in options.select if one.split("/")[0] not in properties_of(name)]
    if unknown:
        raise Refusal(400, "parameter", f"{name} 没有属性“{unknown[0][:40]}”。")
    for word, inner in (options.expand or {}).items():
        if word not in RELATIONS[name]:
            raise Refusal(400, "parameter", f"{name} 没有“{word[:40]}”可以展开。有：{'、'.join(RELATIONS[name])}。")
        _check(RELATIONS[name][word][0], inner)


def _wanted(options: Options) -> set[str] | None:
    """What `$select` leaves; None for everything."""
    return {one.split("/")[0] for one in options.select} or None


def _rank(value: Any) -> tuple[int, Any]:
    """Null before numbers before texts."""
    if value is None:
        return (0, 0)
    return (2, value) if isinstance(value, str) else (1, value)


def _beyond(place: tuple[Any, ...], options: Options) -> bool:
    """Whether an entity at this place comes after the one the page before ended with."""
    turned = [*(down for _path, down in options.order), False]
    for mine, last, down in zip(place, options.after, turned, strict=True):
        if _rank(mine) != _rank(last):
            return (_rank(mine) > _rank(last)) != down
    return False


def _again(options: Options, page: Page) -> str:
    if page.after:
        return options.next_query(page.after)
    return "&".join(f"{name}={quote(text, safe='')}" for name, text in options.asked)


def _facts(rows: Columns) -> list[dict[str, Any]]:
    """The properties of each observation. A missing value is null; the mark and the judgement are its quality."""
    spans, ends = times.spans(rows.start, rows.end), times.written(rows.end)
    values_ = [value if math.isfinite(value) else None for value in rows.value.tolist()]
    marks = [quality.SENT[min(one, len(quality.SENT) - 1)][0] for one in rows.sent.tolist()]
    judged = rows.judged.tolist()
    return [
        {"phenomenonTime": span, "resultTime": end, "result": value,
         "resultQuality": {"mark": mark, "judged": code, "meaning": quality.JUDGED[code]}}
        for span, end, value, mark, code in zip(spans, ends, values_, marks, judged, strict=True)
    ]  # fmt: skip
