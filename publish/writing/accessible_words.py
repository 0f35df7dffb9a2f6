"""The words of the accessible edition: headings with units, shorthand, titles.

Rule: accessible spreadsheets, 1 Tables (T11, T12, T15), 2 Footnotes and shorthand, 4 Structure (S1, S10).
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from publish.counts.annual import AGE_AND_SEX, DEPRIVATION
from publish.disclosure.control import ProtectedTable
from publish.period import Month, in_words
from publish.tables.specification import YEAR, Column, Level, Measure, PlaceColumn, TableSpec
from publish.tables.workbooks import workbooks_of
from publish.writing.csv_metadata import UNITS
from publish.writing.fillings import Fillings
from publish.writing.wording import listed

CONFIDENTIAL, NOT_AVAILABLE, NOT_APPLICABLE, LOW = "[c]", "[x]", "[z]", "[low]"
MEANINGS: Final = {
    CONFIDENTIAL: "confidential: suppressed, so that nothing is learnt of the few patients whom it is about",
    NOT_AVAILABLE: "not available: no data has been submitted",
    NOT_APPLICABLE: "not applicable: there is no such code or name",
    LOW: "a percentage or rate that is not 0 but rounds to it",
}
MEDIAN_UNIT, NUMBER_UNIT = "median days", "number"
REGION_NAME: Final = "Region name"
LEVEL_HEADING: Final = "Geography type"
# The keys of the published tables give each meaning its symbol; here they have shorthand.
_KEYS: Final = {
    "* = suppression": f"{CONFIDENTIAL} = confidential",
    "Blank cells =": f"{NOT_AVAILABLE} = not available:",
}
_FIRST_PART: Final = re.compile("[,;]")
_WORDS: Final = (
    (re.compile(r"\bA&E\b"), "Accident and emergency"),
    (re.compile(r"\bOP /"), "Outpatients /"),
    (re.compile(r" [/&] "), " and "),
    (re.compile(r"> (?=\d)"), "More than "),
    (re.compile(r"(?<=\d)-(?=\d)"), " to "),
    (re.compile(r"(?<=\d)%"), " per cent"),
)
_PERCENT_SIGN: Final = re.compile(r"^% ")
_NOT_OF_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_PLACE_WORDS: Final = {"org": "organisation", "icb": "integrated care board", "ons": "ONS"}
_BANDS: Final = {AGE_AND_SEX: "Age {}", DEPRIVATION: "Deprivation decile {}"}
_LEVELS: Final = {Level.REGION: "regions", Level.ICB: "ICBs", Level.PROVIDER: "providers"}
_LEVEL_NAMES: Final = {Level.ICB: "Integrated care board"}
_BEYOND: Final = (
    "r"  # marks a published table that stands, by other places, in a workbook beyond the published ones
)


def in_full(text: str) -> str:
    """The text with words for its symbols: `A&E`, `> 28 days`, `0-7 days`, `0%`."""
    for symbol, words in _WORDS:
        text = symbol.sub(words, text)
    return text


def plain(text: str) -> str:
    """The text of a cell: without what a file may not hold, and without spaces at its ends or side by side."""
    return "\n".join(" ".join(line.split()) for line in _NOT_OF_XML.sub(" ", text).split("\n"))


def sentence(text: str) -> str:
    """The text with words for its symbols and a full stop at its end."""
    return in_full(text) if text.endswith(".") else f"{in_full(text)}."


def table_numbers(*, annual: bool) -> dict[TableSpec, str]:
    """What each table of a release is numbered here, whether or not it could be made.

    A published table keeps its number. Beyond them `1r` is Table 1 by other places; what has no number of its own
    goes on from the last published one.
    """
    workbooks = workbooks_of(annual=annual)
    numbers = {spec: spec.number for book in workbooks if book.number for spec in book.tables}
    beyond = [spec for book in workbooks if not book.number for spec in book.tables]
    numbers |= {spec: f"{spec.number}{_BEYOND}" for spec in beyond if spec.number}
    last = max(int(book.number) for book in workbooks_of(annual=True) if book.number)
    without = (spec for spec in beyond if not spec.number)
    return numbers | {spec: str(number) for number, spec in enumerate(without, start=last + 1)}


def sheet_name(table: ProtectedTable, number: str) -> str:
    """`Table_1`, `Table_13_Apr_to_Jun` of a table for a quarter."""
    return f"Table_{number}{_quarter(table)}"


def range_name(table: ProtectedTable) -> str:
    """`Modality_Provider_Counts`: what the mark-up calls the table."""
    return f"{table.spec.file_stem.replace('-', '_')}{_quarter(table)}"


def title(number: str, filled: Fillings) -> str:
    """`Table 1: Count of …, England and providers, April 2022 to March 2023`."""
    spec = filled.table.spec
    words = _capital(filled(spec.title).rstrip(".").removesuffix(f", by {spec.basis.word.lower()}"))
    return in_full(f"Table {number}: {words}, {geography(filled)}, {in_words(filled.table.months)}")


def geography(filled: Fillings) -> str:
    """`England and providers`: what the rows of a table are about."""
    places = _LEVELS | {Level.ENGLAND: "England", Level.COMMISSIONER: filled("{commissioner}s")}
    return listed(places[level] for level in filled.table.spec.basis.levels if level in places)


def level_name(level: str, filled: Fillings) -> str:
    """What a row is about, in words: `Provider`, `Sub-ICB location`."""
    commissioner = {Level.COMMISSIONER: "{commissioner}", Level.NO_COMMISSIONER: "no {commissioner}"}
    return _capital(filled((commissioner | _LEVEL_NAMES).get(Level(level), level)))


def place_heading(place: PlaceColumn, filled: Fillings) -> str:
    """`Organisation code`: the same for the same column of the CSV files, whatever a published table calls it."""
    known = _PLACE_WORDS | {"commissioner": filled("{commissioner}")}
    return _capital(" ".join(known.get(word, word) for word in place.csv_name.split("_")))


def figure_heading(column: Column, filled: Fillings) -> str:
    """`April 2022` and on a line of its own `(tests)`; with the group of columns in which it stands, if any."""
    spec = filled.table.spec
    words = _month_heading(column, filled) if column.is_period else _band_heading(column, spec)
    unit = _unit(column.measure(spec.measure))
    return f"{words}\n({NUMBER_UNIT if words.casefold() == unit else unit})"


def legend(used: Iterable[str], filled: Fillings) -> Iterator[str]:
    """What the shorthand that a table uses means, and what 0 means in it: a sentence each."""
    spec = filled.table.spec
    key = (in_full(_with_shorthand(line)).partition(" = ") for line in filled.lines(spec.key))
    own = {symbol: meaning for symbol, _, meaning in key}
    for token in used:
        yield f"{token} = {own.get(token, MEANINGS[token])}."
    if "0" in own:
        # where what rounds to 0 has shorthand of its own, what the key goes on to say of percentages is wrong
        yield f"0 = {_FIRST_PART.split(own['0'])[0] if LOW in used else own['0']}."


def tokens(texts: Iterable[object]) -> tuple[str, ...]:
    """The shorthand among the values, in the order of `MEANINGS`."""
    found = set(texts)
    return tuple(token for token in MEANINGS if token in found)


def _with_shorthand(line: str) -> str:
    for symbol, words in _KEYS.items():
        line = line.replace(symbol, words)
    return line


def _quarter(table: ProtectedTable) -> str:
    months = table.months
    return f"_{months[0].short}_to_{months[-1].short}" if table.spec.by_quarter else ""


def _month_heading(column: Column, filled: Fillings) -> str:
    if column.period != YEAR:
        return Month.parse(column.period).words
    return filled.year_heading


def _band_heading(column: Column, spec: TableSpec) -> str:
    words = in_full(_PERCENT_SIGN.sub("", column.heading))
    if column.group:
        return _capital(_in_lower_case(f"{in_full(column.group)}: {words}"))
    if column.heading[0].isdigit():
        words = _BANDS.get(str(dict(spec.only).get("characteristic")), "{}").format(words)
    return words


def _capital(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"


def _in_lower_case(words: str) -> str:
    """The words in lower case but for abbreviations: the published headings disagree on their capitals."""
    return " ".join(word.lower() if word[1:] == word[1:].lower() else word for word in words.split(" "))


def _unit(measure: Measure) -> str:
    return MEDIAN_UNIT if measure.is_median else UNITS[measure]
