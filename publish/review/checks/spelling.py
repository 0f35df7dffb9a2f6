"""Names spelt the same wherever a code stands: tables, files, provider issues."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from publish.reference.vocabulary import regions
from publish.review.checks.draft import Outcome, failed_where, how_many
from publish.review.checks.finished import FinishedFiles, named_in_csv
from publish.tables.specification import Level
from publish.tables.truth import ENGLAND_CODE

_ISSUE_OF: Final = re.compile(r"\(([A-Z0-9]{3,6})\)")
_APOSTROPHES: Final = re.compile("[’‘`´]")


class Told(NamedTuple):
    """A name that a file gives to a code, and where."""

    place: str
    code: str
    name: str


def spelling_of_names(finished: FinishedFiles) -> Outcome:
    """The same code by the same name, in the same letters, in every table, file and provider issue."""
    known, nameless = _known(finished)
    told = list(dict.fromkeys(each for each in _told(finished) if each.name not in nameless))
    wrong = [
        _in_words(each, known[each.code])
        for each in told
        if each.code in known and each.name not in known[each.code]
    ]
    wrong += [
        f"{each.place}: the code {each.code} ({each.name}) is in no table"
        for each in told
        if each.code not in known
    ]
    issues = [place for text, place in _sentences(finished) for place in _misspelt(text, place, known)]
    return failed_where(
        [*wrong, *issues],
        f"{how_many(len(wrong) + len(issues), 'name is', 'names are')} not spelt as the tables spell them.",
        f"{len({each.code for each in told})} codes have the same name, in the same letters, in all files and in "
        "the provider issues.",
    )


def _known(finished: FinishedFiles) -> tuple[dict[str, list[str]], set[str]]:
    """The names of each code in the tables of the release and of its regions, and those of rows without a code."""
    regions_then = regions(finished.edition.period.latest.last_day)
    known = {region.region_code: [region.region_name] for region in regions_then}
    nameless = {"England"}
    for table in finished.tables:
        rows = table.cells.select("level", "region_code", "org_code", "provider_name").unique(maintain_order=True)
        for level, region, code, name in rows.iter_rows():
            of_row = region if level == Level.REGION.value else code
            if of_row == ENGLAND_CODE:
                nameless.add(name)
            else:
                forms = known.setdefault(of_row, [])
                forms += [form for form in (name, name.removesuffix(f" - {of_row}")) if form not in forms]
    return known, nameless


def _told(finished: FinishedFiles) -> Iterator[Told]:
    for book in finished.workbooks:
        yield from (Told(f"{book.file}, {each.sheet}", each.code, each.name) for each in book.named)
    for file in sorted(finished.files):
        if file.endswith(".csv") and f"{file}-metadata.json" in finished.files:
            yield from (Told(file, each.code, each.name) for each in named_in_csv(finished.folder / file))


def _sentences(finished: FinishedFiles) -> Iterator[tuple[str, str]]:
    """Sentences that may name a provider with its code: those of the issues, wherever they are told."""
    for book in finished.workbooks:
        yield from ((line.text, f"{book.file}, {line.sheet}") for line in book.lines)
    for page in finished.pages:
        yield from ((text, page.file) for text in page.paragraphs)


def _misspelt(text: str, place: str, known: dict[str, list[str]]) -> Iterator[str]:
    for found in _ISSUE_OF.finditer(text):
        code = found[1]
        before = text[: found.start()].rstrip(" ")
        if code in known and not any(before.endswith(name) for name in known[code]):
            said = before[-max(map(len, known[code])) :]
            yield _in_words(Told(place, code, said), known[code])


def _in_words(told: Told, names: Iterable[str]) -> str:
    expected = next(iter(names))
    return (
        f"{told.place}: {told.code} is written {told.name!r}, in the tables {expected!r}{_why(told.name, expected)}"
    )


def _why(name: str, expected: str) -> str:
    """In what the two differ, where it is not the name itself."""
    if _APOSTROPHES.sub("'", name) == _APOSTROPHES.sub("'", expected):
        return " (another apostrophe)"
    if " ".join(name.split()) == " ".join(expected.split()):
        return " (spaces)"
    if name.casefold() == expected.casefold():
        return " (capitals)"
    if name.replace("&", "and") == expected.replace("&", "and"):
        return " (an ampersand)"
    return ""
