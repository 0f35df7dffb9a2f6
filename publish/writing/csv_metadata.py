"""What a CSV file says about itself: CSVW, the W3C's metadata vocabulary for tabular data.

Every column says whether it may be empty (`required`, `null`) and what an empty cell means.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from publish.disclosure.control import NO_DATA, SUPPRESSED, ProtectedTable
from publish.disclosure.policy import Policy
from publish.edition import Edition
from publish.tables.specification import ALL_SETTINGS

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
PLACE_KEY: Final = ("region_code", "org_code", "provider_name")  # one code may stand under an old and a new name


def notes(policy: Policy) -> tuple[str, ...]:
    """What holds for the values of every file."""
    return (
        f"Counts are rounded to the nearest {policy.rounding_base} after adding up, so totals may differ from the "
        "sum of their parts.",
        f"A value is empty where it is hidden (status '{SUPPRESSED}': a count of fewer than "
        f"{policy.threshold} tests, or the median of so few) and where nothing was submitted (status '{NO_DATA}').",
        "Text that a spreadsheet would run as a formula (it begins with =, +, - or @, or with a tab or a new line) "
        "has a single quote before it.",
    )


def table_metadata(table: ProtectedTable, edition: Edition, policy: Policy, file_name: str) -> Json:
    """The metadata of one table's file; columns as `csv_files.tidy` gives them."""
    spec = table.spec
    labelled = spec.label_heading.lower()
    settings = [settings_column(spec.settings)] if spec.settings else []
    columns = [
        *period_columns(),
        *place_columns(),
        one_of(labelled, spec.label_heading, f"The {labelled}.", (label.text for label in spec.labels)),
        *settings,
        measure_column((table,)),
        value_column((table,)),
        STATUS_COLUMN,
    ]
    key = ["period", "level", *PLACE_KEY, labelled, *(["source_setting"] if settings else [])]
    remarks = (*spec.remarks, *notes(policy))
    return metadata(file_name, spec.name, f"{spec.summary}.", remarks, columns, key, edition)


def all_tables_metadata(
    tables: tuple[ProtectedTable, ...], edition: Edition, policy: Policy, file_name: str
) -> Json:
    """The metadata of the file with every table; columns as `csv_files.all_together` gives them."""
    labels = (label.text for table in tables for label in table.spec.labels)
    columns = [
        one_of("table", "Table", "The number of the published table.", (table.spec.number for table in tables)),
        measure_column(tables),
        *period_columns(),
        *place_columns(),
        one_of("modality_or_test", "Modality or test", "The modality, or the test of Tables 4 to 6.", labels),
        settings_column(setting for table in tables for setting in (ALL_SETTINGS, *table.spec.settings)),
        value_column(tables),
        STATUS_COLUMN,
    ]
    key = ["table", "period", "level", *PLACE_KEY, "modality_or_test", "source_setting"]
    names = "; ".join(table.spec.name for table in tables)
    description = f"Every table of the release: {names}."
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
            "A month (2023-03), or the financial year so far as its first and last month (2022-04/2023-03), "
            "both included: an ISO 8601 interval. A value for the year so far is no sum of those for its months.",
            {"base": "string", "format": f"^{month}(/{month})?$"},
        ),
        one_of("period_type", "Period type", "Which of the two the period is.", ("month", "year_to_date")),
    ]


def place_columns() -> list[Json]:
    """level, region_code, org_code and provider_name."""
    england = "Empty for England."
    return [
        one_of("level", "Level", "Whether the row is for England or for a provider.", ("England", "Provider")),
        column(
            "region_code",
            "Region code",
            f"Code of the NHS England region of the provider's sites. {england}",
            "string",
            required=False,
        ),
        column(
            "org_code",
            "Organisation code",
            f"Code of the provider (Organisation Data Service); together with region_code it tells rows apart, as "
            f"an independent provider is listed once for each region in which it has sites. {england}",
            "string",
            required=False,
        ),
        column("provider_name", "Provider name", f"Name of the provider. {england}", "string", required=False),
    ]


def settings_column(settings: Iterable[str]) -> Json:
    """source_setting."""
    meaning = f"Who asked for the test; '{ALL_SETTINGS}' is every source setting together."
    return one_of("source_setting", "Patient source setting", meaning, settings)


def measure_column(tables: tuple[ProtectedTable, ...]) -> Json:
    """measure: what the value counts or measures."""
    names = (measure_name(table) for table in tables)
    return one_of("measure", "Measure", "What the value is.", names)


def measure_name(table: ProtectedTable) -> str:
    """`tests`, or `median days request to test`: without the comma, so that it needs no quotes."""
    return table.spec.measure.value.replace(",", "")


def value_column(tables: tuple[ProtectedTable, ...]) -> Json:
    """value: a whole number of tests, or a median in days with at most one half."""
    units = {"days" if table.spec.measure.is_median else "tests" for table in tables}
    base = "decimal" if "days" in units else "integer"
    unit = " or ".join(sorted(units, reverse=True))
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
