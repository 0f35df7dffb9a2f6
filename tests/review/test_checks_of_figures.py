"""The checks of figures: a release that fits together passes, and each planted fault is found and named."""

import statistics
from collections import defaultdict
from dataclasses import replace
from math import log

import polars as pl
import pytest

from publish.disclosure.policy import Policy, load_policy
from publish.review.check import Verdict
from publish.review.checks.across import tables_against_each_other
from publish.review.checks.limits import with_limits
from publish.review.checks.listing import CHECKS, NOT_YET, run_checks
from publish.review.checks.medians import medians_and_last_year
from publish.review.checks.movements import AS_STANDARD, LEAST_SPREAD, SPREADS, movements, unusual
from publish.review.checks.names import names_and_codes
from publish.review.checks.sums import totals_and_parts
from tests.review.checked_release import counts, draft, with_cells, with_tests

PERIODS = ("2024-03", "2023-24")
UNROUNDED = Policy(threshold=5, rounding_base=1, fewest_dates=5, secondary="lp")


def cell(*, level="England", column="", period="year", **others):
    """Whether a cell is that one."""
    found = (pl.col("level") == level) & (pl.col("column") == column) & (pl.col("period") == period)
    for name, value in others.items():
        found &= pl.col(name) == value
    return found


def put(value, **where):
    """Another value in a cell."""

    def change(cells):
        assert cells.filter(cell(**where)).height == 1
        return cells.with_columns(
            value=pl.when(cell(**where)).then(float(value)).otherwise("value"),
            status=pl.when(cell(**where)).then(pl.lit("")).otherwise("status"),
        )

    return change


# A clean release


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("run", [totals_and_parts, tables_against_each_other, names_and_codes])
def test_a_release_that_fits_together_passes(run, period):
    outcome = run(draft(period))
    assert (outcome.verdict, outcome.places) == (Verdict.PASSED, ()), outcome


def test_steady_records_pass():
    for run in (medians_and_last_year, movements):
        assert run(draft()).verdict is Verdict.PASSED, run(draft())


def test_a_policy_with_secondary_suppression_passes():
    given = draft("2024-03", UNROUNDED)
    for run in (totals_and_parts, tables_against_each_other):
        assert run(given).verdict is Verdict.PASSED, run(given)


# Limits of a published count


