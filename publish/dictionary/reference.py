"""The reference tables: those that come with the program, and those that are imported."""

import json
from collections.abc import Iterator
from typing import Any, Final

from publish.bundled import bundled
from publish.dictionary.markdown import columns_table, in_code, table
from publish.reference.columns import BUNDLED, COLUMNS, OFFICIAL
from publish.reference.tables import file_name

# What the official tables that do not come with the program hold.
IMPORTED: Final = {
    "organisations": "Organisations, of all files of the Organisation Data Service.",
    "parents": "Who a practice or a site belongs to: the commissioner of a GP practice, the provider of a site.",
    "lsoas": "Lower layer super output areas of England, and the areas in which they lie.",
    "postcodes": "Postcodes. Millions of rows, so this table is Parquet.",
    "nicip_codes": "Exams by their NICIP codes.",
    "snomed_codes": "The SNOMED CT codes that may be given for an exam.",
    "local_codes": "A submitter's own exam codes, and the NICIP code of each.",
    "population": "People by integrated care board, for tests per 1,000 population.",
}
OF_IMPORTED: Final = {
    "org_code": "Organisation, ODS code",
    "org_name": "Name",
    "kind": "Kind of file that it came from, as `etr` or `epraccur`",
    "parent_code": "Organisation that it belongs to, ODS code",
    "lsoa": "Lower layer super output area, ONS code",
    "msoa": "Middle layer super output area, ONS code",
    "sub_icb_code": "Sub-ICB location, ODS code, as 93C",
    "sub_icb_ons_code": "Sub-ICB location, ONS code, as E38000240",
    "icb_code": "Integrated care board, ODS code, as QMJ",
    "icb_ons_code": "Integrated care board, ONS code, as E54000028",
    "imd_decile": "Decile of the index of multiple deprivation, 1 for the most deprived",
    "postcode": "Postcode in capitals, one blank before its last three characters",
    "country": "Country, ONS code; E92000001 is England",
    "nicip_code": "NICIP code",
    "nicip_description": "What it means",
    "snomed_code": "SNOMED CT concept",
    "snomed_description": "Its fully specified name",
    "submitter_code": "Organisation that submits records, ODS code",
    "local_code": "Exam code of that organisation",
    "population": "People registered with a GP practice of the board, or living in its area; a whole number",
    "valid_from": "First day on which the row holds; empty where it always did",
    "valid_to": "Last day on which the row holds; empty while it still does",
}


def of_reference() -> Iterator[str]:
    """The bundled reference tables, from the data package that describes them; then those that are imported."""
    package = json.loads((bundled("reference_data") / "datapackage.json").read_text(encoding="utf-8"))
    yield "## Reference tables"
    yield package["description"]
    names = " and ".join(f"`{name}.csv`" for name in COLUMNS).replace(" and ", ", ", len(COLUMNS) - 2)
    place = "[Change things](change-things.md#reference-data)"
    yield f"Your own {names} take the place of the bundled ones: see {place}."
    yield from of_official()
    for resource in package["resources"]:
        yield from of_resource(resource)


def of_official() -> Iterator[str]:
    """The tables that official files are imported into."""
    here = in_code(file_name(name) for name in OFFICIAL if name in BUNDLED)
    imported = [name for name in OFFICIAL if name not in BUNDLED]
    yield "### Imported tables"
    yield (
        "`publish reference import` puts official files into the tables below, and their rows before those of "
        f"{here}, which come with the program. [Reference data](reference-data.md) says which file gives what."
    )
    for name in imported:
        yield f"`{file_name(name)}`: {IMPORTED[name]}"
        yield columns_table(OFFICIAL[name], OF_IMPORTED)


def of_resource(resource: dict[str, Any]) -> Iterator[str]:
    """One bundled table."""
    yield f"### `{resource['path']}`"
    yield f"{resource['title']}. {resource['description']}"
    columns = resource["schema"]["fields"]
    rows = ((f"`{c['name']}`", c["description"], c["type"], may_be_empty(c)) for c in columns)
    yield table(("Column", "What it is", "Kind", "May be empty"), rows)
    yield "Source: " + "; ".join(source["title"] for source in resource["sources"]) + "."


def may_be_empty(column: dict[str, Any]) -> str:
    """Whether a column of a bundled table may be empty."""
    return "no" if column.get("constraints", {}).get("required") else "yes"
