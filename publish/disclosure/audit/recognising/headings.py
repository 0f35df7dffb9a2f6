"""What the headings of published tables say: which tests a column of figures counts.

Headings wander from year to year and from format to format (`Apr`, `Apr-18`, `2018-04-01`, `April 2023 (tests)`,
`Year to date`, `0-7 days`, `Accident and emergency: by next day (per cent)`); what they select does not.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december"),
)
MONTH_LETTERS: Final = 3  # the fewest that a month is short for
FOREVER: Final = 10**6  # days: the end of a band without one
EVERY: Final = ""  # the setting, sex or band of a count that is not divided by it
Days = tuple[int, int] | str  # first and last day; or one of the words below
ALL_DAYS: Final = ""  # tests with and without a day
KNOWN_DAYS: Final = "known"
UNKNOWN_DAYS: Final = "not known"
YEAR_SO_FAR: Final = 0  # the month number of a column from April to the last month of its table
WHOLE_YEAR: Final = -1  # that of a column for all months of its table
MOST_TEXTS: Final = 2**16  # whose reading is kept: a folder has some thousands of labels, however many cells

_UNIT: Final = re.compile(r"\s*\((tests|number|per cent|%|median days|tests per 1,000[^)]*)\)$")
MONTH_AND_YEAR: Final = r"([a-z]{3,9})\.?[ '-]*(\d{4}|\d{2})?"
_MONTH: Final = re.compile(MONTH_AND_YEAR)
_DATE: Final = re.compile(r"(20\d\d)-(\d\d)(?:-\d\d(?:t[\d:.]+)?)?")
_FINANCIAL_YEAR: Final = re.compile(r"(?<!\d)(20\d\d) ?[/_-] ?(?:20)?(\d\d)(?!\d|-\d)")
_TO_DATE: Final = re.compile(r"(?:year to date|ytd|cumulative)(?: total)?")
_YEAR: Final = re.compile(r"(?:year|full year|financial year|total year|year total|annual total)(?: \d{4}.*)?")
_UNIT_OF_DAYS: Final = re.compile(r" ?days?\b")
_BAND: Final = re.compile(r"(\d+) ?(?:-|to) ?(\d+)")
_FROM: Final = re.compile(r"(?:at least|≥|>=) ?(\d+)|(\d+) ?(?:\+|(?:and|or) (?:over|more|above))")
_MORE_THAN: Final = re.compile(r"(?:more than|greater than|over|>) ?(\d+)")
_WITHIN: Final = re.compile(r"(?:by|within|up to|≤|<=) ?(\d+)")
_LESS_THAN: Final = re.compile(r"(?:less than|fewer than|under|<) ?(\d+)")
_AGE: Final = re.compile(r"(?:age )?(\d+ ?(?:-|to) ?\d+|\d+ ?\+|\d+ and over)")
_DECILE: Final = re.compile(r"(?:(?:deprivation )?decile )?(10|[1-9])(?: \(.*\))?")
_TOTALS: Final = re.compile(
    r"(?:(?:grand )?total )?(?:cases|tests|count|activity|records|events|exams)?|grand total"
)
_ALL: Final = frozenset({"total", "all", "all tests", "number of tests", "total number of tests", "england total"})
_UNKNOWN: Final = frozenset({"not known", "unknown", "time not known", "time unknown"})
_NO_TIME: Final = frozenset({"not stated", "missing", "not recorded", "no date"})  # where bands are of days
OUTPATIENTS_AND_GPS: Final = "03+04"
NOT_ADMITTED: Final = "03+04+06+07"
EVERY_SETTING: Final = "01+02+03+04+05+06+07"
OTHER_SETTING: Final = "07"
OTHER_SETTINGS: Final = "06+07"
# The patient source settings by their codes, as published in columns and in rows.
_SETTINGS: Final = (
    (("ed",), "05"),
    (("day case", "day cases", "daycase", "daycases"), "02"),
    (("inpatient", "inpatients", "in-patient", "in-patients"), "01"),
    (("outpatient", "outpatients", "out-patient", "out-patients"), "03"),
    (("gp direct access", "gp direct", "gp"), "04"),
    (("other health care provider", "other healthcare provider", "other provider"), "06"),
    (("other",), OTHER_SETTING),
    (("admitted", "admitted patient care"), "01+02"),
    (("op / gp direct access",), NOT_ADMITTED),
)
_SETTING_OF: Final = {name: codes for names, codes in _SETTINGS for name in names}
ALL_SETTINGS: Final = frozenset({"", "all", "total", "all settings", "all source settings", "all patients"})
_EMERGENCY: Final = re.compile(r"\b(?:a ?& ?e|accident (?:and|&) emergency)\b(?: department)?")
_OF_PROVIDER: Final = re.compile(r" ?\((?:of )?(?:this|the|own).*\)$")
_ADMITTED: Final = re.compile(r"^admitted patient care ?[-:] ?")
_AND: Final = re.compile(r" ?[,/&+] ?| and ")


@dataclass(frozen=True)
class Selection:
    """Which tests a column counts.

    `month` is 1 to 12, `YEAR_SO_FAR`, `WHOLE_YEAR`, or None where the rows or the title say it, with its `year`
    where the heading has one (the first one of a financial year); `setting` are codes joined by `+`; `band` is of a
    characteristic of the patient. `share` tells percentages, `rate` tests per 1,000, `read` whether the heading was
    understood.
    """

    month: int | None = None
    year: int | None = None
    setting: str = EVERY
    days: Days = ALL_DAYS
    band: str = EVERY
    share: bool = False
    rate: bool = False
    read: bool = True


def plain(text: object) -> str:
    """A heading or a label in lower case, without notes in brackets, its white space single."""
    return _plain(str(text))


@lru_cache(MOST_TEXTS)
def _plain(text: str) -> str:
    words = re.sub(r"\[(?:note|[a-z]+) ?[^\]]*\]", " ", text, flags=re.IGNORECASE)
    words = words.replace("\u2013", "-").replace("\u2014", "-").replace("\u2019", "'").replace("\xa0", " ")
    return " ".join(words.split()).casefold().strip()


@lru_cache(MOST_TEXTS)
def select(heading: str, group: str = "", *, of_days: bool = False) -> Selection:
    """What a column selects, by its heading and the heading over it and its neighbours.

    With `of_days`, bands without a unit (`0-7`, `> 62`) are of days; they may be ages otherwise.
    """
    words, unit = plain(heading), ""
    if found := _UNIT.search(words):
        words, unit = words[: found.start()], found[1]
    if ": " in words and not group:
        group, words = words.split(": ", 1)
    share = "%" in words or unit in {"per cent", "%"} or plain(group) in {"percentage", "per cent", "%"}
    rate = unit.startswith("tests per") or "per 1,000" in words
    chosen = _column(words.replace("%", "").strip(" ,"), of_days=of_days)
    return replace(_within(chosen, group), share=share, rate=rate)


def _within(chosen: Selection, group: str) -> Selection:
    """What a heading selects of that which the heading over it does."""
    over = _column(plain(group), of_days=False)
    if not (group and over.read):
        return chosen
    year = chosen.year
    if year is None and over.year is not None and chosen.month:
        year = over.year + (over.month == WHOLE_YEAR and 0 < chosen.month < 4)
    return replace(
        chosen,
        month=over.month if chosen.month is None else chosen.month,
        year=over.year if chosen.month is None else year,
        setting=chosen.setting if over.setting == EVERY else over.setting,
        days=over.days if chosen.days == ALL_DAYS else chosen.days,
    )


def _column(words: str, *, of_days: bool) -> Selection:
    if (found := month_of(words)) is not None:
        return Selection(month=found[1], year=found[0])
    if _TO_DATE.fullmatch(words):
        return Selection(month=YEAR_SO_FAR)
    if _YEAR.fullmatch(words):
        return Selection(month=WHOLE_YEAR)
    if (year := _year_alone(words)) is not None:
        return Selection(month=WHOLE_YEAR, year=year)
    if (days := _days(words, of_days=of_days)) is not None:
        return Selection(days=days)
    if words and (words in _ALL or _TOTALS.fullmatch(words)):
        return Selection()
    if (setting := setting_of(words)) != EVERY:
        return Selection(setting=setting)
    return Selection(band=_band_of_patients(words), read=False)


def month_of(words: str) -> tuple[int | None, int] | None:
    """The year, where there is one, and the number of the month that a text names and nothing else."""
    if (found := _MONTH.fullmatch(words)) and (month := month_number(found[1])):
        return with_century(found[2]), month
    found = _DATE.fullmatch(words)
    if found and 1 <= int(found[2]) <= len(MONTHS) and financial_year(words) is None:
        return int(found[1]), int(found[2])
    return None


def month_number(word: str) -> int:
    """The number of the month that a word is, or is short for; 0 for none."""
    names = (number for number, name in enumerate(MONTHS, start=1) if name.startswith(word))
    return next(names, 0) if len(word) >= MONTH_LETTERS else 0


def with_century(digits: str | None) -> int | None:
    """A year in four or two digits; None where there is none."""
    return None if not digits else int(digits) if len(digits) > 2 else 2000 + int(digits)


def financial_year(words: str) -> int | None:
    """The year in which the first financial year that a text names begins (`2018/19`, `2018-2019`)."""
    pairs = ((int(found[1]), int(found[2])) for found in _FINANCIAL_YEAR.finditer(words.replace("\u2013", "-")))
    return next((first for first, second in pairs if second == (first + 1) % 100), None)


def _year_alone(words: str) -> int | None:
    rest = _FINANCIAL_YEAR.sub("", words).strip()
    return financial_year(words) if rest in {"", "total", "year", "final"} else None


def _days(words: str, *, of_days: bool) -> Days | None:
    """The days that a heading names, in any of the published ways."""
    if words in _UNKNOWN or (of_days and words in _NO_TIME):
        return UNKNOWN_DAYS
    if words in {"total known", "known", "known total", "time known"}:
        return KNOWN_DAYS
    fixed = {"same day": (0, 0), "by next day": (0, 1), "next day": (1, 1)}
    if words in fixed:
        return fixed[words]
    without = _UNIT_OF_DAYS.sub("", words).strip()
    return _numbered_days(without) if of_days or without != words else None


def _numbered_days(words: str) -> tuple[int, int] | None:
    if words.isdecimal():
        return int(words), int(words)
    if found := _BAND.fullmatch(words):
        return int(found[1]), int(found[2])
    if found := _FROM.fullmatch(words):
        return int(found[1] or found[2]), FOREVER
    if found := _MORE_THAN.fullmatch(words):
        return int(found[1]) + 1, FOREVER
    if found := _WITHIN.fullmatch(words):
        return 0, int(found[1])
    found = _LESS_THAN.fullmatch(words)
    return (0, int(found[1]) - 1) if found else None


def _band_of_patients(words: str) -> str:
    """An age, a decile or a group of patients in one way of writing."""
    if found := _AGE.fullmatch(words):
        ends = re.findall(r"\d+", found[1])
        return f"age {ends[0]} to {ends[1]}" if len(ends) > 1 else f"age {ends[0]} and over"
    if found := _DECILE.fullmatch(words):
        return f"decile {found[1]}"
    return words


@lru_cache(MOST_TEXTS)
def setting_of(text: str) -> str:
    """The codes of the source settings that a heading or a label names, joined by `+`; `EVERY` for all or none."""
    words = _OF_PROVIDER.sub("", _EMERGENCY.sub("ed", plain(text)))
    if words in _SETTING_OF:
        return _SETTING_OF[words]
    codes = [_SETTING_OF.get(_ADMITTED.sub("", part)) for part in _AND.split(words)]
    named = [code for code in codes if code is not None]
    return "+".join(sorted({*"+".join(named).split("+")})) if len(named) == len(codes) else EVERY
