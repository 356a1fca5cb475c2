"""What one reader may see of stations, devices and streams, as SensorThings entities. Pure; read afresh every few seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from anlan.kernel.exchange.intake import Refusal

Id = int | str
Entity = Mapping[str, Any]
# Set -> its relations: word in an address -> (set it leads to, whether it leads to one).
RELATIONS: Mapping[str, Mapping[str, tuple[str, bool]]] = {
    "Things": {"Locations": ("Locations", False), "HistoricalLocations": ("HistoricalLocations", False),
               "Datastreams": ("Datastreams", False)},
    "Locations": {"Things": ("Things", False), "HistoricalLocations": ("HistoricalLocations", False)},
    "HistoricalLocations": {"Thing": ("Things", True), "Locations": ("Locations", False)},
    "Datastreams": {"Thing": ("Things", True), "Sensor": ("Sensors", True), "ObservedProperty": ("ObservedProperties", True),
                    "Observations": ("Observations", False)},
    "Sensors": {"Datastreams": ("Datastreams", False)},
    "ObservedProperties": {"Datastreams": ("Datastreams", False)},
    "Observations": {"Datastream": ("Datastreams", True), "FeatureOfInterest": ("FeaturesOfInterest", True)},
    "FeaturesOfInterest": {"Observations": ("Observations", False)},
}  # fmt: skip
SETS = tuple(RELATIONS)


@dataclass(frozen=True)
class StreamFacts:
    """What ties a stream to the others, all by id."""

    thing: int
    sensor: int
    property: str


@dataclass(frozen=True)
class Catalogue:
    """Entities by set and id, without their relations; `streams` holds those. Observations are not here."""

    entities: Mapping[str, Mapping[Id, Entity]]
    streams: Mapping[int, StreamFacts]
    of_thing: Mapping[int, tuple[int, ...]] = field(default_factory=dict)  # streams by station
    of_sensor: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    of_property: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def find(self, name: str, one: Id) -> Entity:
        """Raises Refusal 404: not there, or not for this reader."""
        found = self.entities[name].get(one)
        if found is None:
            raise Refusal(404, "not_found", f"没有 {name}({one!r})，或不能看。")
        return found

    def related(self, name: str, one: Id, relation: str) -> tuple[Id, ...]:
        """Ids of the entities a relation leads to (not observations)."""
        if name == "Datastreams":
            facts = self.streams[int(one)]
            single: dict[str, Id] = {
                "Thing": facts.thing,
                "Sensor": facts.sensor,
                "ObservedProperty": facts.property,
            }
            return (single[relation],)
        if relation == "Datastreams":
            if name == "ObservedProperties":
                return self.of_property.get(str(one), ())
            return (self.of_thing if name == "Things" else self.of_sensor).get(int(one), ())
        if relation in ("Locations", "Things"):
            return (one,) if one in self.entities[relation] else ()
        return ()  # stations do not move here: their former places are not kept

    def observed(self, name: str, one: Id) -> tuple[int, ...]:
        """The streams whose observations `name(one)/Observations` are."""
        if name == "Datastreams":
            return (int(one),)
        return self.of_thing.get(int(one), ())  # a feature of interest is a station


def catalogue(entities: Mapping[str, Mapping[Id, Entity]], streams: Mapping[int, StreamFacts]) -> Catalogue:
    """With the relations turned round, in order of id."""
    things: dict[int, list[int]] = {}
    sensors: dict[int, list[int]] = {}
    properties: dict[str, list[int]] = {}
    for number, facts in sorted(streams.items()):
        things.setdefault(facts.thing, []).append(number)
        sensors.setdefault(facts.sensor, []).append(number)
        properties.setdefault(facts.property, []).append(number)
    return Catalogue(
        {name: dict(entities.get(name, {})) for name in SETS},
        streams,
        {key: tuple(found) for key, found in things.items()},
        {key: tuple(found) for key, found in sensors.items()},
        {key: tuple(found) for key, found in properties.items()},
    )


def values(one: Catalogue, name: str, ids: tuple[Id, ...], parts: tuple[str, ...]) -> list[Any]:
    """What a path of a filter or an order leads to from these entities. Raises Refusal 400 for a path that leads nowhere."""
    head, rest = parts[0], parts[1:]
    if head in RELATIONS[name]:
        target, _single = RELATIONS[name][head]
        if target == "Observations":
            raise Refusal(400, "filter", "不能按观测值筛选这里的条目。筛 Observations 本身。")
        if not rest:
            raise Refusal(400, "filter", f"“{head}”后面要写属性，如 {head}/name。")
        led = dict.fromkeys(number for entity in ids for number in one.related(name, entity, head))
        return values(one, target, tuple(led), rest)
    if head in ("id", "@iot.id") and not rest:
        return list(ids)
    known = _KNOWN[name]
    if head not in known:
        raise Refusal(400, "filter", f"{name} 没有属性“{'/'.join(parts)[:60]}”。")
    found: list[Any] = [one.entities[name][entity].get(head) for entity in ids]
    for part in rest:
        found = [value.get(part) if isinstance(value, Mapping) else None for value in found]
    return found


_COMMON = frozenset({"name", "description", "properties"})
_KNOWN: Mapping[str, frozenset[str]] = {
    "Things": _COMMON,
    "Locations": _COMMON | {"encodingType", "location"},
    "HistoricalLocations": frozenset({"time"}),
    "Datastreams": _COMMON | {"observationType", "unitOfMeasurement"},
    "Sensors": _COMMON | {"encodingType", "metadata"},
    "ObservedProperties": _COMMON | {"definition"},
    "Observations": frozenset({"phenomenonTime", "resultTime", "result", "resultQuality"}),
    "FeaturesOfInterest": _COMMON | {"encodingType", "feature"},
}


def properties_of(name: str) -> frozenset[str]:
    """What may stand in `$select`: properties and relations."""
    return _KNOWN[name] | {"id", "@iot.id"} | set(RELATIONS[name])
