"""The linked system of a release: every count on which its tables rest, as a sum of the finest counts.

Cells of several tables that gather the same finest counts are one unknown. All else that leads from one cell to
another (a total and its parts, a year and its months, England and its providers, one table and the next) follows
from what the cells gather. Nothing here knows a table: a further one is one more specification.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from publish.counts.reduction import COMMISSIONER_KEYS, INTERVALS, PATIENT_KEYS, TEST_KEYS, Counts
from publish.disclosure.secondary import System
from publish.fields.setting import GP_DIRECT_ACCESS
from publish.tables.builder import KEYS, gathering, starts_of_bands
from publish.tables.specification import Level, TableSpec
from publish.tables.truth import ENGLAND_CODE, YEAR, TrueTable

Numbers = NDArray[np.int64]

NONE: Final = -1  # stands for the unknown of a cell that counts nothing: zero is not hidden
TESTS, COMMISSIONERS, PATIENTS = "tests", "commissioners", "patients"
OUTSIDE: Final = -1  # the block of what is counted at sites outside England
_FIRST: Final = next(iter(INTERVALS))
_OF_COMMISSIONER: Final = {Level.COMMISSIONER: True, Level.NO_COMMISSIONER: False}
_DIVISIONS: Final = (("counts", "modality", "region_code"), ("modality",))  # from fine to coarse
_SAME_DAYS: Final = ("interval", "month", "modality", "cancer_group", "setting", "days")
_SAME_PLACE: Final = ("month", "region_code", "modality")
_NO_PARTS: Final = pl.DataFrame(
    schema=dict.fromkeys((*TEST_KEYS, *COMMISSIONER_KEYS, *PATIENT_KEYS), pl.String)
    | {"interventional": pl.Boolean, "days": pl.Int32, "tests": pl.Int64}
)
_GOLDEN: Final = (5**0.5 - 1) / 2  # multiples of it never come close to each other, less whole numbers


@dataclass(frozen=True)
class Linked:
    """`system` has the unknowns of a release, and what ties them. Table by table, `tests` names the unknown on
    which each cell rests, `of` that of which it is a part (NONE where there is none).
    """

    system: System
    tests: tuple[Numbers, ...]
    of: tuple[Numbers, ...]


def linked(tables: Sequence[TrueTable], counts: Counts) -> Linked:
    """The linked system of all tables of a release, which were built from these counts.

    Raises ArithmeticError where its unknowns are not the counts of the tables: then it would prove nothing.
    """
    parts = _parts(tables, counts)
    cells, gathered = _unknowns([_gathered(table, parts) for table in tables])
    unknowns = gathered["sum"].n_unique()
    ties, outside = _ties(parts)
    sums = pl.concat(
        [gathered.with_columns(sign=pl.lit(1, pl.Int32)), ties.with_columns(pl.col("sum") + unknowns)],
        how="diagonal",
    )
    tests = np.concatenate([parts["tests"].to_numpy(), outside])
    blocks = [np.append(_numbered(parts, keys), np.full(outside.size, OUTSIDE)) for keys in _DIVISIONS]
    system = _system(tests, sums, blocks, unknowns)
    found = [_of_cells(table, cells.filter(pl.col("table") == place)) for place, table in enumerate(tables)]
    result = Linked(system, tuple(each[0] for each in found), tuple(each[1] for each in found))
    _check(result, tables)
    return result


def _unknowns(gathered: Sequence[pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The unknown (`sum`) of each cell (`table`, `cell`, `whole`), and the parts of each (`sum`, `part`)."""
    cell = ["table", "cell", "whole"]
    every = pl.concat([frame.with_columns(table=pl.lit(place)) for place, frame in enumerate(gathered)]).sort(cell)
    every = every.with_columns(group=pl.struct(cell).rle_id())
    sums = _sets(every["group"].to_numpy(), every["part"].to_numpy())
    cells = every.select(*cell, "group").unique("group", maintain_order=True).with_columns(sum=pl.Series(sums))
    kept = cells.unique("sum", keep="first", maintain_order=True).select("group", "sum")
    return cells.drop("group"), every.join(kept, on="group", maintain_order="left").select("sum", "part")


