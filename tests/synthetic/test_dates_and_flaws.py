"""The waits of made-up records, and the imperfections that real ones have."""

import polars as pl
import pytest

from publish.synthetic.flaws import UNKNOWN_EXAM, UNKNOWN_SITE
from publish.synthetic.sites import WELSH_SITES
from tests.synthetic.made_up import MONTHS, RECEIVED, RECORDS, REPORT, REQUEST, TEST, make


def test_urgent_tests_are_mostly_same_day_and_planned_ones_are_not(made):
    same_day = dict(
        made.records.group_by("PATIENT_SOURCE_SETTING").agg(pl.col("request_to_test").eq(0).mean()).iter_rows()
    )
    assert same_day["05"] > 0.9
    assert same_day["01"] > 0.7
    assert same_day["03"] < 0.4
    assert same_day["04"] < 0.35


def test_waits_beyond_a_year_are_there_and_rare(made):
    beyond = (made.records["request_to_test"] > 365).mean()
    assert 0 < beyond < 0.01


def test_dates_are_never_out_of_order(made):
    birth = pl.col("PERSON_BIRTH_DATE")
    wrong = {
        "received before request": RECEIVED < REQUEST,
        "test before request": TEST < REQUEST,
        "test before received": TEST < RECEIVED,
        "report before test": REPORT < TEST,
        "born after request": birth > REQUEST,
        "born after received": birth > RECEIVED,
        "born too early": birth <= pl.date(1900, 1, 1),
    }
    assert made.records.select(condition.sum().alias(name) for name, condition in wrong.items()).row(0) == (0,) * 7


def test_dates_are_missing_as_often_as_in_real_records(made):
    records = made.records
    only_received = records.select((REQUEST.is_null() & RECEIVED.is_not_null()).mean()).item()
    assert only_received == pytest.approx(1 / 7, abs=0.01)
    assert records["SERVICE_REPORT_DATE"].is_null().mean() == pytest.approx(0.02, abs=0.005)

    neither = REQUEST.is_null() & RECEIVED.is_null()
    by_provider = records.drop_nulls("org_code").group_by("org_code").agg(pl.len(), missing=neither.mean())
    large = by_provider.filter(pl.col("len") > 1_000).sort("missing", descending=True)
    assert large["missing"].head(4).is_between(0.18, 0.62).all()
    assert large["missing"][4:].max() < 0.05


def test_one_provider_sends_no_report_dates_for_one_modality(made):
    missing = made.records.group_by("org_code", "modality").agg(pl.len(), none=REPORT.is_null().all())
    assert missing.filter(pl.col("len") > 20, "none").height == 1


def test_some_providers_missed_a_month(made):
    large = made.records.drop_nulls("month").group_by("org_code").agg(pl.len(), pl.col("month").n_unique())
    missed = large.filter(pl.col("len") > 500, pl.col("month") < len(MONTHS))
    assert 2 <= missed.height <= 8


def test_small_providers_have_counts_that_are_suppressed(made):
    of_cells = made.records.group_by("org_code", "modality", "month").len()
    assert of_cells.filter(pl.col("len") < 3).height > 100


@pytest.mark.parametrize("records", [10_000, RECORDS])
def test_a_few_records_must_be_kept_out(tmp_path, made, records):
    rows = made.records if records == RECORDS else make(records, tmp_path).records
    kept_out = {
        "unknown site": pl.col("SITE_CODE_IMAGING") == UNKNOWN_SITE,
        "unknown exam": pl.col("modality").is_null(),
        "no source setting": pl.col("PATIENT_SOURCE_SETTING").is_null(),
        "no test date": TEST.is_null(),
        **{site: pl.col("SITE_CODE_IMAGING") == site for site in WELSH_SITES},
    }
    counts = rows.select(condition.sum().alias(name) for name, condition in kept_out.items()).row(0)
    assert counts == (max(1, round(records / 20_000)),) * len(kept_out)
    assert rows.filter(pl.col("modality").is_null())["IMAGING_CODE_NICIP"].unique().to_list() == [UNKNOWN_EXAM]
