"""What the headings of published tables say: which tests a column of figures counts.

Headings wander from year to year and from format to format (`Apr`, `April 2023 (tests)`, `Year to date`,
`0-7 days`, `Accident and emergency: by next day (per cent)`); what they select does not.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FOREVER: Final = 10**6  # days: the end of a band without one
EVERY: Final = ""  # the setting, sex or band of a count that is not divided by it
Days = tuple[int, int] | str  # first and last day; or one of the words below
ALL_DAYS: Final = ""  # tests with and without a day
KNOWN_DAYS: Final = "known"
UNKNOWN_DAYS: Final = "not known"
YEAR_SO_FAR: Final = 0  # the month number of a column for all months of its table

_UNIT: Final = re.compile(r"\s*\((tests|per cent|median days|tests per 1,000[^)]*)\)$")
_MONTH: Final = re.compile(rf"^({'|'.join(MONTHS)})[a-z]*[ -]*(\d{{2}}|\d{{4}})?$")
_YEAR: Final = re.compile(r"^(year( to date)?|ytd|full year|financial year|total year)( \d{4}.*)?$")
_BAND: Final = re.compile(r"^(\d+) ?(?:-|–|to) ?(\d+)( days?)?$")
_ONE_DAY: Final = re.compile(r"^(\d+) days?$")
_AND_OVER: Final = re.compile(r"^(\d+) days? (?:and|or) (?:over|more)$|^(\d+)\+ days?$")
_MORE_THAN: Final = re.compile(r"^(?:more than|over|>) ?(\d+) days?$")
_WITHIN: Final = re.compile(r"^(?:by|within) (\d+) days?$")
_AGE: Final = re.compile(r"^(?:age )?(\d+ ?(?:-|–|to) ?\d+|\d+ ?\+|\d+ and over)$")
_DECILE: Final = re.compile(r"^(?:deprivation decile )?(\d+)(?: \(.*\))?$")
OUTPATIENTS_AND_GPS: Final = "03+04"
NOT_ADMITTED: Final = "03+04+06+07"
# The seven patient source settings by their codes, as published in columns and in rows.
_SETTINGS: Final = (
    (("a&e", "accident and emergency"), "05"),
    (("day case", "admitted patient care - day case", "admitted patient care: day case"), "02"),
    (("inpatient", "admitted patient care - inpatient", "admitted patient care: inpatient"), "01"),
    (("outpatient",), "03"),
    (("gp direct access",), "04"),
    (("other health care provider", "other provider"), "06"),
    (("a&e, inpatients & day cases", "accident and emergency, inpatients and day cases"), "01+02+05"),
    (("outpatients & gp direct access", "outpatients and gp direct access"), OUTPATIENTS_AND_GPS),
    (("a&e / admitted", "accident and emergency and admitted"), "01+02+05"),
    (("op / gp direct access",), NOT_ADMITTED),
)
EVERY_SETTING: Final = "01+02+03+04+05+06+07"
OTHER_SETTING: Final = "07"
OTHER_SETTINGS: Final = "06+07"


@dataclass(frozen=True)
class Selection:
    """Which tests a column counts.

    `month` is 1 to 12, `YEAR_SO_FAR`, or None where the rows or the title say it, with its `year` where the heading
    has one; `setting` are codes joined by `+`; `band` is of a characteristic of the patient. `share` tells
    percentages, `rate` tests per 1,000, `read` whether the heading was understood.
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
    words = re.sub(r"\[(?:note|[a-z]+) ?[^\]]*\]", " ", str(text), flags=re.IGNORECASE)
    return " ".join(words.replace("\u2013", "-").replace("\xa0", " ").split()).casefold().strip()


def select(heading: str, group: str = "") -> Selection:
    """What a column selects, by its heading and the heading over it and its neighbours."""
    words, unit = plain(heading), ""
    if found := _UNIT.search(words):
        words, unit = words[: found.start()], found[1]
    if ": " in words and not group:
        group, words = words.split(": ", 1)
    share = words.startswith("%") or unit == "per cent" or plain(group) in {"percentage", "per cent"}
    rate = unit.startswith("tests per") or "per 1,000" in words
    chosen = _column(words.removeprefix("%").strip(" ,"))
    over = setting_of(group)
    setting = over if over != EVERY else chosen.setting
    return replace(chosen, setting=setting, share=share, rate=rate)


def _column(words: str) -> Selection:
    if (found := _MONTH.match(words)) is not None:
        year = int(found[2]) if found[2] else None
        return Selection(month=MONTHS.index(found[1]) + 1, year=_century(year))
    if _YEAR.match(words):
        return Selection(month=YEAR_SO_FAR)
    if (days := _days(words)) is not None:
        return Selection(days=days)
    if words in {"total", "total cases", "all", "total tests", "tests", "count", "number of tests"}:
        return Selection()
    if (setting := setting_of(words)) != EVERY:
        return Selection(setting=setting)
    return Selection(band=_band_of_patients(words), read=False)


def _century(year: int | None) -> int | None:
    return year if year is None or year > 99 else 2000 + year


def _days(words: str) -> Days | None:
    """The days that a heading names, in any of the published ways."""
    if words in {"not known", "time not known", "unknown"}:
        return UNKNOWN_DAYS
    if words in {"total known", "known"}:
        return KNOWN_DAYS
    fixed = {"same day": (0, 0), "by next day": (0, 1), "next day": (1, 1)}
    if words in fixed:
        return fixed[words]
    if (found := _BAND.match(words)) and found[3]:
        return int(found[1]), int(found[2])
    if found := _ONE_DAY.match(words):
        return int(found[1]), int(found[1])
    if found := _AND_OVER.match(words):
        return int(found[1] or found[2]), FOREVER
    if found := _MORE_THAN.match(words):
        return int(found[1]) + 1, FOREVER
    found = _WITHIN.match(words)
    return (0, int(found[1])) if found else None


def _band_of_patients(words: str) -> str:
    """An age, a decile or a group of patients in one way of writing."""
    if found := _AGE.match(words):
        ends = re.findall(r"\d+", found[1])
        return f"age {ends[0]} to {ends[1]}" if len(ends) > 1 else f"age {ends[0]} and over"
    if found := _DECILE.match(words):
        return f"decile {found[1]}"
    return words


def setting_of(text: str) -> str:
    """The codes of the source settings that a heading or a label names, joined by `+`; `EVERY` for all or none."""
    words = re.sub(r" ?\((?:of )?(?:this|the|own).*\)$", "", plain(text))
    words = words.removesuffix(" department")
    if words == "other":
        return OTHER_SETTING
    return next((codes for names, codes in _SETTINGS if words in names), EVERY)