def _sets(groups: Numbers, members: Numbers) -> Numbers:
    """A number for each of the groups (0, 1, … in order, each with its members): equal sets have the same number,
    in the order in which they first appear. Two sums of 64 bits tell sets apart."""
    starts = np.searchsorted(groups, np.arange(groups[-1] + 1 if groups.size else 0))
    if not starts.size:
        return np.empty(0, np.int64)
    marks = np.stack([np.add.reduceat(_mark(members, seed), starts) for seed in (1, 2)])
    _, first, number = np.unique(marks, axis=1, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number.reshape(-1)]


def _mark(members: Numbers, seed: int) -> NDArray[np.uint64]:
    """A fixed number of 64 bits for each member, without any pattern (the mixing function of SplitMix64)."""
    mixed = (members.astype(np.uint64) * np.uint64(2) + np.uint64(seed)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _ties(parts: pl.DataFrame) -> tuple[pl.DataFrame, Numbers]:
    """What ways of counting the same tests have in common (`sum`, `part`, `sign`), and further parts for it: tests
    at sites outside England, which only the set by commissioner has.

    Tests by one interval and by the other; by provider and by characteristic of the patient; by provider and by
    commissioner.
    """
    of_set = {name: parts.filter(pl.col("counts") == name) for name in (TESTS, COMMISSIONERS, PATIENTS)}
    first = of_set[TESTS].filter(pl.col("interval") == _FIRST)
    inside, outside = _by_provider_and_commissioner(of_set, parts.height)
    ties = [
        *(_between_intervals(of_set[name]) for name in (TESTS, COMMISSIONERS)),
        *(
            _tie(patients, first, _SAME_PLACE)
            for _, patients in of_set[PATIENTS].group_by("characteristic", maintain_order=True)
        ),
        inside,
    ]
    tests = pl.concat([parts.select("part", "tests"), _as_parts(outside, parts.height)])
    tied = _that_hold(
        pl.concat([frame.with_columns(kind=pl.lit(place)) for place, frame in enumerate(ties)]), tests
    )
    numbered = tied.sort("kind", "sum").with_columns(sum=pl.struct("kind", "sum").rle_id().cast(pl.Int64))
    return numbered.drop("kind"), outside


def _as_parts(tests: Numbers, first: int) -> pl.DataFrame:
    return pl.DataFrame({"part": np.arange(first, first + tests.size), "tests": tests}).cast(pl.Int64)


def _that_hold(ties: pl.DataFrame, tests: pl.DataFrame) -> pl.DataFrame:
    """Those ties whose two sides are as many tests: where they are not, nothing follows from one to the other."""
    sides = ties.join(tests, on="part").group_by("kind", "sum").agg(more=(pl.col("sign") * pl.col("tests")).sum())
    return ties.join(sides.filter(pl.col("more") == 0), on=["kind", "sum"], how="semi")


def _by_provider_and_commissioner(of_set: dict[str, pl.DataFrame], parts: int) -> tuple[pl.DataFrame, Numbers]:
    """Tests by commissioner less those by provider, less those outside England, which are further parts."""
    direct = pl.when(pl.col("setting") == GP_DIRECT_ACCESS).then("setting")
    by_commissioner, by_provider = of_set[COMMISSIONERS], of_set[TESTS].with_columns(setting=direct)
    inside = _tie(by_commissioner, by_provider, _SAME_DAYS)
    tests = pl.concat([by_commissioner, by_provider]).select("part", "tests")
    more = inside.join(tests, on="part").group_by("sum").agg(outside=(pl.col("sign") * pl.col("tests")).sum())
    found = more.filter(pl.col("outside") > 0).sort("sum").with_row_index("part", parts)
    slack = found.select("sum", pl.col("part").cast(pl.Int64), sign=pl.lit(-1, pl.Int32))
    return pl.concat([inside, slack]), found["outside"].to_numpy()


def _between_intervals(of_set: pl.DataFrame) -> pl.DataFrame:
    first = pl.col("interval") == _FIRST
    keys = [name for name in of_set.columns if name not in ("part", "interval", "days", "tests")]
    return _tie(of_set.filter(first), of_set.filter(~first), keys)


def _tie(one: pl.DataFrame, other: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """`sum`, `part`, `sign`: the parts of one way of counting less those of the other, wherever both have any.

    Months are one where one of the two ways does not tell them apart.
    """
    if any(frame["month"].null_count() == frame.height for frame in (one, other)):
        keys = [name for name in keys if name != "month"]
    common = one.select(keys).unique(maintain_order=True).join(
        other.select(keys).unique(), on=keys, how="semi", nulls_equal=True
    ).sort(keys).with_row_index("sum")  # fmt: skip
    sides = [
        frame.select(*keys, "part")
        .join(common, on=keys, nulls_equal=True)
        .select(pl.col("sum").cast(pl.Int64), "part", sign=pl.lit(sign, pl.Int32))
        for frame, sign in ((one, 1), (other, -1))
    ]
    return pl.concat(sides)


def _numbered(parts: pl.DataFrame, keys: Sequence[str]) -> Numbers:
    there = [pl.col(key).fill_null(ENGLAND_CODE) for key in keys if key in parts.columns]
    return parts.select(pl.concat_str(there).rank("dense").cast(pl.Int64)).to_series().to_numpy()


def _system(tests: Numbers, sums: pl.DataFrame, blocks: Sequence[Numbers], unknowns: int) -> System:
    """The system, with parts that no sum tells apart as one. A count costs more to hide the larger it is, and a
    tie, which is no count, cannot be hidden. No two costs are the same: that breaks ties between solutions.
    """
    by_part = sums.sort("part", "sum")
    part, sign = by_part["part"].to_numpy().astype(np.int64), by_part["sign"].to_numpy().astype(np.int64)
    number = by_part["sum"].to_numpy().astype(np.int64)
    kept, group = np.unique(part, return_inverse=True)
    own_block = 2 * (number.max(initial=0) + 2) + blocks[0][kept]
    groups, members = np.append(group, np.arange(kept.size)), np.append(2 * number + (sign < 0), own_block)
    order = np.argsort(groups, kind="stable")
    merged = _sets(groups[order], members[order])
    first = np.unique(merged, return_index=True)[1]
    together = np.bincount(merged, weights=tests[kept]).astype(np.int64)
    entries = np.unique(np.stack([number, merged[group], sign]), axis=1)
    system = System(
        parts=together,
        sums=entries[0],
        members=entries[1],
        signs=entries[2],
        costs=np.zeros(number.max(initial=-1) + 1),
        blocks=tuple(division[kept][first] for division in blocks),
    )
    values = np.maximum(system.values, 1)
    apart = 1 + (np.arange(values.size) * _GOLDEN % 1) / 1000
    costs = np.where(np.arange(values.size) < unknowns, (1 + np.log2(values)) * apart, np.inf)
    return replace(system, costs=costs)


def _of_cells(table: TrueTable, cells: pl.DataFrame) -> tuple[Numbers, Numbers]:
    """The unknown of each cell of a table, and that of which it is a part."""
    found = np.full((2, table.cells.height), NONE, np.int64)
    found[cells["whole"].to_numpy().astype(np.int64), cells["cell"].to_numpy()] = cells["sum"].to_numpy()
    return found[0], found[1]


def _check(found: Linked, tables: Sequence[TrueTable]) -> None:
    values = np.append(found.system.values, 0)  # the last is that of NONE
    for table, tests, of in zip(tables, found.tests, found.of, strict=True):
        for numbers, column in ((tests, "tests"), (of, "of")):
            if (values[numbers] != table.cells[column].fill_null(0).to_numpy()).any():
                raise ArithmeticError(f"the linked system does not give the counts of {table.spec.name}")


def _parts(tables: Sequence[TrueTable], counts: Counts) -> pl.DataFrame:
    """The finest counts that the tables tell apart: `part` (number), `counts` (the set), the columns of the counts,
    and `tests`. Days stand for their band, by its first day.
    """
    used = dict.fromkeys(table.spec.basis.counts for table in tables)
    sets = [_set(name, getattr(counts, name), tables) for name in used]
    return pl.concat([_NO_PARTS, *sets], how="diagonal").with_row_index("part").cast({"part": pl.Int64})


def _set(name: str, counts: pl.DataFrame, tables: Sequence[TrueTable]) -> pl.DataFrame:
    """The finest counts of one set. An interval whose days no table asks for holds the same tests as the first, and
    months that no table of the set tells apart are one, without a month.
    """
    of_set, specs = [table for table in tables if table.spec.basis.counts == name], [t.spec for t in tables]
    held = counts.lazy().filter(pl.col("month").is_in({str(month) for table in of_set for month in table.months}))
    if not _tell_months(of_set):
        held = held.with_columns(month=pl.lit(None, pl.String))
    if "interval" in counts.columns:
        starts = {each: _starts(specs, each) for each in INTERVALS}
        kept = [each for each in INTERVALS if each == _FIRST or starts[each]]
        held = held.filter(pl.col("interval").is_in(kept)).with_columns(days=_first_day(starts))
    keys = [column for column in counts.columns if column != "tests"]
    summed = held.group_by(keys).agg(pl.col("tests").sum()).filter(pl.col("tests") > 0)
    return summed.with_columns(pl.col(pl.Categorical).cast(pl.String), counts=pl.lit(name)).collect().sort(keys)


def _tell_months(tables: Sequence[TrueTable]) -> bool:
    columns = (column for table in tables for column in table.spec.columns_for(table.months))
    return len({table.months for table in tables}) > 1 or any(column.period != YEAR for column in columns)


def _starts(specs: Sequence[TableSpec], interval: str) -> tuple[int, ...]:
    """The days on which a band of days begins, or the one before has ended."""
    return starts_of_bands(
        [each for spec in specs if spec.interval == interval for each in gathering(spec.columns)]
    )


def _first_day(starts: dict[str, tuple[int, ...]]) -> pl.Expr:
    """The first day of the band of the days; none where they are not known, or nobody asks."""
    first = pl.lit(None, pl.Int32)
    for interval, days in starts.items():
        for day in days:
            first = pl.when((pl.col("interval") == interval) & (pl.col("days") >= day)).then(day).otherwise(first)
    return first


def _gathered(table: TrueTable, parts: pl.DataFrame) -> pl.DataFrame:
    """What each cell gathers: `cell` (its number), `whole` (whether it is what the cell is a part of), `part`."""
    spec, cells = table.spec, table.cells.with_row_index("cell")
    chosen = _chosen(table, parts)
    found: list[pl.DataFrame] = []
    for column in spec.columns_for(table.months):
        of_column = cells.filter(pl.col("period") == column.period, pl.col("column") == column.name)
        for whole, each in enumerate((column, column.of)):
            if each:
                held = chosen.filter(each.selects)
                found += [_of_level(level, held, of_column, whole=bool(whole)) for level in spec.basis.levels]
    return pl.concat(found)


def _chosen(table: TrueTable, parts: pl.DataFrame) -> pl.DataFrame:
    spec = table.spec
    of_table = parts.filter(
        pl.col("counts") == spec.basis.counts,
        pl.col("month").is_null() | pl.col("month").is_in([str(month) for month in table.months]),
        *([pl.col("interval") == _interval(spec)] if spec.interval else []),
        *(pl.col(name) == value for name, value in spec.only),
    )
    texts = [(gathered, label.text) for label in spec.labels for gathered in label.gathers]
    labels = pl.DataFrame(texts, schema=[spec.labelled_by, "label"], orient="row")
    labelled = of_table.join(labels, on=spec.labelled_by)
    if not spec.settings:
        return labelled.with_columns(row_setting=pl.lit(""))
    by_setting = (
        (labelled.filter(pl.col(spec.divided_by).is_in(each.gathers)) if each.gathers else labelled).with_columns(
            row_setting=pl.lit(each.text)
        )
        for each in spec.settings
    )
    return pl.concat(by_setting)


def _interval(spec: TableSpec) -> str | None:
    asks = any(each.days or each.undated for each in gathering(spec.columns))
    return spec.interval if asks else _FIRST


def _of_level(level: Level, chosen: pl.DataFrame, cells: pl.DataFrame, *, whole: bool) -> pl.DataFrame:
    keys = KEYS[level]
    if level in _OF_COMMISSIONER:
        chosen = chosen.filter(pl.col("commissioner_code").is_not_null() == _OF_COMMISSIONER[level])
    region = pl.col(keys[0]).fill_null(ENGLAND_CODE) if keys else pl.lit(ENGLAND_CODE)
    code = pl.col(keys[-1]).fill_null(ENGLAND_CODE) if len(keys) > 1 else pl.lit(ENGLAND_CODE)
    placed = chosen.select("part", "label", setting="row_setting", region_code=region, org_code=code)
    of_level = cells.filter(pl.col("level") == level.value)
    on = ("region_code", "org_code", "label", "setting")
    return placed.join(of_level.select(*on, "cell"), on=on).select("cell", pl.lit(whole).alias("whole"), "part")
