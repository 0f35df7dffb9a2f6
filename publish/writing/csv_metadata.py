"""What a CSV file says about itself: CSVW, the W3C's metadata vocabulary for tabular data.

Every column says whether it may be empty (`required`, `null`) and what an empty cell means.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from publish.disclosure.control import NO_DATA, SUPPRESSED, ProtectedTable
from publish.disclosure.policy import Policy
from publish.edition import Edition
from publish.tables.specification import (
    ALL_SETTINGS,
    REGION_COLUMN,
    Column,
    Level,
    Measure,
    PlaceColumn,
    TableSpec,
)
from publish.writing.fillings import Fillings, others_too

Json = dict[str, Any]

CONTEXT: Final = ["http://www.w3.org/ns/csvw", {"@language": "en"}]
DIALECT: Final[Json] = {
    "encoding": "utf-8",
    "lineTerminators": ["\r\n"],
    "delimiter": ",",
    "quoteChar": '"',
    "doubleQuote": True,
    "header": True,
    "headerRowCount": 1,
}
SETTING_MEANING: Final = f"Who asked for the test; '{ALL_SETTINGS}' is every source setting together."
# How all tables together say where or who a row is.
PLACES: Final = (
    REGION_COLUMN,
    PlaceColumn("", "org_code", "org_code", "Code of the board, provider or commissioner.", 0),
    PlaceColumn("", "provider_name", "org_name", "Name of the region, board, provider or commissioner.", 0),
)
UNITS: Final = {
    Measure.TESTS: "tests",
    Measure.REQUEST_TO_TEST: "days",
    Measure.TEST_TO_REPORT: "days",
    Measure.PER_CENT: "per cent",
    Measure.PER_1000: "tests per 1,000 population",
}


def notes(policy: Policy) -> tuple[str, ...]:
    """What holds for the values of every file."""
    return (
        f"Counts are rounded to the nearest {policy.rounding_base} after adding up, so totals may differ from the "
        "sum of their parts.",
        f"A value is empty where it is hidden (status '{SUPPRESSED}': a count of fewer than "
        f"{policy.threshold} tests{others_too(policy)}, or the median or a percentage of so few) and where nothing "
        f"was submitted (status '{NO_DATA}').",
        "Text that a spreadsheet would run as a formula (it begins with =, +, - or @, or with a tab or a new line) "
        "has a single quote before it.",
    )


def table_metadata(table: ProtectedTable, edition: Edition, policy: Policy, file_name: str) -> Json:
    """The metadata of one table's file; columns as `csv_files.tidy` gives them."""
    spec, filled = table.spec, Fillings(table, edition, policy)
    labelled = spec.label_heading.lower()
    settings = [settings_column(spec)] if spec.settings else []
    headings = [described for described in heading_columns((table,)) if described["name"] in column_names(spec)]
    places = [place_column(place) for place in spec.basis.places]
    columns = [
        *period_columns(),
        level_column(spec.basis.levels),
        *places,
        one_of(labelled, spec.label_heading, f"The {labelled}.", (label.text for label in spec.labels)),
        *settings,
        *headings,
        measure_column((table,)),
        value_column((table,)),
        STATUS_COLUMN,
    ]
    told_apart = [*places, *settings, *headings]
    key = ["period", "level", labelled, *(str(column["name"]) for column in told_apart)]
    remarks = (*filled.lines(spec.remarks), *notes(policy))
    title = f"{filled(spec.name)}, {filled.quarter}" if filled.quarter else filled(spec.name)
    described = metadata(file_name, title, f"{filled(spec.summary)}.", remarks, columns, key, edition)
    return described | ({"dc:temporal": f"{table.months[0]}/{table.months[-1]}"} if filled.quarter else {})


def all_tables_metadata(
    tables: tuple[ProtectedTable, ...], edition: Edition, policy: Policy, file_name: str
) -> Json:
    """The metadata of the file with every table; columns as `csv_files.all_together` gives them."""
    labels = (label.text for table in tables for label in table.spec.labels)
    levels = tuple(dict.fromkeys(level for table in tables for level in table.spec.basis.levels))
    texts = (text for table in tables for text in (ALL_SETTINGS, *table.spec.setting_texts) if text)
    columns = [
        one_of("table", "Table", "The number of the published table.", (table.spec.number for table in tables)),
        measure_column(tables),
        *period_columns(),
        level_column(levels),
        *(place_column(place) for place in PLACES),
        one_of("modality_or_test", "Modality or test", "The modality, or the test.", labels),
        one_of("source_setting", "Patient source setting", SETTING_MEANING, texts),
        *heading_columns(tables),
        value_column(tables),
        STATUS_COLUMN,
    ]
    places = (place.csv_name for place in PLACES)
    key = ["table", "period", "level", *places, "modality_or_test", "source_setting", "column_group", "column"]
    names = "; ".join(dict.fromkeys(table.spec.name for table in tables))
    description = f"Every table of the release that has a number: {names}."
    return metadata(file_name, "All tables", description, notes(policy), columns, key, edition)


def metadata(
    file_name: str,
    title: str,
    description: str,
    remarks: tuple[str, ...],
    columns: list[Json],
    key: list[str],
    edition: Edition,
) -> Json:
    """A CSVW table description."""
    return {
        "@context": CONTEXT,
        "url": file_name,
        "dc:title": f"{edition.house.title}: {title}",
        "dc:description": " ".join((*edition.notices, description)),
        **about(edition),
        "rdfs:comment": [*edition.notices, *remarks],
        "lang": "en",
        "dialect": DIALECT,
        "tableSchema": {"columns": columns, "primaryKey": key},
    }


