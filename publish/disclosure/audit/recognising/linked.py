"""All tables of a folder as one system: equal counts are one unknown, totals are the sums of their parts.

Rule: disclosure specification, "What we do about it": one system of linear constraints over all tables, in which
equal cells are one variable. Which counts are parts of which follows from what they are of (`Key`), not from the
tables that they stand in.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from publish.disclosure.audit.bounding.system import UNBOUNDED, System
from publish.disclosure.audit.recognising.figures import ENGLAND, PATIENTS, Key, Kind, Months, Place, State, Table
from publish.disclosure.audit.recognising.headings import (
    EVERY,
    EVERY_SETTING,
    FOREVER,
    KNOWN_DAYS,
    UNKNOWN_DAYS,
)
from publish.disclosure.audit.recognising.rows import MODALITIES
from publish.disclosure.audit.rule import Rule

Mask = int  # a set of parts, one bit each
# What the name of a group of tests says of the modality that it is a part of.
_MODALITY_OF: Final = (
    ("ultrasound", "diagnostic ultrasonography"),
    ("mri", "magnetic resonance imaging"),
    ("x-ray", "plain radiography"),
    ("(ct)", "computerized axial tomography"),
)


class Source(NamedTuple):
    """Where a count stands: the table, and the figure in it."""

    table: int
    figure: int


@dataclass
class Count:
    """What the files show of one count: where first, and between which numbers it lies.

    `ruled` are the same bounds if every cell had been treated by the rule; they differ from the true ones where a
    cell was not rounded, or shown although it is small. `hidden` tells where a cell hides it.
    """

    source: Source
    low: int
    high: int
    ruled: tuple[int, int]
    hidden: Source | None = None
    shown: Source | None = None
    contradicted: bool = False


Counts = dict[Key, Count]


def counts_of(tables: Sequence[Table], rule: Rule) -> Counts:
    """Every count of the tables, each once."""
    counts: Counts = {}
    seen: dict[tuple[State, float | None], tuple[int, int, tuple[int, int]]] = {}
    count_kind, hidden, shown = Kind.COUNT, State.HIDDEN, State.SHOWN
    for number, table in enumerate(tables):
        for place, (_, _, kind, state, value, key) in enumerate(table.figures):
            if kind is not count_kind:
                continue
            between = seen.get((state, value))
            if between is None:
                between = seen[state, value] = _seen(state, value, rule)
            count = counts.get(key)
            if count is None:
                count = counts[key] = Count(Source(number, place), *between)
            else:
                _join(count, *between)
            if state is hidden:
                count.hidden = count.hidden or Source(number, place)
            elif state is shown and value:
                count.shown = count.shown or Source(number, place)
    return counts


def _seen(state: State, value: float | None, rule: Rule) -> tuple[int, int, tuple[int, int]]:
    """Between which numbers a count lies by one cell, and would by the rule."""
    if state is State.HIDDEN:
        return *rule.hidden, rule.hidden
    if state is State.UNCLEAR:
        return 0, UNBOUNDED, (0, UNBOUNDED)
    if state is State.EMPTY or value is None:
        return 0, 0, (0, 0)
    low, high = rule.shown(int(value)) if value == int(value) else (int(value), int(value) + 1)
    return low, high, rule.treated(int(value))


def _join(count: Count, low: int, high: int, ruled: tuple[int, int]) -> None:
    """Narrow a count by one more cell; where two cells cannot both be right it lies between their extremes."""
    if (count.low, count.high, count.ruled) == (low, high, ruled):
        return
    if max(count.low, low) <= min(count.high, high):
        count.low, count.high = max(count.low, low), min(count.high, high)
    else:
        count.low, count.high, count.contradicted = min(count.low, low), max(count.high, high), True
    lowest, highest = max(count.ruled[0], ruled[0]), min(count.ruled[1], ruled[1])
    if lowest <= highest:
        count.ruled = lowest, highest
    else:
        count.ruled = min(count.ruled[0], ruled[0]), max(count.ruled[1], ruled[1])


@dataclass(frozen=True)
class Relation:
    """A total and its parts: unknowns by number. Where `open`, the parts may lack something of the total."""

    total: int
    parts: tuple[int, ...]
    words: str
    open: bool = False


@dataclass(frozen=True)
class Linked:
    """The unknowns, by the order of `keys`, and what binds them."""

    keys: tuple[Key, ...]
    relations: tuple[Relation, ...]
    touching: Mapping[int, Sequence[int]] = field(default_factory=dict[int, list[int]])

    def system(self, bounds: Iterable[tuple[int, int]]) -> System:
        """The system with these bounds of its unknowns."""
        low, high = np.array(list(bounds), dtype=np.int64).reshape(-1, 2).T
        lengths = np.array([1 + len(relation.parts) for relation in self.relations], dtype=np.int64)
        columns = [place for relation in self.relations for place in (relation.total, *relation.parts)]
        values = np.full(len(columns), -1, dtype=np.int64)
        starts = np.concatenate([[0], np.cumsum(lengths)])
        values[starts[:-1]] = 1
        rows = csr_array((values, np.array(columns, dtype=np.int64), starts), shape=(len(lengths), len(self.keys)))
        most = np.array([UNBOUNDED if relation.open else 0 for relation in self.relations], dtype=np.int64)
        return System(low, high, rows, np.zeros(len(lengths), dtype=np.int64), most)


def linked(counts: Counts) -> Linked:
    """What binds the counts to each other."""
    keys = tuple(counts)
    number = {key: place for place, key in enumerate(keys)}
    relations = list(dict.fromkeys((*_over_dimensions(number), *_over_places(number), *_over_labels(number))))
    touching: dict[int, list[int]] = defaultdict(list)
    for place, relation in enumerate(relations):
        for unknown in (relation.total, *relation.parts):
            touching[unknown].append(place)
    return Linked(keys, tuple(relations), touching)


def _over_dimensions(number: Mapping[Key, int]) -> Iterator[Relation]:
    """Totals over months, settings, days, sexes and bands of patients."""
    dimensions: tuple[tuple[str, Callable[[frozenset[object]], dict[object, Mask]], str], ...] = (
        ("months", _month_masks, "months"),
        ("setting", _setting_masks, "source settings"),
        ("days", _day_masks, "bands of days"),
        ("sex", _part_masks, "sexes"),
        ("band", _part_masks, "groups of patients"),
    )
    of_place = Key._fields.index("place")
    for name, masks, words in dimensions:
        at = Key._fields.index(name)
        families: dict[tuple[object, ...], dict[Place, dict[object, int]]] = defaultdict(dict)
        for key, unknown in number.items():
            family = key[:of_place], key.place[0], key[of_place + 1 : at], key[at + 1 :]
            of_family = families[family].setdefault(key.place, {})
            of_family[key[at]] = unknown
        for of_places in families.values():
            available = frozenset(value for values in of_places.values() for value in values)
            if len(available) > 1:
                for total, parts, whole in _covers(masks, available):
                    yield from _sums(of_places.values(), total, parts, words, open_=not whole)


def _sums(
    of_places: Iterable[Mapping[object, int]], total: object, parts: Sequence[object], words: str, *, open_: bool
) -> Iterator[Relation]:
    """One relation for each place. A part that has no row is none: rows stand only where there is activity."""
    for values in of_places:
        present = tuple(values[part] for part in parts if part in values)
        if total in values and present:
            yield Relation(values[total], present, words, open_)


@cache
def _covers(
    masks: Callable[[frozenset[object]], dict[object, Mask]], available: frozenset[object]
) -> tuple[tuple[object, tuple[object, ...], bool], ...]:
    """For each value others that make it up; the flag tells whether they do so wholly."""
    found: list[tuple[object, tuple[object, ...], bool]] = []
    for masks_of in _groups(masks, available):
        made: set[object] = set()
        for whole in sorted(masks_of, key=lambda value: (masks_of[value].bit_count(), masks_of[value])):
            for parts, exact in _ways(whole, masks_of, made):
                found.append((whole, parts, exact))
                made |= {whole} if exact else set()
    return tuple(found)


def _ways(
    whole: object, masks: Mapping[object, Mask], made: set[object]
) -> Iterator[tuple[tuple[object, ...], bool]]:
    """How a value is made up: by the finest others, and once more by each one that these say nothing of.

    They say something of one that is among them, within one of them, or itself made up by others (`made`).
    """
    mask = masks[whole]
    smaller = {value: each for value, each in masks.items() if value != whole and each and each & ~mask == 0}
    ordered = sorted(smaller, key=lambda value: (smaller[value].bit_count(), smaller[value]))
    parts, exact = _cover(mask, ordered, smaller)
    if parts:
        yield parts, exact
    within = [smaller[part] for part in parts]
    for value in ordered:
        if value not in made and not any(smaller[value] & ~part == 0 for part in within):
            others, exact = _cover(mask & ~smaller[value], ordered, smaller)
            yield (value, *others), exact


def _cover(mask: Mask, ordered: Sequence[object], masks: Mapping[object, Mask]) -> tuple[tuple[object, ...], bool]:
    """The finest disjoint values that make up all of a mask; otherwise the widest within it, and False."""
    inside = [value for value in ordered if masks[value] & ~mask == 0]
    exact = _exactly([(value, masks[value]) for value in inside], mask)
    return (exact, True) if exact else (_apart(inside[::-1], masks), not mask)


def _groups(
    masks: Callable[[frozenset[object]], dict[object, Mask]], available: frozenset[object]
) -> Iterator[dict[object, Mask]]:
    """The values as masks, the total among each: days of request and of report apart, ages and deciles apart."""
    kinds = {value: _kind(value) for value in available}
    for kind in sorted(set(kinds.values()) - {EVERY}) or [EVERY]:
        yield masks(frozenset(value for value in available if kinds[value] in (kind, EVERY)))


def _kind(value: object) -> str:
    """What a value divides by, where one dimension divides in several ways."""
    if isinstance(value, tuple) and value and isinstance(value[0], str):
        return value[0]
    return value.split(": ")[0] if isinstance(value, str) and ": " in value else EVERY


def _exactly(parts: Sequence[tuple[object, Mask]], whole: Mask) -> tuple[object, ...]:
    """Disjoint parts that make up the whole, the finest first; nothing where there are none."""
    if not whole:
        return ()
    lowest = whole & -whole
    for value, mask in parts:
        if mask & lowest and mask & ~whole == 0:
            rest = whole & ~mask
            if not rest:
                return (value,)
            if others := _exactly(parts, rest):
                return (value, *others)
    return ()


def _apart(values: Sequence[object], masks: Mapping[object, Mask]) -> tuple[object, ...]:
    """Disjoint values, taken in this order."""
    taken, chosen = 0, []
    for value in values:
        if masks[value] and not masks[value] & taken:
            taken |= masks[value]
            chosen.append(value)
    return tuple(chosen)


def _month_masks(values: frozenset[object]) -> dict[object, Mask]:
    spans: list[Months] = [value for value in values if isinstance(value, tuple) and value[0]]
    if not spans:
        return {}
    first = min(span[0] for span in spans)
    return {span: (1 << (span[1] + 1 - first)) - (1 << (span[0] - first)) for span in spans}


def _setting_masks(values: frozenset[object]) -> dict[object, Mask]:
    bits = {code: 1 << place for place, code in enumerate(EVERY_SETTING.split("+"))}
    return {value: sum(bits[code] for code in (str(value) or EVERY_SETTING).split("+")) for value in values}


def _day_masks(values: frozenset[object]) -> dict[object, Mask]:
    """Bands of days by the pieces into which their ends cut time; one bit more for tests without a day."""
    days = {value: value[1] for value in values if isinstance(value, tuple) and value}
    bands = [span for span in days.values() if isinstance(span, tuple)]
    starts = sorted({0, *(span[0] for span in bands), *(span[1] + 1 for span in bands if span[1] < FOREVER)})
    known = (1 << len(starts)) - 1
    unknown = 1 << len(starts)
    words = {KNOWN_DAYS: known, UNKNOWN_DAYS: unknown}
    masks: dict[object, Mask] = {(): known | unknown} if () in values else {}
    for value, span in days.items():
        masks[value] = (
            words[span]
            if isinstance(span, str)
            else sum(1 << place for place, start in enumerate(starts) if span[0] <= start <= span[1])
        )
    return masks


def _part_masks(values: frozenset[object]) -> dict[object, Mask]:
    """Parts that do not overlap, and their total."""
    parts = sorted(str(value) for value in values if value != EVERY)
    masks: dict[object, Mask] = {part: 1 << place for place, part in enumerate(parts)}
    return masks | ({EVERY: (1 << len(parts)) - 1} if EVERY in values and len(parts) > 1 else {})


def _over_places(number: Mapping[Key, int]) -> Iterator[Relation]:
    """England and its regions, boards, providers; a region and its boards and providers."""
    families: dict[tuple[object, ...], dict[tuple[str, str, str], int]] = defaultdict(dict)
    for key, unknown in number.items():
        families[key[:2] + key[3:]][key.place] = unknown
    for family, places in families.items():
        yield from _within(places, open_=family[0] == PATIENTS)


def _within(places: Mapping[Place, int], *, open_: bool) -> Iterator[Relation]:
    """Of patients some have no known board: with `open_` the places may lack something of the total."""
    by_level: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        by_level[place[0]].append(place)
    below = (("Region", "regions"), ("ICB", "boards"), ("Organisation", "providers or commissioners"))
    for level, words in below:
        parts = by_level[level]
        if ENGLAND in places and parts:
            nobody = by_level["None"] if level == "Organisation" else []
            yield Relation(places[ENGLAND], tuple(places[part] for part in (*parts, *nobody)), words, open_)
        if level == "Region":
            continue
        for region in by_level["Region"]:
            inside = tuple(places[part] for part in parts if part[1] == region[1])
            if inside:
                yield Relation(places[region], inside, f"{words} of the region", open_)


def _over_labels(number: Mapping[Key, int]) -> Iterator[Relation]:
    """A group of tests, or the interventional ones, are among those of their modality.

    Totals of all modalities bind nothing: they are large, may hold more than is printed, and would tie every
    modality to every other, which makes one search of many.
    """
    parts: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for key, unknown in number.items():
        basis, interventional, _ = key.basis.partition(", interventional")
        modality = _modality_of(key.label)
        if not interventional and modality == key.label:
            continue
        whole = number.get(key._replace(basis=basis, label=modality))
        if whole is not None:
            parts[whole, bool(interventional)].append(unknown)
    for (whole, _), found in parts.items():
        yield Relation(whole, tuple(found), "tests among those of the modality", open=True)


@cache
def _modality_of(label: str) -> str:
    """The modality that a group of tests is a part of; a modality itself."""
    if label in MODALITIES:
        return label
    return next((name for mark, name in _MODALITY_OF if mark in label), label)
