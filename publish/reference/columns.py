"""The columns of every reference table: the contract, the official tables, what the store holds beside them."""

from pathlib import Path
from typing import Final

import polars as pl

VALIDITY: Final = ("valid_from", "valid_to")
COLUMNS: Final = {
    "providers": ("org_code", "provider_name", "region_code", "icb_code", "imaging_network", *VALIDITY),
    "sites": (
        *("site_code", "site_name", "org_code", "region_code", "icb_code", "postcode", "country"),
        *VALIDITY,
    ),
    "exam_codes": (
        *("nicip_code", "nicip_description", "snomed_code", "modality_id", "modality", "sub_modality_id"),
        *("sub_modality", "region_id", "region", "sub_region_id", "sub_region", "system_id", "system"),
        *("early_diagnosis_of_cancer", "sub_early_diagnosis_of_cancer", "published_test_group"),
        *("interventional", *VALIDITY),
    ),
}
# Columns that the official exam look-up has and the contract has not: an own exam_codes.csv may have them too.
CLASSIFIED: Final = (
    *("snomed_description", "sub_system_id", "sub_system", "sub_system_component_id", "sub_system_component"),
    *("morphology_id", "morphology", "fetal_id", "fetal"),
)
# What official files are imported into (`publish reference import`). Both days of VALIDITY are included.
OFFICIAL: Final = {
    # every organisation by its code; `kind` is the kind of file that it came from (etr, epraccur, ...)
    "organisations": ("org_code", "org_name", "kind", *VALIDITY),
    # the commissioner of a practice, the trust of a site
    "parents": ("org_code", "parent_code", *VALIDITY),
    # `valid_from` is the day of the succession; `valid_to` is always empty
    "successions": ("predecessor", "successor", *VALIDITY),
    "commissioners": (
        *("commissioner_code", "commissioner_name", "ons_code", "region_code", "icb_code"),
        *VALIDITY,
    ),
    "icbs": ("icb_code", "ons_code", "icb_name", "region_code", *VALIDITY),
    # sub_icb_code and icb_code are ODS codes (07X, QMJ), the columns with `ons` hold E38000240, E54000028
    "lsoas": ("lsoa", "msoa", "sub_icb_code", "sub_icb_ons_code", "icb_code", "icb_ons_code", "imd_decile"),
    # postcodes as `WN5 8QX`: capitals, one blank before the last three characters
    "postcodes": ("postcode", "lsoa", "msoa", "sub_icb_ons_code", "country", *VALIDITY),
    # NICIP codes and what they map to
    "nicip_codes": ("nicip_code", "nicip_description", "snomed_code", "snomed_description", *VALIDITY),
    # SNOMED codes that may be used for an exam
    "snomed_codes": ("snomed_code", "snomed_description", *VALIDITY),
    "local_codes": ("submitter_code", "local_code", "nicip_code"),
    # people in the area of a board, or registered with its practices; `population` is a whole number
    "population": ("icb_code", "population", *VALIDITY),
}
NUMBERS: Final = ("population",)  # every other column is text or a date
# What the store holds beyond OFFICIAL: for the effective `exam_codes` only.
LOOK_UP: Final = (
    "snomed_code",
    *(
        name
        for name in COLUMNS["exam_codes"][3:]
        if name not in {"published_test_group", "interventional", *VALIDITY}
    ),
    *(name for name in CLASSIFIED if name != "snomed_description"),
    *VALIDITY,
)
STORED: Final = OFFICIAL | {"exam_lookup": LOOK_UP}
OPTIONAL: Final = {"exam_codes": CLASSIFIED, "nicip_codes": ("interventional",)}
# Each row has its code, or one of them.
KEYS: Final = {
    "providers": ("org_code",),
    "sites": ("site_code",),
    "exam_codes": ("nicip_code", "snomed_code"),
    "organisations": ("org_code",),
    "parents": ("org_code",),
    "successions": ("predecessor",),
    "commissioners": ("commissioner_code",),
    "icbs": ("icb_code",),
    "lsoas": ("lsoa",),
    "postcodes": ("postcode",),
    "nicip_codes": ("nicip_code",),
    "snomed_codes": ("snomed_code",),
    "exam_lookup": ("snomed_code",),
    "local_codes": ("local_code",),
    "population": ("icb_code",),
}
BUNDLED: Final = (*COLUMNS, "commissioners", "icbs", "successions")
SOURCES: Final = ("kind", "file", "sha256", "rows", "earliest", "latest")
PARTIAL: Final = ("hospital-sites",)  # kinds of file that list a part of what there is
DEFAULT_FOLDER: Final = Path("reference-data")  # in the current folder, where none is named
SITE_FILES: Final = ("ets", "ephpsite", "hospital-sites")


def empty(table: str) -> pl.DataFrame:
    """An official table without rows."""
    names = (*STORED[table], *OPTIONAL.get(table, ()))
    return pl.DataFrame(schema={name: _kind(name) for name in names})


def _kind(column: str) -> type[pl.DataType]:
    return pl.Date if column in VALIDITY else pl.Int64 if column in NUMBERS else pl.String
