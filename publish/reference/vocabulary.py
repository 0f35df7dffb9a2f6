"""The published words: modalities, cancer test groups, source settings, regions. Small bundled tables."""

import csv
import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cache

import polars as pl

from publish.bundled import bundled


@dataclass(frozen=True)
class Modality:
    """A modality: its published name, the exam look-up's, Table 12's (empty where not in it), the everyday one."""

    modality_id: str
    modality: str
    exam_lookup_name: str
    interventional_name: str
    common_name: str
    volume_order: int

    @property
    def in_provider_tables(self) -> bool:
        """Whether Tables 1 to 3 list it. Endoscopy and cone beam CT appear only in Table 12."""
        return self.volume_order <= 9


@dataclass(frozen=True)
class CancerGroup:
    """A group of tests suitable for diagnosing cancer."""

    cancer_group: str
    common_name: str
    modality_id: str
    early_diagnosis_of_cancer: str


@dataclass(frozen=True)
class SourceSetting:
    """A patient source setting: its code, its name, and its heading in the tables."""

    code: str
    source_setting: str
    table_name: str


@dataclass(frozen=True)
class Region:
    """A commissioning region and the days on which it stood."""

    region_code: str
    region_name: str
    valid_from: str
    valid_to: str


def bundled_rows(name: str) -> list[dict[str, str]]:
    """The rows of a bundled CSV table."""
    with (bundled("reference_data") / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def modalities() -> tuple[Modality, ...]:
    """All modalities in table order (alphabetical)."""
    rows = bundled_rows("modalities")
    return tuple(Modality(volume_order=int(row.pop("volume_order")), **row) for row in rows)


@cache
def cancer_groups() -> tuple[CancerGroup, ...]:
    """The five groups of Tables 4 to 6, in table order."""
    return tuple(CancerGroup(**row) for row in bundled_rows("cancer_groups"))


@cache
def source_settings() -> tuple[SourceSetting, ...]:
    """The seven source settings, in order of code."""
    return tuple(SourceSetting(**row) for row in bundled_rows("source_settings"))


@cache
def ethnic_categories() -> dict[str, str]:
    """What the codes of ethnic categories mean."""
    return {row["code"]: row["ethnic_category"] for row in bundled_rows("ethnic_categories")}


@cache
def ethnic_groups() -> dict[str, str]:
    """The group in which each ethnic category is, by code."""
    return {row["code"]: row["ethnic_group"] for row in bundled_rows("ethnic_categories")}


@cache
def nhs_number_statuses() -> dict[str, str]:
    """What the codes 01 to 08 say of an NHS number."""
    return {row["code"]: row["nhs_number_status"] for row in bundled_rows("nhs_number_statuses")}


@cache
def person_genders() -> dict[str, str]:
    """What the codes of a person's gender mean."""
    return {row["code"]: row["person_gender"] for row in bundled_rows("person_genders")}


@cache
def default_practices() -> dict[str, str]:
    """The codes that stand for a practice where there is none, and what they say."""
    return {row["code"]: row["practice_name"] for row in bundled_rows("default_practices")}


def regions(on: date) -> tuple[Region, ...]:
    """The regions of that day, in order of code."""
    day = on.isoformat()
    every = (Region(**row) for row in bundled_rows("regions"))
    return tuple(region for region in every if region.valid_from <= day <= (region.valid_to or "9999"))


def dated_regions() -> pl.DataFrame:
    """All regions and when they stood: region_code, region_name, valid_from, valid_to (null where open)."""
    return pl.DataFrame(bundled_rows("regions")).with_columns(
        pl.col("valid_from", "valid_to").str.to_date("%Y-%m-%d", strict=False)
    )


def vocabulary_hash() -> str:
    """A hash of the words that decide what a record counts as: modalities, source settings, regions."""
    names = ("modalities", "regions", "source_settings")
    return hashlib.sha256(repr([bundled_rows(name) for name in names]).encode()).hexdigest()
