"""Linkage: what a link counts, refuses, shows and keeps to itself."""

import json
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from csvw import CSVW
from hypothesis import given
from hypothesis import strategies as st

from publish.disclosure.control import NO_DATA, SUPPRESSED
from publish.errors import InputRefused, UsageError
from publish.linkage import nearest
from publish.linkage.bands import ALL_BANDS, LONGEST, bands, no_event
from publish.linkage.link import link, summary
from publish.linkage.nearest import count
from publish.linkage.sides import PRODUCT_COLUMNS
from publish.linkage.table import account_table, linked_table
from publish.product.pseudonyms import pseudonymised
from publish.tables.catalogue import ALL_MODALITIES
from tests.fuzz.settings import quick

CT, XRAY = "Computerized axial tomography (procedure)", "Plain radiography (procedure)"
PUBLISHED = {CT: "Computerized Axial Tomography", XRAY: "Plain Radiography"}
DAY = date(2023, 4, 11)
TEST = {
    "Person_ID": "9434765919",
    "NHS_NUMBER": "9434765919",
    "PROVIDER_CODE": "RF4",
    "PROVIDER_NAME": "BARKING",
    "MODALITY": CT,
    "DIAGNOSTIC_TEST_DATE": DAY,
}
FRAME = {name: pl.Date if name == "DIAGNOSTIC_TEST_DATE" else pl.String for name in TEST}
EVENT = {"Person_ID": pl.String, "DIAGNOSIS_DATE": pl.Date}


THREE = ["9434765919", "9434765870", "9434765889"]


def imaging(person="9434765919", day=DAY, provider="RF4", modality=CT):
    return TEST | {
        "Person_ID": person,
        "PROVIDER_CODE": provider,
        "PROVIDER_NAME": provider and f"NAME OF {provider}",
        "MODALITY": modality,
        "DIAGNOSTIC_TEST_DATE": day,
    }


def of_three():
    """Five tests on a day, of three persons."""
    return [imaging(person) | {"NHS_NUMBER": person} for person in (*THREE, *THREE[:2])]


def after(days):
    return DAY + timedelta(days=days)


def write_product(tests, file):
    pl.DataFrame(tests, schema=FRAME).write_parquet(file, mkdir=True)
    return file


def write_events(events, file):
    frame = pl.DataFrame(events, schema=EVENT, orient="row")
    frame.write_csv(file) if file.suffix == ".csv" else frame.write_parquet(file)
    return file


@pytest.fixture
def run(tmp_path):
    """Link tests to events (frames or files) in a folder: what `link` gives."""

    def linked(tests, events, within=31, on="Person_ID", date_column=None, **settings):
        product = tests if isinstance(tests, Path) else write_product(tests, tmp_path / "product.parquet")
        other = events if isinstance(events, Path) else write_events(events, tmp_path / "events.csv")
        given = {"output": tmp_path / "out", "policy": None, "key": None, "tell": [].append} | settings
        return link(product, other, on, within, date_column, **given)

    return linked


def values(linked, place="-"):
    """What is published of a place: label and band to value, `*` where hidden; without bands that have no test."""
    cells = linked.table.cells.filter(pl.col("org_code") == place, pl.col("status") != NO_DATA)
    rows = cells.select("label", "setting", "value", "status").rows()
    return {(label, band): "*" if status == SUPPRESSED else value for label, band, value, status in rows}


def near(tests, events, within):
    """The true band of a single test."""
    (band,) = {band for org, _, band in counted(tests, events, within) if org == "RF4" and band != ALL_BANDS}
    return band


def counted(tests, events, within):
    """True tests and persons by provider (None for England), modality and band, from frames."""
    lazy = pl.LazyFrame(tests, schema=FRAME).rename({"Person_ID": "person", "DIAGNOSTIC_TEST_DATE": "day"})
    of_events = pl.LazyFrame(events, schema={"person": pl.String, "day": pl.Date}, orient="row")
    found = count(lazy, of_events, within, (Path("product"), Path("other")), [].append)
    return {cell[:3]: cell[3:] for cell in found.cells.select(*nearest.CELL, "tests", "persons").iter_rows()}


