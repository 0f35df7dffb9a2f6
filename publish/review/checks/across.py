"""Tables against each other: what two of them both tell must agree."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from publish.disclosure.control import NO_DATA, SUPPRESSED, ProtectedTable
from publish.disclosure.policy import Policy
from publish.review.checks.draft import CheckedDraft, Outcome, failed_where, how_many, number, row_words, table_word
from publish.review.checks.limits import ROW, apart, count_columns, counts_of, of_level, period_word
from publish.tables.specification import YEAR, Column, Level, Measure, TableSpec

SHOWN_TWICE: Final = ("level", "region_code", "org_code", "what", "period_shown")
PATIENTS, COMMISSIONERS = "patients", "commissioners"
_NOT_SHOWN: Final = {-1.0: SUPPRESSED, -2.0: NO_DATA}  # what is told in place of a figure
_PLACE: Final = ["level", "region_code", "org_code"]
_MEDIANS_OF: Final = {"2": "1", "3": "1", "5": "4", "6": "4"}


def tables_against_each_other(draft: CheckedDraft) -> Outcome:
    """The same figure in several tables, parts in other tables, medians that are hidden with their counts."""
    of_document = (*draft.tables.england.values(), draft.tables.year_to_date, draft.tables.year_before)
    tables = [*draft.tables, *(table for table in of_document if table)]
    places = [
        *_same_figures(tables),
        *_settings(list(draft.tables), draft.policy),
        *_no_more_than(list(draft.tables), draft.policy),
        *_medians_hidden(draft.tables.provider),
        *_medians_of_year(tables),
    ]
    return failed_where(
        places,
        f"{how_many(len(places), 'figure', 'figures')} in one table cannot be true together with those of another.",
        "Wherever two tables tell the same figure they agree, no part exceeds its whole in another table, and "
        "medians are hidden with their counts.",
    )


def _same_figures(tables: Sequence[ProtectedTable]) -> Iterator[str]:
    """Figures that several tables tell: Table 1's year and the total of Table 11, England here and there."""
    every = pl.concat([_keyed(table) for table in tables])
    told = every.group_by(SHOWN_TWICE).agg(least=pl.col("told").min(), most=pl.col("told").max())
    differ = told.filter(pl.col("least") != pl.col("most"))
    several = every.join(differ, on=SHOWN_TWICE, how="semi", maintain_order="left").with_columns(words=_where())
    for _, cells in several.group_by(SHOWN_TWICE, maintain_order=True):
        by_table = dict(cells.select("table", "told").iter_rows())
        listed = "; ".join(f"{table}: {_told(value)}" for table, value in by_table.items())
        yield f"{cells['words'][0]}: {listed}"


def _told(value: float) -> str:
    return _NOT_SHOWN.get(value) or number(value)


def _where() -> pl.Expr:
    """Where a cell stands, in words."""
    return pl.concat_str(
        pl.when(pl.col("level") == Level.ENGLAND.value)
        .then(pl.lit("England"))
        .otherwise(pl.concat_str(pl.col("provider_name"), pl.lit(" ("), pl.col("org_code"), pl.lit(")"))),
        *(pl.lit(", ") + pl.col(name) for name in ("label", "described")),
    )


def _keyed(table: ProtectedTable) -> pl.DataFrame:
    """The cells of a table with what they are of (`what`), of which months, what they tell, where they stand."""
    spec = table.spec
    cells = table.cells
    if spec.basis.counts == PATIENTS:  # by region these count by the site, other tables by the provider
        cells = of_level(cells, Level.ENGLAND)
    counts = [column.name for column in count_columns(spec, table.months)]
    # a month without tests has no data, a total of none says 0: they tell the same
    no_tests = pl.col("column").is_in(counts) & (pl.col("status") == NO_DATA)
    told = pl.when(no_tests).then(0.0).when(pl.col("status") == "").then("value")
    for value, status in _NOT_SHOWN.items():
        told = told.when(pl.col("status") == status).then(value)
    months = f"{table.months[0]}/{table.months[-1]}"
    return cells.join(_meanings(table), on=["label", "setting", "period", "column"], maintain_order="left").select(
        *_PLACE,
        "what",
        period_shown=pl.when(pl.col("period") == YEAR).then(pl.lit(months)).otherwise("period"),
        told=told,
        table=pl.lit(table_word(table)),
        **{name: pl.col(name) for name in ("provider_name", "label", "described")},
    )


def _meanings(table: ProtectedTable) -> pl.DataFrame:
    """What the cells of each label, setting and column tell, written so that another table's can be compared."""
    rows = [
        (label.text, setting, column.period, column.name, _what(table.spec, label.gathers, gathers, column), words)
        for label in table.spec.labels
        for setting, gathers in _settings_of(table.spec)
        for column in table.columns
        if (words := ", ".join(filter(None, (setting, column.name or period_word(column.period)))))
    ]
    texts = dict.fromkeys(("label", "setting", "period", "column"), pl.String)
    return pl.DataFrame(rows, {**texts, "what": pl.Categorical, "described": pl.String}, orient="row")


