"""The user's own TOML files: used as they are written, or refused in words."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.bundled import bundled
from publish.disclosure.policy import load_policy
from publish.errors import UsageError
from publish.house import load_house
from publish.period import FinancialYear, Month, MonthlyPeriod
from tests.fuzz.settings import quick

BUNDLED = {
    load: tomllib.loads((bundled("reference_data") / name).read_text(encoding="utf-8"))
    for load, name in ((load_house, "publication.toml"), (load_policy, "policy.toml"))
}

HOUSE_REFUSED = [
    ("[calendar]\nweekday = 'Thrusday'", "Did you mean 'Thursday'"),
    ("[calendar]\nweekday = ''", "'weekday' is empty"),
    ("[calendar]\nweekday = 4", "should be text in quotation marks, not a whole number"),
    ("[calendar]\nweeks_after_month = true", "should be a whole number, not true or false"),
    ("[calendar]\nweeks_after_month = 16.0", "should be a whole number, not a number with a decimal point"),
    ("[calendar]\nweeks_after_month = -2", "-2 is not from 1 to 104"),
    ("[calendar]\nweeks_after_month = 0", "0 is not from 1 to 104"),
    ("[calendar]\nweeks_after_month = 99999999999", "is not from 1 to 104"),
    ("[calender]\nweekday = 'Friday'", "Did you mean 'calendar'"),
    ("calendar = 'Friday'", "'calendar' should be a section"),
    ("[publication]\naddress = []", "'address' should be a list of text"),
    ("[publication]\naddress = [1, 2]", "not a list of a whole number"),
    ("[publication]\naddress = ['Leeds', '']", "'address' is empty"),
    ("[publication.title]\nx = 1", "should be text in quotation marks, not a section"),
    ("[contact]\nemail = 2023-04-01", "not a date or time"),
    ("publication = [", "cannot be read as TOML"),
]
POLICY_REFUSED = [
    ("threshold = true", "should be a whole number, not true or false"),
    ("threshold = '3'", "should be a whole number, not text"),
    ("threshold = 0", "0 is not from 1 to"),
    ("rounding_base = -5", "-5 is not from 1 to"),
    ("rounding_base = 99999999999999999999", "is not from 1 to"),
    ("treshold = 3", "Did you mean 'threshold'"),
    ("[threshold]\nvalue = 3", "should be a whole number, not a section"),
]


@pytest.mark.parametrize(
    ("load", "text", "says"),
    [*((load_house, *case) for case in HOUSE_REFUSED), *((load_policy, *case) for case in POLICY_REFUSED)],
)
def test_what_is_refused_and_with_what_words(tmp_path, load, text, says):
    file = tmp_path / "own.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refusal:
        load(file)
    assert says in str(refusal.value)
    assert str(file) in str(refusal.value)
    assert "What to do: " in str(refusal.value)


def test_a_key_left_out_keeps_its_value(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text("[calendar]\nweeks_after_month = 10\n", encoding="utf-8-sig")
    assert load_house(file).weeks_after_month == 10
    assert load_house(file).title == load_house().title


plain_value = st.one_of(
    st.integers(-(10**20), 10**20),
    st.booleans(),
    st.text("abcThursday 0", max_size=9),
    st.sampled_from(["Monday", "9.30am", "16"]),
    st.floats(allow_nan=False),
)
value = st.one_of(plain_value, st.lists(plain_value, max_size=3))
key = st.sampled_from(
    ["publication", "calendar", "contact", "weekday", "weeks_after_month", "threshold", "address"]
)


@quick
@given(load=st.sampled_from(list(BUNDLED)), details=st.data())
def test_any_toml_is_used_or_refused(tmp_path_factory, load, details):
    sections = {
        name: st.dictionaries(st.sampled_from([*part, "x"]), value, max_size=3)
        for name, part in BUNDLED[load].items()
        if isinstance(part, dict)
    }
    own = details.draw(st.dictionaries(key, value, max_size=2))
    own |= {name: details.draw(part) for name, part in sections.items() if details.draw(st.booleans())}
    file = tmp_path_factory.mktemp("toml") / "own.toml"
    file.write_text("".join(toml_lines(own)), encoding="utf-8")
    try:
        loaded = load(file)
    except UsageError:
        return
    if load is load_house:
        assert loaded.publication_date(MonthlyPeriod(Month(2023, 3))) > Month(2023, 3).last_day.replace(day=1)


def toml_lines(details):
    for name, part in details.items():
        if not isinstance(part, dict):
            yield f"{name} = {toml(part)}\n"
    for name, part in details.items():
        if isinstance(part, dict):
            yield f"[{name}]\n"
            yield from (f"{inner} = {toml(held)}\n" for inner, held in part.items())


def toml(held):
    if isinstance(held, list):
        return f"[{', '.join(map(toml, held))}]"
    return str(held).lower() if isinstance(held, bool) else repr(held)


@pytest.mark.parametrize("text", ["", "2023-13", "2023-00", "2023-4", "0001-01", "1900-01", "2100-01", "9999-12"])
def test_what_is_no_month_of_a_release(text):
    with pytest.raises(UsageError, match="is neither a month nor a financial year"):
        Month.parse(text)


@quick
@given(st.one_of(st.text(max_size=9), st.from_regex(r"\A\d{4}-\d{2}\Z")))
def test_any_text_is_a_month_or_refused(text):
    for parse in (Month.parse, FinancialYear.parse):
        try:
            read = parse(text)
        except UsageError:
            continue
        assert parse(str(read)) == read