# -- the definition ---------------------------------------------------------------------------------------------

#  days to events    within   band
DEFINITION = [
    ([], 31, "no event within 31 days"),
    ([0], 31, "same day"),
    ([1], 31, "1 to 7 days before"),
    ([7], 31, "1 to 7 days before"),
    ([8], 31, "8 to 14 days before"),
    ([-1], 31, "1 to 7 days after"),
    ([-31], 31, "15 to 31 days after"),
    ([32], 31, "no event within 31 days"),
    ([-32], 31, "no event within 31 days"),
    ([32, -5], 31, "1 to 7 days after"),
    ([20, -5], 31, "1 to 7 days after"),  # the nearest counts
    ([5, -20], 31, "1 to 7 days before"),
    ([5, -5], 31, "1 to 7 days before"),  # of two as near, the one to come
    ([0, 1, -1], 31, "same day"),
    ([3, 3], 31, "1 to 7 days before"),  # two events on a day are one
    ([0], 0, "same day"),
    ([1], 0, "no event within 0 days"),
    ([1], 1, "1 day before"),
    ([-8], 8, "8 days after"),
    ([365], 365, "187 to 365 days before"),
    ([366], 400, "366 to 400 days before"),
    ([731], 3650, "731 to 1095 days before"),
]


@pytest.mark.parametrize(("days", "within", "band"), DEFINITION)
def test_a_test_stands_in_the_band_of_its_nearest_event(days, within, band):
    events = [("9434765919", after(number)) for number in days]
    assert near([imaging()], events, within) == band


def test_events_of_another_person_do_not_count():
    assert near([imaging()], [("9434765870", DAY)], 31) == "no event within 31 days"


@pytest.mark.parametrize("within", [0, 1, 7, 8, 31, 90, 365, 366, 1000, LONGEST])
def test_bands_have_every_day_once(within):
    found = sorted(bands(within), key=lambda band: band.first)
    assert (found[0].first, found[-1].last) == (-within, within)
    assert all(one.last + 1 == other.first for one, other in pairwise(found))
    assert len({band.text for band in found}) == len(found)


@pytest.mark.parametrize("within", [-1, LONGEST + 1])
def test_too_many_days_are_refused(run, within):
    with pytest.raises(UsageError, match="is not from 0 to 3650 days"):
        run([imaging()], [("9434765919", DAY)], within)


PERSON = st.sampled_from(["1", "2", "3", None])
DATE = st.none() | st.integers(-20, 20).map(after)
TESTS = st.lists(
    st.builds(
        imaging, PERSON, DATE, st.sampled_from(["RF4", "RH8", None]), st.sampled_from([CT, XRAY, "Other", None])
    ),
    max_size=12,
)
EVENTS = st.lists(st.tuples(PERSON, DATE), max_size=12)


def band_by_hand(test, events, within):
    """The definition, in plain words."""
    days = [(event - test["DIAGNOSTIC_TEST_DATE"]).days for person, event in events if person == test["Person_ID"]]
    near_enough = [number for number in days if abs(number) <= within]
    if not near_enough:
        return no_event(within)
    nearest_days = min(near_enough, key=lambda number: (abs(number), number < 0))
    return next(band.text for band in bands(within) if band.first <= nearest_days <= band.last)


def cells_by_hand(test, band):
    """Every cell in which the test counts."""
    modality = PUBLISHED[test["MODALITY"]]
    rows = [(test["PROVIDER_CODE"], modality), (None, modality), (None, ALL_MODALITIES)]
    return [(*row, setting) for row in rows for setting in (band, ALL_BANDS)]