def about(edition: Edition) -> Json:
    """What all files of an edition have in common: who, when, what status, under which licence."""
    house, months = edition.house, edition.period.months
    return {
        "dc:temporal": f"{months[0]}/{months[-1]}",
        "dc:spatial": "England",
        "dc:language": "en",
        "dc:issued": {"@value": edition.published.isoformat(), "@type": "xsd:date"},
        "dc:license": {"@id": house.licence_url},
        "dc:rights": house.licence_name,
        "dc:publisher": {"schema:name": house.organisation, "schema:email": house.email},
        "dc:source": house.source,
        "dcat:landingPage": {"@id": house.statistics_url},
        "schema:creativeWorkStatus": edition.status,
    }


def column(name: str, title: str, description: str, datatype: str | Json, *, required: bool = True) -> Json:
    """A column; the titles begin with the heading in the file, by which CSVW recognises it."""
    return {
        "name": name,
        "titles": [name, title],
        "dc:description": description,
        "datatype": datatype,
        "required": required,
        "null": "",
    }


def one_of(name: str, title: str, description: str, words: Iterable[str], *, required: bool = True) -> Json:
    """A column that holds one of a few words."""
    choice = "|".join(re.sub(r"([().*+?])", r"\\\1", word) for word in dict.fromkeys(words))
    datatype = {"base": "string", "format": f"^({choice})$"}
    return column(name, title, description, datatype, required=required)


def period_columns() -> list[Json]:
    """period and period_type."""
    month = r"\d{4}-\d{2}"
    return [
        column(
            "period",
            "Period",
            "A month (2023-03), or a quarter or the financial year so far (all of it in an annual release) as its "
            "first and last month (2022-04/2023-03), both included: an ISO 8601 interval. A value for a longer "
            "period is no sum of those for its months.",
            {"base": "string", "format": f"^{month}(/{month})?$"},
        ),
        one_of(
            "period_type",
            "Period type",
            "What the period is.",
            ("month", "quarter", "year_to_date"),
        ),
    ]


def level_column(levels: Iterable[Level]) -> Json:
    """level: what a row is about."""
    return one_of("level", "Level", "What the row is about.", (level.value for level in levels))


def place_column(place: PlaceColumn) -> Json:
    """A column that says where or who a row is."""
    kind = "integer" if place.name == "population" else "string"
    meaning = f"{place.meaning} Empty for England, and where there is none."
    return column(place.csv_name, place.csv_name.replace("_", " ").capitalize(), meaning, kind, required=False)


def settings_column(spec: TableSpec) -> Json:
    """source_setting or sex: by what the rows of a table divide."""
    if spec.divided_by == "setting":
        return one_of("source_setting", "Patient source setting", SETTING_MEANING, spec.setting_texts)
    return one_of(spec.divided_by, spec.setting_heading, "By what the rows divide.", spec.setting_texts)


def heading_columns(tables: tuple[ProtectedTable, ...]) -> list[Json]:
    """column_group and column: which column of the published table a value is from; empty where it is a month."""
    columns = [column for table in tables for column in table.columns]
    groups = (column.group for column in columns if column.group)
    headings = (column.heading for column in columns if column.heading)
    months = any(column.is_period for column in columns)
    return [
        one_of("column_group", "Column group", "Heading of the group of columns.", groups, required=not months),
        one_of("column", "Column", "Heading of the column in the published table.", headings, required=not months),
    ]


def setting_name(spec: TableSpec) -> str:
    """The name of the column by which the rows of a table divide: `source_setting`, `sex`."""
    return "source_setting" if spec.divided_by == "setting" else spec.divided_by


def column_names(spec: TableSpec) -> tuple[str, ...]:
    """The names of the columns that say which column of figures a value is from; none where these are months."""
    grouped = ("column_group",) if any(column.group for column in spec.columns) else ()
    return (*grouped, "column") if spec.columns else ()


def measure_column(tables: tuple[ProtectedTable, ...]) -> Json:
    """measure: what the value counts or measures."""
    names = (measure_name(table, column) for table in tables for column in table.columns)
    return one_of("measure", "Measure", "What the value is.", names)


def measure_name(table: ProtectedTable, of: Column) -> str:
    """`tests`, or `median days request to test`: without the comma, so that it needs no quotes."""
    return of.measure(table.spec.measure).value.replace(",", "")


def value_column(tables: tuple[ProtectedTable, ...]) -> Json:
    """value: a whole number of tests, a median in days with at most one half, per cent, or a rate."""
    measures = (each.measure(table.spec.measure) for table in tables for each in table.columns)
    units = tuple(dict.fromkeys(UNITS[measure] for measure in measures))
    base = "integer" if units == ("tests",) else "decimal"
    unit = " or ".join(units)
    described = f"The published value in {unit}, as the measure says; empty where status gives a reason."
    number: Json = {"base": base, "minimum": 0}
    return column("value", "Value", described, number, required=False) | {"schema:unitText": unit}


STATUS_COLUMN: Final = one_of(
    "status",
    "Status of the value",
    f"Why there is no value: '{SUPPRESSED}' where it is of too few tests to be shown, '{NO_DATA}' where nothing "
    "was submitted, or for a median no test has both dates. Empty where there is a value.",
    (SUPPRESSED, NO_DATA),
    required=False,
)
