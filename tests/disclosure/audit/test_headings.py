"""Headings of tables of many years and forms: what each selects."""

import pytest

from publish.disclosure.audit.recognising.headings import (
    FOREVER,
    KNOWN_DAYS,
    UNKNOWN_DAYS,
    WHOLE_YEAR,
    YEAR_SO_FAR,
    Selection,
    financial_year,
    plain,
    select,
    setting_of,
)

MONTHS = (
    ("Apr", 4, None),
    ("March", 3, None),
    ("Sept", 9, None),
    ("Apr-18", 4, 2018),
    ("Apr 18", 4, 2018),
    ("April 2018", 4, 2018),
    ("Apr 2018", 4, 2018),
    ("Apr-2018", 4, 2018),
    ("Sept-18", 9, 2018),
    ("Jan '19", 1, 2019),
    ("2018-04-01", 4, 2018),
    ("2018-04-01T00:00:00", 4, 2018),
    ("2018-12", 12, 2018),
    ("April 2023 (tests)", 4, 2023),
    ("April 2023 (median days)", 4, 2023),
    ("Mar [note 3]", 3, None),
)
YEARS = (
    ("Year to date", YEAR_SO_FAR, None),
    ("YTD", YEAR_SO_FAR, None),
    ("Year", WHOLE_YEAR, None),
    ("Full year", WHOLE_YEAR, None),
    ("2018/19", WHOLE_YEAR, 2018),
    ("2018-19", WHOLE_YEAR, 2018),
    ("2018/2019", WHOLE_YEAR, 2018),
    ("2012\u201313 total", WHOLE_YEAR, 2012),
)
DAYS = (
    ("Same day", (0, 0)),
    ("By next day", (0, 1)),
    ("By 7 days", (0, 7)),
    ("Within 14 days", (0, 14)),
    ("0-7 days", (0, 7)),
    ("0 \u2013 7 days", (0, 7)),
    ("0 to 7 Days", (0, 7)),
    ("15 - 31 days", (15, 31)),
    ("0 days", (0, 0)),
    ("1 day", (1, 1)),
    ("366 days and over", (366, FOREVER)),
    ("63 days or more", (63, FOREVER)),
    ("63+ days", (63, FOREVER)),
    ("> 62 days", (63, FOREVER)),
    (">28 days", (29, FOREVER)),
    ("More than 62 days", (63, FOREVER)),
    ("over 365 days", (366, FOREVER)),
    ("up to 7 days", (0, 7)),
    ("less than 8 days", (0, 7)),
    ("Time not known", UNKNOWN_DAYS),
    ("Not Known", UNKNOWN_DAYS),
    ("Unknown", UNKNOWN_DAYS),
    ("Total known", KNOWN_DAYS),
)
WITHOUT_UNIT = (
    ("0 to 7", (0, 7)),
    ("0-7", (0, 7)),
    ("8 \u2013 14", (8, 14)),
    ("63+", (63, FOREVER)),
    ("> 62", (63, FOREVER)),
    ("63 and over", (63, FOREVER)),
    ("3", (3, 3)),
)
SETTINGS = (
    ("A&E", "05"),
    ("A & E", "05"),
    ("Accident and Emergency Department", "05"),
    ("Accident & Emergency (this Health Care Provider)", "05"),
    ("Admitted Patient Care - Inpatient (this Health Care Provider)", "01"),
    ("Admitted Patient Care - Day case (this Health Care Provider)", "02"),
    ("Inpatient", "01"),
    ("Day case", "02"),
    ("Outpatient (this Health Care Provider)", "03"),
    ("GP Direct Access", "04"),
    ("Other Health Care Provider", "06"),
    ("Other", "07"),
    ("A&E, Inpatients & Day Cases", "01+02+05"),
    ("Accident and emergency, inpatients and day cases", "01+02+05"),
    ("Outpatients & GP Direct Access", "03+04"),
    ("A&E / Admitted", "01+02+05"),
    ("OP / GP direct access", "03+04+06+07"),
    ("Other Health Care Provider and Other", "06+07"),
    ("All", ""),
    ("Community", ""),
)


@pytest.mark.parametrize(("heading", "month", "year"), [*MONTHS, *YEARS])
def test_months_and_years_in_all_their_forms(heading, month, year):
    assert select(heading) == Selection(month=month, year=year)


@pytest.mark.parametrize(("heading", "days"), DAYS)
def test_bands_of_days_in_all_their_forms(heading, days):
    assert select(heading) == Selection(days=days) == select(heading, of_days=True)


@pytest.mark.parametrize(("heading", "days"), WITHOUT_UNIT)
def test_bands_without_a_unit_are_of_days_only_where_the_table_is(heading, days):
    assert select(heading, of_days=True) == Selection(days=days)
    assert not select(heading).read


@pytest.mark.parametrize(("words", "codes"), SETTINGS)
def test_source_settings_by_any_name(words, codes):
    assert setting_of(words) == codes


@pytest.mark.parametrize(
    "heading", ["Total", "Total cases", "Grand Total", "All", "Total tests", "Number of tests", "Count", "Activity"]
)
def test_totals(heading):
    assert select(heading) == Selection()


@pytest.mark.parametrize(
    "heading",
    [
        *("Decile 10", "Mayfair", "Marks", "Decision", "2018", "2018/20", "Change", "0-6 weeks", "Network"),
        *("2018-13-01", "Not stated", "Per cent change"),
    ],
)
def test_what_is_none_of_these_is_not_read(heading):
    assert not select(heading).read


def test_groups_of_columns_say_what_their_headings_leave_open():
    assert select("% Same day", "A&E, Inpatients & Day Cases") == Selection(
        setting="01+02+05", days=(0, 0), share=True
    )
    assert select("0-7 days", "Percentage") == Selection(days=(0, 7), share=True)
    assert select("GP Direct Access", "April 2018") == Selection(month=4, year=2018, setting="04")
    assert select("Jan", "2018/19") == Selection(month=1, year=2019)
    assert select("Dec", "2018/19") == Selection(month=12, year=2018)
    assert select("Apr", "Provider Level Data") == Selection(month=4)
    assert select("Accident and emergency: by next day (per cent)") == Selection(
        setting="05", days=(0, 1), share=True
    )
    assert select("0-7 days %").share
    assert select("White (tests per 1,000 people)").rate


def test_financial_years_are_two_years_on_end():
    assert financial_year("DID-Table-1-2018-19-Modality.xlsx") == 2018
    assert financial_year("2099-00") == 2099
    assert financial_year("tables-2024-03.ods") is None
    assert financial_year("published 2023-10-19 for 2023/24") == 2023


def test_plain_words():
    assert plain(" Modality\xa0 [note 1]") == "modality"
    assert plain("0 \u2013 7  Days") == "0 - 7 days"
    assert plain(7) == "7"