def _settings_of(spec: TableSpec) -> list[tuple[str, tuple[str, ...]]]:
    return [(setting.text, setting.gathers) for setting in spec.settings] or [("", ())]


def _what(spec: TableSpec, label: tuple[str, ...], setting: tuple[str, ...], column: Column) -> str:
    """Which tests a cell is of, and what it says of them."""
    measure = column.measure(spec.measure)
    gathered = dict(column.gathers) | ({spec.divided_by: setting} if setting else {})
    # bands are of one characteristic of patients; what gathers them all counts the same tests under each
    only = [pair for pair in spec.only if pair[0] != "characteristic" or "band" in gathered]
    by_days = measure.is_median or column.days or column.undated or (column.of and column.of.days)
    parts = (
        spec.basis.counts if spec.basis.counts == COMMISSIONERS else "",
        measure.value,
        spec.labelled_by,
        sorted(label),
        sorted((name, sorted(values)) for name, values in gathered.items()),
        only,
        (column.days, column.undated, spec.interval) if by_days else (),
        (column.of.days, column.of.undated) if column.of else (),
    )
    return repr(parts)


def _settings(tables: Sequence[ProtectedTable], policy: Policy) -> Iterator[str]:
    """The totals of Tables 10 and 13 against the settings of Table 11 that make them."""
    singles = [_by_setting(table, policy) for table in tables if table.spec.number == "11"]
    if not singles:
        return
    atoms = pl.concat(singles).unique([*_PLACE, "gathers", "code"], maintain_order=True)
    for number_of, title in (("10", "Table 10"), ("13", "Table 13, its four quarters together,")):
        wholes = _totals([table for table in tables if table.spec.number == number_of], policy)
        for codes, group in dict.fromkeys(wholes.select("codes", "group").iter_rows()):
            of_group = wholes.filter(pl.col("codes") == codes)
            held = atoms.filter(pl.col("code").is_in(codes.split())).join(of_group, on="level", how="semi")
            listed = held.filter(pl.col("gathers").is_in(of_group["gathers"].unique().to_list()))
            for row in apart(of_group, listed, [*_PLACE, "gathers"]).iter_rows(named=True):
                where = row_words(row["provider_name"] or "", row["org_code"] or "", row["gathers"], group)
                yield (
                    f"{where}: {title} has {number(row['least'])} to {number(row['most'])} tests, Table 11 "
                    f"{number(row['parts_least'])} to {number(row['parts_most'])}"
                )


def _by_setting(table: ProtectedTable, policy: Policy) -> pl.DataFrame:
    codes = {column.name: column.gathers[0][1][0] for column in table.columns if column.gathers}
    cells = counts_of(table, policy).filter(pl.col("column").is_in(list(codes)))
    named = cells.with_columns(code=pl.col("column").replace_strict(codes, return_dtype=pl.String))
    return _with_gathers(table.spec, named).select(*_PLACE, "provider_name", "gathers", "code", "least", "most")


def _totals(tables: Sequence[ProtectedTable], policy: Policy) -> pl.DataFrame:
    """The totals of each group of settings, of all quarters together where the tables are by quarter."""
    keys = [*_PLACE, "gathers", "codes", "group"]
    parts = [
        _with_gathers(table.spec, counts_of(table, policy).filter(pl.col("column") == column.name)).select(
            *(*_PLACE, "provider_name", "gathers", "least", "most"),
            codes=pl.lit(" ".join(column.gathers[0][1])),
            group=pl.lit(column.group),
            months=pl.lit(str(table.months[0])),
        )
        for table in tables
        for column in count_columns(table.spec, table.months)
        if column.gathers and not column.days and not column.undated
    ]
    if not parts:
        return pl.DataFrame(schema=dict.fromkeys((*keys, "provider_name", "least", "most"), pl.String))
    every = pl.concat(parts).unique([*keys, "months"], maintain_order=True)  # regions stand in two workbooks
    return every.group_by(keys, maintain_order=True).agg(
        pl.col("provider_name").last(), pl.col("least").sum(), pl.col("most").sum()
    )


def _with_gathers(spec: TableSpec, cells: pl.DataFrame) -> pl.DataFrame:
    gathers = {label.text: ", ".join(label.gathers) for label in spec.labels}
    return cells.with_columns(gathers=pl.col("label").replace_strict(gathers, return_dtype=pl.String))