@quick
@given(
    TESTS,
    EVENTS,
    st.integers(0, 20),
    st.sampled_from(["EVENTS_AT_ONCE", "TESTS_AT_ONCE"]),
    st.sampled_from([1, 3, 1000]),
)
def test_a_slow_link_agrees(tests, events, within, parts_of, at_once):
    complete = [row for row in tests if None not in row.values() and row["MODALITY"] in PUBLISHED]
    dated = [event for event in events if None not in event]
    expected = {}
    for row in complete:
        for cell in cells_by_hand(row, band_by_hand(row, dated, within)):
            expected.setdefault(cell, []).append(row["Person_ID"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nearest, parts_of, at_once)
        found = counted(tests, events, within)
    assert found == {cell: (len(persons), len(set(persons))) for cell, persons in expected.items()}


@quick
@given(TESTS, EVENTS)
def test_every_test_and_event_is_accounted_for(tests, events):
    lazy = pl.LazyFrame(tests, schema=FRAME).rename({"Person_ID": "person", "DIAGNOSTIC_TEST_DATE": "day"})
    of_events = pl.LazyFrame(events, schema={"person": pl.String, "day": pl.Date}, orient="row")
    found = count(lazy, of_events, 10, (Path("product"), Path("other")), [].append)
    account = {row[:2]: row[2] for row in found.account.iter_rows()}
    assert sum(n for (source, _), n in account.items() if source == "tests") == len(tests)
    assert sum(n for (source, _), n in account.items() if source == "events") == len(events)
    of_providers = found.cells.filter(pl.col("org_code").is_not_null(), pl.col("band") == ALL_BANDS)
    assert account.get(("tests", "in the table"), 0) == of_providers["tests"].sum()
    assert found.persons == len({person for person, day in events if person and day})
    assert account.get(("tests", "without a person"), 0) == sum(row["Person_ID"] is None for row in tests)
    cells = linked_table(found, 10).cells
    for place in ("-", "RF4", "RH8"):
        of_place = cells.filter(pl.col("org_code") == place)
        every = of_place.filter(pl.col("setting") == ALL_BANDS)["tests"].sum()
        assert of_place["tests"].sum() == 2 * every
    assert account_table(found).cells.filter(pl.col("setting") == "read")["tests"].sum() == len(tests) + len(events)


# -- what is published ------------------------------------------------------------------------------------------


def some_tests(number, first, **given):
    return [imaging(person=f"{first + n}", **given) for n in range(number)]


def some_events(number, first, days=0):
    return [(f"{first + n}", after(days)) for n in range(number)]


def test_counts_are_rounded_and_small_ones_hidden(run):
    tests = [*some_tests(14, 100), *some_tests(2, 200), *some_tests(7, 300, modality=XRAY, provider="RH8")]
    linked = run(tests, [*some_events(14, 100, days=3), *some_events(2, 200)])
    assert values(linked, "RF4") == {
        ("Computerized Axial Tomography", ALL_BANDS): 15,
        ("Computerized Axial Tomography", "1 to 7 days before"): 15,
        ("Computerized Axial Tomography", "same day"): "*",
    }
    assert values(linked, "RH8") == {
        ("Plain Radiography", ALL_BANDS): 5,
        ("Plain Radiography", "no event within 31 days"): 5,
    }
    assert values(linked)["All modalities", ALL_BANDS] == 25


def test_the_file_holds_what_is_published(run):
    linked = run(some_tests(14, 100), some_events(14, 100, days=3))
    file, metadata = linked.files
    assert file.name == "link.csv"
    lines = file.read_bytes().decode().split("\r\n")
    assert lines[0] == "level,org_code,provider_name,modality,band,value,status"
    assert "England,,,All modalities,all tests,15," in lines
    assert "Provider,RF4,NAME OF RF4,Computerized Axial Tomography,1 to 7 days before,15," in lines
    assert "Provider,RF4,NAME OF RF4,Computerized Axial Tomography,same day,,no data" in lines
    assert json.loads(metadata.read_text())["url"] == "link.csv"


def test_the_metadata_describe_the_file(run):
    linked = run([*some_tests(14, 100), *some_tests(2, 200)], some_events(14, 100, days=3))
    described = CSVW(str(linked.files[1]), validate=True)
    assert described.is_valid
    assert len(list(described.tables[0])) == len(linked.files[0].read_text().splitlines()) - 1


def lines_of(linked, *parts):
    return [line for line in linked.files[0].read_text().splitlines() if all(part in line for part in parts)]


def test_a_total_too_small_to_show_is_not_divided(run):
    """Two tests in two bands: that just these two are not empty would tell both."""
    tests = [*some_tests(5, 100), *some_tests(2, 200, provider="RH8")]
    linked = run(tests, [*some_events(5, 100), *some_events(1, 200)])
    assert lines_of(linked, ",RH8,") == [
        "Provider,RH8,NAME OF RH8,Computerized Axial Tomography,all tests,,suppressed"
    ]
    assert len(lines_of(linked, ",RF4,")) == 8  # all tests and seven bands; `no event` is hidden for England too


def test_a_band_too_small_to_show_is_not_divided(run):
    """England hidden, and two providers hidden: each would be exactly one. So with modalities."""
    tests = [
        *(test for place in ("RF4", "RH8") for test in some_tests(9, 100, provider=place)),
        *some_tests(9, 100, modality=XRAY),
        *some_tests(1, 200),
        *some_tests(1, 201, provider="RH8"),
        *some_tests(1, 300, modality=XRAY),
    ]
    both = run(tests, [*some_events(9, 100), *some_events(2, 200, 5), *some_events(1, 300, 5)])
    assert lines_of(both, "1 to 7 days before", "England") == [
        "England,,,All modalities,1 to 7 days before,5,",
        "England,,,Computerized Axial Tomography,1 to 7 days before,,suppressed",
        "England,,,Plain Radiography,1 to 7 days before,,suppressed",
    ]
    assert lines_of(both, "1 to 7 days before", "Provider") == []
    one = run(tests, [*some_events(9, 100), *some_events(2, 200, 5)])
    assert lines_of(one, "1 to 7 days before") == ["England,,,All modalities,1 to 7 days before,,suppressed"]


def test_tests_of_too_few_persons_are_hidden(run):
    """Nine tests of one person are that person's history, in whichever row and total they stand."""
    tests = [*some_tests(9, 100), *[imaging("7", provider="RH8", modality=XRAY)] * 9, *[imaging("8")] * 9]
    linked = run(tests, [*some_events(9, 100), ("7", after(5)), ("8", after(-5))])
    assert values(linked, "RH8") == {
        (PUBLISHED[XRAY], ALL_BANDS): "*",
        (PUBLISHED[XRAY], "1 to 7 days before"): "*",
    }
    assert values(linked, "RF4") == {
        (PUBLISHED[CT], ALL_BANDS): 20,
        (PUBLISHED[CT], "same day"): 10,
        (PUBLISHED[CT], "1 to 7 days after"): "*",
    }
    assert values(linked)["All modalities", ALL_BANDS] == 25
    assert values(linked)["All modalities", "1 to 7 days before"] == "*"
    assert values(linked)[PUBLISHED[XRAY], ALL_BANDS] == "*"
    assert lines_of(linked, ",RH8,") == []


def test_the_account_of_too_few_persons_is_hidden(run):
    linked = run([imaging()] * 9, some_events(3, 100))
    assert set(values(linked).values()) == {"*"}
    words = {" ".join(line.split()[:-1]): line.split()[-1] for line in summary(linked) if line}
    assert (words["tests read"], words["tests in the table"]) == ("*", "*")
    assert words["events to link to"] == "5"


@pytest.mark.parametrize("events", [[], [("9434765919", DAY)] * 9, [*some_events(2, 100), ("102", None)]])
def test_a_data_set_of_too_few_persons_is_refused(run, tmp_path, events):
    with pytest.raises(InputRefused, match="has dated events of fewer than 3 persons") as refused:
        run(some_tests(9, 100), write_events(events, tmp_path / "events.parquet"))
    assert not any(f" {number} " in str(refused.value) for number in (0, 1, 2, 9))
    assert not (tmp_path / "out").exists()


def test_that_nobody_was_met_is_said_of_enough_persons_alone(run):
    assert "no person of the other" in run(some_tests(9, 100), some_events(3, 900)).remarks[0]
    with pytest.raises(InputRefused):
        run(some_tests(9, 100), some_events(2, 900))


def test_a_policy_of_ones_own(run, tmp_path):
    (tmp_path / "policy.toml").write_text("threshold = 10\nrounding_base = 10\n")
    linked = run(some_tests(9, 100), some_events(10, 100), policy=tmp_path / "policy.toml")
    assert set(values(linked).values()) == {"*"}


@quick
@given(st.lists(st.tuples(st.sampled_from(["RF4", "RH8"]), st.integers(-40, 40)), min_size=3, max_size=30))
def test_true_small_counts_never_appear(tmp_path_factory, shape):
    """Each number in the file, on screen and in the metadata is a multiple of 5, or belongs to a band's name."""
    folder = tmp_path_factory.mktemp("link")
    tests = [imaging(person=f"77{number:04}", provider=provider) for number, (provider, _) in enumerate(shape)]
    events = [(f"77{number:04}", after(days)) for number, (_, days) in enumerate(shape)]
    product = write_product(tests, folder / "p.parquet")
    other = write_events(events, folder / "e.parquet")
    linked = link(product, other, "Person_ID", 31, None, folder, None, None, [].append)
    frame = pl.read_csv(linked.files[0], infer_schema=False)
    shown = [int(value) for value in frame["value"].drop_nulls()]
    assert all(value and value % 5 == 0 for value in shown)
    on_screen = [line.split()[-1] for line in summary(linked)[:-1] if line and not line.startswith("England")]
    assert all(word in {"*", "-"} or int(word) % 5 == 0 for word in on_screen)
    assert not {"tests", "dated", "persons"} & {*linked.table.cells.columns, *linked.account.cells.columns}


def test_the_same_data_give_the_same_bytes(run, tmp_path):
    tests = [*some_tests(14, 100), *some_tests(7, 300, modality=XRAY, provider="RH8")]
    events = some_events(14, 100, days=3)
    first = [file.read_bytes() for file in run(tests, events).files]
    again = run(list(reversed(tests)), list(reversed(events)), output=tmp_path / "again")
    assert [file.read_bytes() for file in again.files] == first


def test_a_provider_has_its_latest_name(run):
    old = [row | {"PROVIDER_NAME": "OLD"} for row in some_tests(5, 100, day=after(-400))]
    linked = run([*old, *some_tests(5, 200)], some_events(5, 100))
    names = linked.table.cells.filter(pl.col("org_code") == "RF4")["provider_name"].unique()
    assert names.to_list() == ["NAME OF RF4"]


def test_a_modality_may_have_either_name(run):
    linked = run([*some_tests(3, 100), *some_tests(4, 200, modality=PUBLISHED[CT])], some_events(7, 200))
    assert values(linked, "RF4")[PUBLISHED[CT], ALL_BANDS] == 5


def test_the_summary_says_what_was_read(run):
    tests = [*some_tests(10, 100), *some_tests(5, 200, day=None), *[imaging(person=None)] * 2]
    linked = run(tests, [*some_events(10, 100), *[("100", None)] * 5])
    lines = summary(linked)
    words = {" ".join(line.split()[:-1]): line.split()[-1] for line in lines if line}
    assert words["tests read"] == "15"
    assert words["tests in the table"] == "10"
    assert words["tests without a person"] == "*"
    assert words["tests without a test date"] == "5"
    assert words["events read"] == "15"
    assert words["events without a date"] == "5"
    assert words["same day"] == "10"
    assert words["8 to 14 days before"] == "-"
    assert lines[-1] == f"By provider and modality: {linked.files[0]}"


# -- the two data sets ------------------------------------------------------------------------------------------


def test_a_product_of_months(run, tmp_path):
    product = tmp_path / "product"
    write_product(some_tests(5, 100), product / "2023-04" / "part-0001.parquet")
    write_product(some_tests(5, 200), product / "2023-05" / "part-0001.parquet")
    write_product(some_tests(5, 400), product / ".hidden" / "part.parquet")
    assert values(run(product, some_events(5, 100)))["All modalities", ALL_BANDS] == 10


@pytest.mark.parametrize("name", ["events.csv", "events.parquet"])
def test_numbers_and_dates_are_read_as_they_come(run, tmp_path, name):
    other = tmp_path / name
    frame = pl.DataFrame(
        {
            "Person_ID": [" 943 476 5919 ", "943-476-5870", "9434765889", "9434765897"],
            "EVENT": ["2023-04-12", " 2023-04-13T23:30:00+01:00", "2023-04-14", "13/04/2023"],
            "PLACE": ["C50", "C51", "C52", "C53"],
        }
    )
    frame.write_csv(other) if name.endswith("csv") else frame.write_parquet(other)
    linked = run(of_three(), other)
    assert values(linked)["All modalities", "1 to 7 days before"] == 5


def test_numbers_may_be_whole_numbers(run, tmp_path):
    other = tmp_path / "events.parquet"
    pl.DataFrame({"NHS_NUMBER": [int(person) for person in THREE], "DAY": [DAY] * 3}).write_parquet(other)
    assert values(run(of_three(), other, on="NHS_NUMBER"))["All modalities", "same day"] == 5


def test_a_pseudonymised_product(run, tmp_path):
    key, product = tmp_path / "key", tmp_path / "pseudonymised.parquet"
    key.write_text("a key for tests alone")
    tests = pl.LazyFrame(of_three(), schema=FRAME)
    pseudonymised(tests, b"a key for tests alone").sink_parquet(product)
    events = [(f"{person[:3]} {person[3:6]} {person[6:]}", DAY) for person in THREE]
    assert values(run(product, events, key=key))["All modalities", "same day"] == 5
    without = run(product, events)
    assert values(without)["All modalities", "no event within 31 days"] == 5
    assert "--key" in without.remarks[0]
    with pytest.raises(UsageError, match="the secret key cannot be read"):
        run(product, events, key=tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_the_date_column_may_be_named(run, tmp_path):
    other = tmp_path / "events.parquet"
    columns = {"Person_ID": THREE * 2, "BORN": [after(-9999)] * 6, "DIAGNOSED": ["", str(DAY), *[str(DAY)] * 4]}
    pl.DataFrame(columns).write_parquet(other)
    with pytest.raises(UsageError, match="has several columns of dates: BORN, DIAGNOSED") as refused:
        run([imaging()], other)
    assert "--date" in str(refused.value)
    linked = run(of_three(), other, date_column="DIAGNOSED")
    assert values(linked)["All modalities", "same day"] == 5
    with pytest.raises(InputRefused, match=r"has no column DIAGNOSE\..*Did you mean 'DIAGNOSED'"):
        run([imaging()], other, date_column="DIAGNOSE")


SECRETS = ("9434765919", "2023-04-11", "Ann Persson")

#  content of the other data set                           what is said
REFUSED = [
    ("person_id,DAY\n9434765919,2023-04-11\n", "has no column Person_ID. Did you mean 'person_id'?"),
    ("Person,DAY\n9434765919,2023-04-11\n", "has no column Person_ID. Did you mean 'Person'?"),
    ("9434765919,Ann Persson,2023-04-11\n9434765919,x,2023-04-11\n", "has no column Person_ID."),
    ("Person_ID,Ann Persson\n9434765919,x\n", "has no column of dates"),
    ("Person_ID,DAY\n9434765919,Ann Persson\n", "has no column of dates"),
    ("Person_ID,DAY\n9434765919,2023-04-11,Ann Persson\n", "cannot be read as UTF-8 CSV"),
    ("", "cannot be read as UTF-8 CSV"),
]


@pytest.mark.parametrize(("content", "said"), REFUSED)
def test_what_cannot_be_linked_is_refused_without_a_word_of_a_person(run, tmp_path, content, said):
    other = tmp_path / "events.csv"
    other.write_text(content)
    with pytest.raises((InputRefused, UsageError)) as refused:
        run([imaging()], other)
    assert said in str(refused.value)
    assert not any(word in str(refused.value) for word in SECRETS)
    assert not (tmp_path / "out" / "link.csv").exists()


@pytest.mark.parametrize("name", [*PRODUCT_COLUMNS, "Person_ID"])
def test_a_product_without_a_column_is_refused(run, tmp_path, name):
    product = tmp_path / "product.parquet"
    pl.DataFrame([imaging()], schema=FRAME).rename({name: f"{name}S"}).write_parquet(product)
    with pytest.raises(InputRefused, match=rf"has no column {name}\. Did you mean '{name}S'"):
        run(product, [("9434765919", DAY)])


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ({"Person_ID": [1.5]}, "Float64, not numbers of persons"),
        ({"DIAGNOSTIC_TEST_DATE": [20230411]}, "not dates"),
    ],
)
def test_a_column_of_another_kind_is_refused(run, tmp_path, column, said):
    product = tmp_path / "product.parquet"
    pl.DataFrame([imaging()], schema=FRAME).with_columns(pl.DataFrame(column)).write_parquet(product)
    with pytest.raises(InputRefused, match=said):
        run(product, [("9434765919", DAY)])


