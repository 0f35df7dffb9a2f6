"""The ledger of submissions: every record in it once, by provider and month, and the same in every output."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings

from publish.counts.files import count_files
from publish.counts.reduction import add
from publish.counts.submitted import LEDGER_COLUMNS, broken_rules, count_part, fates, ledger, rules_in_words
from publish.fields.reasons import CONSENT_WITHDRAWN, REJECTED_BY_RULES, SUPERSEDED_LATER
from publish.period import Month, MonthlyPeriod
from publish.product.form import Form
from publish.product.product import derive_product
from publish.records.intake import ACCEPTED, FATES, REJECTED, SUPERSEDED, WITHDRAWN, Terms
from publish.records.rules import RULES
from publish.tables.catalogue import MONTHLY_TABLES
from publish.tables.ledger import make_ledger
from tests.fuzz.settings import slow
from tests.records.submissions import (
    FILES,
    REFERENCE,
    TERMS,
    WITHDRAWN_PERSON,
    found,
    good,
    laid_down,
    own_row,
    slow_fates,
    taken_in,
    written,
)

BAD = {"PERSON_GENDER_CODE": "7"}
PERIOD = MonthlyPeriod(Month(2024, 3))
REASONS = {REJECTED: REJECTED_BY_RULES, SUPERSEDED: SUPERSEDED_LATER, WITHDRAWN: CONSENT_WITHDRAWN}


def place(row) -> tuple[str | None, str | None]:
    """The month and the provider of a record, as the ledger names them."""
    day, site = row["DIAGNOSTIC_TEST_DATE"], row["SITE_CODE_IMAGING"]
    month = day[:7] if day and day.startswith("20") else None
    code = site.strip().upper() if site else ""
    return month, code[:3] if code in {"RR8", "RF4"} or re.fullmatch("[0-9A-Z]{5,12}", code) else None


def slow_ledger(files, terms) -> dict[tuple[str | None, str | None], Counter[str]]:
    """By month and provider, how many records have each fate, counted a record at a time."""
    of_file = slow_fates(files, terms)
    counted: dict[tuple[str | None, str | None], Counter[str]] = {}
    for number, (kind, pairs) in enumerate(files):
        rows = [*(row for row, _ in pairs), own_row(number)]
        for row, fate in zip(rows, of_file[f"{number}.{kind}"], strict=True):
            counted.setdefault(place(row), Counter())[fate] += 1
    return counted


def as_dictionary(frame: pl.DataFrame) -> dict[tuple[str | None, str | None], Counter[str]]:
    return {
        (row["month"], row["org_code"]): Counter({fate: row[fate] for fate in FATES if row[fate]})
        for row in frame.to_dicts()
    }


@slow
@given(files=FILES, terms=TERMS)
def test_the_ledger_is_that_of_a_slow_count(tmp_path_factory, files, terms):
    folder = tmp_path_factory.mktemp("ledger")
    made = ledger([fates(part, REFERENCE) for part in taken_in(folder, *laid_down(files, folder), terms=terms)])
    assert made.columns == list(LEDGER_COLUMNS)
    assert as_dictionary(made) == slow_ledger(files, terms)
    assert made["submitted"].to_list() == made.select(pl.sum_horizontal(FATES)).to_series().to_list()
    assert made["submitted"].sum() == sum(len(rows) + 1 for _, rows in files)
    assert made.equals(made.sort("month", "org_code", nulls_last=True))


@settings(slow, max_examples=25)
@given(files=FILES, terms=TERMS)
def test_product_and_release_account_for_the_same_records(tmp_path_factory, files, terms):
    folder = tmp_path_factory.mktemp("ledger")
    given_files = found(*laid_down(files, folder))
    made = derive_product(given_files, REFERENCE, terms, Form(), folder / "out", lambda _: None)
    totals = made.ledger.sum().row(0, named=True)
    parts = list((folder / "out").rglob("*.parquet"))
    assert pl.scan_parquet(parts, hive_partitioning=False).select(pl.len()).collect().item() == totals[ACCEPTED]
    missing = totals[REJECTED] - pl.read_parquet(made.report / "rejected.parquet").height
    assert missing == 0 or (missing > 0 and terms.withdrawn)  # of who has withdrawn, none is shown
    counts = add(count_files(given_files, REFERENCE, terms, folder / "store", lambda _: None).values())
    assert counts.records == totals["submitted"]
    assert make_ledger(counts, PERIOD, MONTHLY_TABLES)["records"].sum() == totals["submitted"]
    for fate, reason in REASONS.items():
        assert counts.kept_out.filter(pl.col("reason") == reason)["records"].sum() == totals[fate]
    again = count_files(given_files, REFERENCE, terms, folder / "store", lambda _: None)
    assert add(again.values()).kept_out.equals(counts.kept_out)
    assert add(again.values()).tests.equals(counts.tests)


def counted(tmp_path: Path, *rows, terms: Terms | None = None) -> list[pl.DataFrame]:
    parts = taken_in(tmp_path, written(rows, tmp_path / "a.csv"), terms=terms)
    return [fates(part, REFERENCE) for part in parts]


def test_rules_are_counted_by_provider_and_month(tmp_path):
    rows = [
        good("A1", **BAD),
        good("A2", **BAD, REFERRER="???"),
        good("A3", REFERRER="???"),
        good("A4", REFERRER="???", DIAGNOSTIC_TEST_DATE="2024-03-01"),
        good("A5", DIAGNOSTIC_TEST_DATE=None),
        good("A6"),
    ]
    assert broken_rules(counted(tmp_path, *rows)).rows() == [
        ("2024-02", "RR8", "DIDS014", "reject record", 2),
        ("2024-02", "RR8", "DIDS023", "warning", 2),
        ("2024-03", "RR8", "DIDS023", "warning", 1),
        (None, "RR8", "DIDS050", "reject record", 1),
    ]


def test_without_a_broken_rule_the_table_is_empty(tmp_path):
    rules = broken_rules(counted(tmp_path, good()))
    assert rules.rows() == []
    assert rules_in_words(rules).columns == ["month", "org_code", "rule", "severity", "records", "meaning"]


def test_every_rule_has_its_meaning_beside_it():
    rules = pl.DataFrame({"rule": [rule.code for rule in RULES]})
    said = rules_in_words(rules)
    assert said["meaning"].null_count() == 0
    assert said["rule"].to_list() == rules["rule"].to_list()


def test_a_site_that_changed_its_provider_is_counted_under_each(tmp_path):
    from dataclasses import replace

    columns = REFERENCE.sites.clear()
    moved = pl.DataFrame(
        {
            "site_code": ["RR801", "RR801"],
            "org_code": ["RR8", "RF4"],
            "valid_from": [None, date(2024, 2, 15)],
            "valid_to": [date(2024, 2, 14), None],
        }
    )
    reference = replace(REFERENCE, sites=pl.concat([columns, moved], how="diagonal"))
    days = ("2024-02-14", "2024-02-15", "soon")
    rows = [good(f"A{n}", DIAGNOSTIC_TEST_DATE=day) for n, day in enumerate(days)]
    (part,) = taken_in(tmp_path, written(rows, tmp_path / "a.parquet"), reference=reference)
    made = ledger([fates(part, reference)])
    assert made.select("month", "org_code", "submitted").rows()[:2] == [
        ("2024-02", "RF4", 1),
        ("2024-02", "RR8", 1),
    ]
    assert made["submitted"].sum() == 3


def test_what_is_kept_out_says_why(tmp_path):
    rows = [
        good("A1", **BAD),
        good("A2", NHS_NUMBER=WITHDRAWN_PERSON),
        good("A3"),
        good("A4", SITE_CODE_IMAGING="QQQ99"),
    ]
    terms = Terms(withdrawn=frozenset({WITHDRAWN_PERSON}))
    (part,) = taken_in(tmp_path, written(rows, tmp_path / "a.csv"), terms=terms)
    counts = count_part(part, REFERENCE)
    assert counts.records == 4
    reasons = dict(counts.kept_out.select(pl.col("reason").cast(pl.String), "records").rows())
    assert reasons.pop(REJECTED_BY_RULES) == reasons.pop(CONSENT_WITHDRAWN) == 1
    assert sum(reasons.values()) <= 1


def test_the_annual_sets_count_accepted_records(tmp_path):
    rows = [good("A1"), good("A2", NHS_NUMBER=WITHDRAWN_PERSON), good("A3", SITE_CODE_IMAGING="QQQ99")]
    submission = written(rows, tmp_path / "a.csv")
    extract = tmp_path / "b.parquet"
    pl.DataFrame([good("A4"), good("A5", NHS_NUMBER=WITHDRAWN_PERSON)]).drop("ETHNIC_CATEGORY").write_parquet(
        extract
    )
    terms = Terms(withdrawn=frozenset({WITHDRAWN_PERSON}))
    parts = [
        count_part(part, REFERENCE, annual=True) for part in taken_in(tmp_path, submission, extract, terms=terms)
    ]
    assert sorted(part.lacking for part in parts) == [(), ("ETHNIC_CATEGORY",)]
    counts = add(parts)
    assert counts.lacking == ()  # what one file has is not lacking
    assert counts.tests.filter(pl.col("interval") == "request_to_test")["tests"].sum() == 2
    assert counts.commissioners.filter(pl.col("interval") == "request_to_test")["tests"].sum() == 2
    in_blocks = counts.patients.group_by("characteristic").agg(pl.col("tests").sum())
    assert set(in_blocks.rows()) == {("age and sex", 2), ("ethnic group", 2)}


@pytest.mark.parametrize("change", ["submitted", "validate", "withdrawn", "order"])
def test_stored_counts_are_not_those_of_other_terms(tmp_path, change):
    """Counts of submissions are kept between runs: other terms or another order are counted anew."""
    one = written([good("A1"), good("A2")], tmp_path / "a.csv")
    two = written([good("A1", PATIENT_SOURCE_SETTING="01"), good("A3", **BAD)], tmp_path / "b.xml")
    three = written([good("A4", **BAD)], tmp_path / "c.parquet")
    store = tmp_path / "store"

    def count(files, terms):
        by_file = count_files(found(*files), REFERENCE, terms, store, lambda _: None)
        made = add(by_file.values())
        kept_out = made.kept_out.with_columns(pl.col(pl.Categorical).cast(pl.String)).rows()
        settings_of = (
            made.tests.filter(pl.col("interval") == "request_to_test").group_by("setting").agg(pl.sum("tests"))
        )
        return kept_out, sorted(settings_of.cast({"setting": pl.String}).rows())

    usual = count((one, two, three), Terms())
    files, terms = {
        "submitted": ((one, two, three), Terms(submitted=date(2024, 2, 1))),
        "validate": ((one, two, three), Terms(validate=True)),
        "withdrawn": ((one, two, three), Terms(withdrawn=frozenset({"9434765919"}))),
        "order": ((two, one, three), Terms()),
    }[change]
    assert count(files, terms) != usual
    assert count((one, two, three), Terms()) == usual


def test_local_codes_are_mapped_in_extracts_too(tmp_path):
    """A release counts an extract's local codes as the data product derives them, by the submitter's own list."""
    file = tmp_path / "a.parquet"
    rows = [good("A1", IMAGING_CODE_NICIP=" mychest", IMAGING_CODE_SNOMED=None), good("A2")]
    pl.DataFrame(rows).write_parquet(file)
    local = pl.DataFrame([("RR8", "MYCHEST", "XCHES"), ("RF4", "MYCHEST", "CABDO")], orient="row")
    codes = local.rename(dict(zip(local.columns, REFERENCE.local_codes.columns, strict=True)))
    reference = replace(REFERENCE, local_codes=codes)

    def modalities(terms):
        (counts,) = count_files(found(file), reference, terms, tmp_path / "store", lambda _: None).values()
        return sorted(counts.tests.filter(pl.col("interval") == "request_to_test")["modality"].cast(pl.String))

    assert modalities(Terms()) == ["Plain Radiography"]  # by the first characters of the site, both the same exam
    assert modalities(Terms(submitter="RF4")) == ["Computerized Axial Tomography", "Plain Radiography"]
    assert modalities(Terms(submitter="RF4", validate=True)) == modalities(Terms(submitter="RF4"))