@pytest.mark.parametrize(("base", "threshold"), [(5, 3), (10, 5), (1, 5), (5, 5), (10, 8)])
def test_limits_are_those_of_every_count_that_shows_so(base, threshold):
    policy = replace(load_policy(), rounding_base=base, threshold=threshold)
    shown = defaultdict(list)
    for tests in range(100):
        hidden = 0 < tests < threshold
        shown[(None, "suppressed") if hidden else ((tests + base // 2) // base * base, "")].append(tests)
    complete = [key for key, held in shown.items() if max(held) < 90]
    cells = pl.DataFrame(complete, schema={"value": pl.Float64, "status": pl.String}, orient="row")
    limits = with_limits(cells, policy).select("least", "most").rows()
    assert limits == [(min(shown[key]), max(shown[key])) for key in complete]


def test_a_policy_that_hides_zero_leaves_it_open():
    policy = replace(load_policy(), hides_zero=True)
    cells = pl.DataFrame(
        {"value": [None], "status": ["suppressed"]}, schema={"value": pl.Float64, "status": pl.String}
    )
    assert with_limits(cells, policy)["least"].to_list() == [0.0]


# Totals and parts


X_RAY, CT = "Plain Radiography", "Computerized Axial Tomography"
FAULTS = {
    "months": ("1", put(1, label=X_RAY, level="Provider", org_code="RH8"), "the months make"),
    "providers": ("1", put(9_000, label=CT, period="2023-07"), "the providers make"),
    "settings": ("11", put(50, label=CT, level="Provider", org_code="RH8", column="Total"), "the columns make"),
    "bands": ("7a", put(5, label=CT, column="Total"), "the columns make"),
    "commissioners": ("8", put(5, label="Chest X-ray", setting="All", column="Total"), "the commissioners make"),
    "known and not": (
        "10",
        put(5, label=CT, column="A&E, Inpatients & Day Cases: Total"),
        "the columns make",
    ),
    "share of all": ("9", put(95, label=CT, setting="Outpatient", column="Percentage: 0-7 days"), "not 100"),
    "nested shares": (
        "13",
        put(3, label=CT.capitalize(), column="A&E / Admitted: By next day"),
        "which includes it, 3",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_total_that_its_parts_do_not_make_is_found(fault):
    number, change, said = FAULTS[fault]
    outcome = totals_and_parts(with_cells(draft("2023-24"), number, change))
    assert outcome.verdict is Verdict.FAILED
    assert any(place.startswith(f"Table {number}") and said in place for place in outcome.places), outcome.places


def test_a_characteristic_that_does_not_add_up_is_found():
    given = draft("2023-24")
    for change, said in (
        (put(5, label="All modalities", setting="All", column="Total"), "the modalities make"),
        (put(5, label=CT, setting="All", column="40-44"), "the rows by sex make"),
    ):
        places = totals_and_parts(with_cells(given, "", change)).places
        assert any(said in place for place in places), places


def test_a_place_says_where_and_what():
    given = with_cells(draft(), "1", put(9_000, label=CT, period="2023-07"))
    of_rows = next(place for place in totals_and_parts(given).places if "the providers make" in place)
    shown = (
        draft().tables.provider["1"].cells.filter(cell(level="Provider", label=CT, period="2023-07"))["value"].sum()
    )
    assert of_rows.startswith("Table 1: England, Computerized Axial Tomography, July 2023: the total is 9,000, ")
    assert f"the providers make {shown - 6:,.0f} to {shown + 6:,.0f}" in of_rows


def test_regions_and_boards_are_parts_too():
    change = put(5, level="Region", region_code="Y58", label=CT, period="2023-07")
    places = totals_and_parts(with_cells(draft(), "1", change, place=1)).places
    assert any(" by region and ICB: South West (Y58)" in place or "South West" in place for place in places)
    assert any("its ICBs make" in place for place in places)


def test_what_is_found_is_what_plain_sums_find():
    """Every cell of a table moved a little in turn: found exactly where the limits of plain sums do not meet."""
    table = draft().tables.provider["1"]
    policy = draft().policy
    rows = with_limits(table.cells, policy).filter(pl.col("label") == CT).rows(named=True)
    for moved in (10.0, 25.0, -40.0):
        place = {"level": "Provider", "org_code": "RF4", "label": CT, "period": "2023-05"}
        old = table.cells.filter(cell(**place))["value"].item()
        found = totals_and_parts(with_cells(draft(), "1", put(old + moved, **place))).verdict is Verdict.FAILED
        changed = [row | _limits(old + moved, policy) if _is(row, place) else row for row in rows]
        assert found == _plain_sums_differ(changed), moved


def _is(row, place):
    return all(row[name] == value for name, value in place.items())


def _limits(value, policy):
    return {"least": value - policy.rounding_base // 2, "most": value + policy.rounding_base // 2}


def _plain_sums_differ(rows):
    months = defaultdict(lambda: [0, 0, 0, 0])
    providers = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        for sums, key, is_whole in (
            (months, (row["level"], row["org_code"]), row["period"] == "year"),
            (providers, row["period"], row["level"] == "England"),
        ):
            for at, name in enumerate(("least", "most")):
                sums[key][at + 2 * is_whole] += row[name]
    return any(
        parts_least > most or parts_most < least
        for sums in (months, providers)
        for parts_least, parts_most, least, most in sums.values()
    )


# Tables against each other


ACROSS = {
    "the same figure": ("11", put(50, label=CT, column="Total"), "Table 11: 50"),
    "settings of Table 11": (
        "10",
        put(50_000, label=CT, column="A&E, Inpatients & Day Cases: Total"),
        "Table 10 has 49,998 to 50,002 tests, Table 11",
    ),
    "settings of Table 13": (
        "13",
        put(50_000, label=CT.capitalize(), column="A&E / Admitted: Total cases"),
        "Table 13, its four quarters together, has",
    ),
    "GP direct access": (
        "4",
        put(9_000, label="Chest (X-ray)", setting="GP Direct Access", period="2023-05"),
        "more than all settings in Table 4",
    ),
    "interventional": (
        "12",
        put(9_000, label="Fluoroscopy Interventional", period="2023-05"),
        "more than the same in Table 1",
    ),
    "commissioners": ("7a", put(5, label=CT, column="Total"), "more than the same in Table 7a"),
    "year of medians": ("2", put(77, label=CT), "the median of all months is 77"),
}


@pytest.mark.parametrize("fault", ACROSS)
def test_tables_that_contradict_each_other_are_found(fault):
    number, change, said = ACROSS[fault]
    given = draft("2023-24")
    labels = {label.text for table in given.tables if table.spec.number == "12" for label in table.spec.labels}
    if fault == "interventional":
        name = next(text for text in labels if "luoroscopy" in text)
        change = put(9_000, label=name, period="2023-05")
    outcome = tables_against_each_other(with_cells(given, number, change))
    assert outcome.verdict is Verdict.FAILED
    assert any(said in place for place in outcome.places), outcome.places


def test_a_median_of_a_hidden_count_is_found():
    hidden = pl.col("status") == "suppressed"
    medians = draft().tables.provider["2"].cells.filter(hidden, pl.col("level") == "Provider")
    row = medians.row(0, named=True)
    place = {name: row[name] for name in ("level", "org_code", "label", "period")}
    outcome = tables_against_each_other(with_cells(draft(), "2", put(4, **place)))
    assert any(
        "Table 2 shows a median of 4, and Table 1 hides the count of tests" in each for each in outcome.places
    )


# Medians and last year


def moved_days(month_from, days):
    """The counts with other days from a month on."""
    later = pl.col("month").cast(pl.String) >= month_from
    tests = counts().tests.with_columns(days=pl.when(later).then(pl.col("days") + days).otherwise("days"))
    return with_tests(draft(), tests)


def test_a_median_beyond_last_year_asks_for_a_look():
    outcome = medians_and_last_year(moved_days("2024-02", 9))
    assert outcome.verdict is Verdict.LOOK
    assert any(
        place.startswith("England, Plain Radiography, request to test, February 2024: a median of 1")
        for place in outcome.places
    )
    assert not any("January 2024" in place for place in outcome.places)


def test_medians_of_providers_are_told_by_name():
    outcome = medians_and_last_year(moved_days("2023-04", 9))
    assert any(
        "(RH8), Plain Radiography, test to report, all months: a median of" in each for each in outcome.places
    )


def without_last_year():
    tests = counts().tests.filter(pl.col("month").cast(pl.String) >= "2023-04")
    return with_tests(draft("2023-24"), tests)


def test_without_anything_to_compare_with_it_says_so():
    outcome = medians_and_last_year(without_last_year())
    assert outcome.verdict is Verdict.NOT_RUN
    assert "nothing to compare with" in outcome.said


def test_medians_against_what_was_published():
    england = draft("2023-24").tables.provider["2"].england
    known = {label: value for (label, _, period), value in england.items() if period == "year"}
    rows = [("2022/23", "2", label, "", value, "Final") for label, value in known.items()]
    previous = pl.DataFrame(rows, schema=["year", "table", "label", "setting", "value", "status"], orient="row")
    same = medians_and_last_year(replace(without_last_year(), previous=previous))
    assert same.verdict is Verdict.PASSED
    assert "2022/23" in same.said
    assert "providers were not compared" in same.said
    far = medians_and_last_year(replace(without_last_year(), previous=previous.with_columns(pl.col("value") + 8)))
    assert far.verdict is Verdict.LOOK
    assert far.places[0].startswith("England, ")


# Movements


def test_a_movement_beyond_what_is_usual_asks_for_a_look():
    at = (pl.col("month").cast(pl.String) == "2023-09") & (pl.col("org_code").cast(pl.String) == "RH8")
    tests = counts().tests.with_columns(tests=pl.when(at).then(pl.col("tests") // 3).otherwise("tests"))
    outcome = movements(with_tests(draft(), tests))
    assert outcome.verdict is Verdict.LOOK
    first = outcome.places[0]
    assert first.startswith("Royal Devon University Healthcare NHS Foundation Trust (RH8), Plain Radiography: ")
    assert "in August 2023" in first or "in September 2023" in first
    assert "were to be expected" in first
    assert not any("Fluoroscopy" in place for place in outcome.places)


def test_too_few_months_are_told():
    tests = counts().tests.filter(pl.col("month").cast(pl.String) >= "2023-10")
    outcome = movements(with_tests(draft(), tests))
    assert outcome.verdict is Verdict.NOT_RUN


def test_unusual_movements_are_those_of_plain_arithmetic():
    months = [f"2023-{month:02}" for month in range(1, 13)]
    tests = {
        "A": [500, 510, 490, 505, 495, 900, 480, 500, 515, 505, 490, 500],
        "B": [300, 310, 305, 150, 290, 300, 310, 305, 295, 300, 0, 300],
        "C": [50, 5, 90, 50, 20, 80, 50, 10, 60, 50, 40, 50],
    }
    rows = [
        (org, X_RAY, month, value)
        for org, values in tests.items()
        for month, value in zip(months, values, strict=True)
    ]
    given = pl.DataFrame(rows, schema=["org_code", "modality", "month", "tests"], orient="row")
    found = set(unusual(given).select("org_code", "month").iter_rows())
    assert found == _unusual_plainly(tests, months)
    assert ("B", "2023-11") in found


def _unusual_plainly(tests, months):
    found = set()
    for org, values in tests.items():
        national = [sum(each[at] for each in tests.values()) for at in range(len(months))]
        changes = [
            log(max(values[at], 0.5) / max(values[at - 1], 0.5)) - log(national[at] / national[at - 1])
            for at in range(1, len(months))
        ]
        middle = statistics.median(changes)
        spread = max(AS_STANDARD * statistics.median(abs(change - middle) for change in changes), LEAST_SPREAD)
        if statistics.median(values[1:]) >= 100:
            found |= {
                (org, months[at]) for at, change in enumerate(changes, 1) if abs(change - middle) > SPREADS * spread
            }
    return found


# Names and codes


def renamed(old, new, column="provider_name"):
    return lambda cells: cells.with_columns(pl.col(column).replace(old, new))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (renamed("RH8", "ZZ9", "org_code"), "the code ZZ9 (Royal Devon"),
        (renamed("Y58", "Y99", "region_code"), "the code Y99 is of no region"),
        (
            renamed("Royal Devon University Healthcare NHS Foundation Trust", "Royal Devon and Exeter"),
            "the provider RH8 is called 'Royal Devon and Exeter'; on 31st March 2024 its name was 'Royal",
        ),
    ],
)
def test_a_code_or_name_not_of_the_day_is_found(change, said):
    outcome = names_and_codes(with_cells(draft(), "4", change))
    assert outcome.verdict is Verdict.FAILED
    assert any(place.startswith("Table 4") and said in place for place in outcome.places), outcome.places


def test_an_organisation_that_was_closed_before_asks_for_a_look():
    given = draft()
    closed = given.reference.providers.with_columns(
        valid_to=pl.when(pl.col("org_code") == "RH8").then(pl.date(2022, 6, 30)).otherwise("valid_to")
    )
    outcome = names_and_codes(replace(given, reference=replace(given.reference, providers=closed)))
    assert outcome.verdict is Verdict.LOOK
    assert "(RH8) was closed on 30th June 2022" in outcome.places[0]


# All of them


def test_checks_of_files_wait_where_they_are_not_asked_for():
    told = []
    checks = run_checks(draft(), told.append, finished=False)
    assert [check.name for check in checks] == [listed.name for listed in CHECKS]
    waiting = [check for check in checks if check.verdict is Verdict.NOT_RUN]
    assert {check.said for check in waiting} == {NOT_YET}
    assert len(waiting) == 8
    assert told == ["Checking the figures"]


def test_a_check_names_the_first_places_and_says_how_many():
    every_median = pl.col("value").is_not_null()
    change = lambda cells: cells.with_columns(value=pl.when(every_median).then(pl.col("value") + 500))  # noqa: E731
    checks = {check.name: check for check in run_checks(with_cells(draft(), "1", change), print, finished=False)}
    failed = checks["totals-and-parts"]
    assert failed.verdict is Verdict.FAILED
    assert len(failed.places) == 20 < failed.found