@pytest.mark.parametrize("kind", [pl.Enum(["9434765919", "Ann Persson"]), pl.List(pl.Enum(["9434765919"]))])
def test_categories_are_not_shown(run, tmp_path, kind):
    product = write_product([imaging()], tmp_path / "product.parquet")
    day = pl.Series("DAY", [None], dtype=kind)
    pl.DataFrame({"Person_ID": ["9434765919"]}).with_columns(day).write_parquet(tmp_path / "days.parquet")
    with pytest.raises(InputRefused, match=f"DAY holds {kind.base_type()}, not dates") as refused:
        run(product, tmp_path / "days.parquet", date_column="DAY")
    assert not any(word in str(refused.value) for word in SECRETS)
    numbers = pl.Series("Person_ID", [None], dtype=pl.List(pl.Enum(["9434765919"])))
    pl.DataFrame({"DAY": [DAY]}).with_columns(numbers).write_parquet(tmp_path / "persons.parquet")
    with pytest.raises(InputRefused, match="Person_ID holds List, not numbers of persons") as refused:
        run(product, tmp_path / "persons.parquet")
    assert not any(word in str(refused.value) for word in SECRETS)


def test_files_that_are_not_there(run, tmp_path):
    product = write_product([imaging()], tmp_path / "product.parquet")
    with pytest.raises(InputRefused, match="no data product there"):
        run(tmp_path / "none", [("9434765919", DAY)])
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputRefused, match="no data product there"):
        run(tmp_path / "empty", [("9434765919", DAY)])
    with pytest.raises(InputRefused, match="no data set to link to there"):
        run(product, tmp_path / "none.csv")
    (tmp_path / "broken.parquet").write_text("Ann Persson")
    with pytest.raises(InputRefused, match="cannot be read as Parquet") as refused:
        run(product, tmp_path / "broken.parquet")
    assert "Persson" not in str(refused.value)
    with pytest.raises(InputRefused, match="cannot be read as Parquet"):
        run(tmp_path / "broken.parquet", [("9434765919", DAY)])


def test_a_data_set_is_never_written_over(run, tmp_path):
    other = write_events([("9434765919", DAY)], tmp_path / "link.csv")
    before = other.read_bytes()
    with pytest.raises(UsageError, match="is one of the two data sets"):
        run([imaging()], other, output=tmp_path)
    assert other.read_bytes() == before


def test_no_person_is_in_what_a_link_leaves(run, tmp_path):
    said = []
    linked = run(
        of_three(), [(person, DAY) for person in THREE], output=tmp_path / "out" / "own.csv", tell=said.append
    )
    left = [file.read_text() for file in linked.files] + said + summary(linked)
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["own.csv", "own.csv-metadata.json"]
    assert not any(person in text for text in left for person in THREE)
    assert not any("9434765919" in text or str(DAY) in text for text in left)


def test_a_person_with_many_tests_and_events_costs_no_more_than_the_lists(run):
    """Ten thousand of each would be a hundred million pairs."""
    tests = [imaging(THREE[number % 3], after(number % 500)) for number in range(10_000)]
    events = [(THREE[number % 3], after(number % 3001)) for number in range(10_000)]
    assert values(run(tests, events))["All modalities", "same day"] == 10_000