def _no_more_than(tables: Sequence[ProtectedTable], policy: Policy) -> Iterator[str]:
    """GP direct access no more than all settings, Table 12 than 1, tables by provider than by commissioner."""
    for table in tables:
        if table.spec.setting_texts == ("All", "GP Direct Access") and table.spec.measure is Measure.TESTS:
            counts = counts_of(table, policy)
            keys = [*_PLACE, "label", "period", "column"]
            is_part = pl.col("setting") == "GP Direct Access"
            pairs = _exceeding(counts.filter(is_part), counts.filter(~is_part), keys)
            yield from _too_many(pairs, table_word(table), table_word(table), "all settings")
    yield from _in_other_tables(tables, policy)


def _in_other_tables(tables: Sequence[ProtectedTable], policy: Policy) -> Iterator[str]:
    for part_of, whole_of in (("12", "1"), ("1", "7a"), ("4", "8")):
        found = {table_word(table): table for table in tables if table.spec.number in (part_of, whole_of)}
        for name, whole in found.items():
            part = found.get(name.replace(f"Table {whole_of}", f"Table {part_of}", 1))
            if whole.spec.number == whole_of and part is not None:
                pairs = _exceeding(
                    _of_year(part, policy, whole),
                    _of_year(whole, policy, part),
                    [*_PLACE, "gathers", "setting", "period"],
                )
                yield from _too_many(pairs, table_word(part), name, "the same")


def _of_year(table: ProtectedTable, policy: Policy, other: ProtectedTable) -> pl.DataFrame:
    """The counts of a table that the other can be compared with: all of them, or England's of all months."""
    counts = _with_gathers(table.spec, counts_of(table, policy))
    total = counts.filter(pl.col("column").is_in(["", "Total"]))
    if COMMISSIONERS in (table.spec.basis.counts, other.spec.basis.counts):
        return of_level(total, Level.ENGLAND).filter(pl.col("period") == YEAR)
    return total


def _exceeding(parts: pl.DataFrame, wholes: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Parts that are more than the most that their whole can be; a whole without a row counts nothing."""
    words = [name for name in keys if name in ("label", "gathers", "setting")]
    compared = parts.join(wholes.select(words).unique(), on=words, how="semi", maintain_order="left")
    joined = compared.join(wholes.select(*keys, whole="most"), on=keys, how="left", maintain_order="left")
    return joined.filter(pl.col("least") > pl.col("whole").fill_null(0.0))


def _too_many(pairs: pl.DataFrame, part: str, whole: str, of: str) -> Iterator[str]:
    for row in pairs.iter_rows(named=True):
        period = period_word(row["period"])
        where = row_words(row["provider_name"], row["org_code"], row["label"], row["setting"], period)
        most = number(row["whole"] or 0.0)
        yield f"{where}: {part} has {_value(row)}, more than {of} in {whole} can be (at most {most})"


def _value(row: dict[str, float | None]) -> str:
    return "a hidden number" if row["value"] is None else number(row["value"])


def _medians_hidden(by_number: Mapping[str, ProtectedTable]) -> Iterator[str]:
    """A median must be hidden where its count is, and there can be none of a month without tests."""
    for of_medians, of_counts in _MEDIANS_OF.items():
        if of_medians not in by_number or of_counts not in by_number:
            continue
        medians, counts = by_number[of_medians], by_number[of_counts]
        keys = [*ROW, "period"]
        both = medians.cells.join(
            counts.cells.select(*keys, count="status"), on=keys, how="left", maintain_order="left"
        )
        shown = both.filter(pl.col("value").is_not_null(), (pl.col("count") != "").fill_null(value=True))
        for row in shown.iter_rows(named=True):
            period = period_word(row["period"])
            where = row_words(row["provider_name"], row["org_code"], row["label"], row["setting"], period)
            why = "hides the count of tests" if row["count"] == SUPPRESSED else "has no tests"
            shown_median = f"Table {of_medians} shows a median of {number(row['value'])}"
            yield f"{where}: {shown_median}, and Table {of_counts} {why}"


def _medians_of_year(tables: Iterable[ProtectedTable]) -> Iterator[str]:
    """A median of all months lies between the lowest and the highest of theirs, where each of them is told."""
    for table in tables:
        if not table.spec.measure.is_median or table.spec.columns:
            continue
        months = pl.col("period") != YEAR
        value = pl.col("value")
        ranges = table.cells.group_by(ROW, maintain_order=True).agg(
            pl.col("provider_name").first(),
            year=value.filter(~months).first(),
            low=value.filter(months).min(),
            high=value.filter(months).max(),
            hidden=(months & (pl.col("status") == SUPPRESSED)).any(),
        )
        wrong = ranges.filter(~pl.col("hidden"), ~pl.col("year").is_between("low", "high"))
        for row in wrong.iter_rows(named=True):
            where = row_words(row["provider_name"], row["org_code"], row["label"], row["setting"])
            yield (
                f"{table_word(table)}: {where}: the median of all months is {number(row['year'])}, those of the "
                f"months {number(row['low'])} to {number(row['high'])}"
            )
