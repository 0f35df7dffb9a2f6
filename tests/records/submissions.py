"""Submissions and extracts for tests: good records changed, in files of each form, and what becomes of them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from hypothesis import strategies as st

from publish.records.files import RecordFile, find_record_files
from publish.records.intake import ACCEPTED, REJECTED, SUPERSEDED, WITHDRAWN, Part, Terms, take_in
from publish.records.items import NAMES
from publish.reference.tables import ReferenceData, load_reference
from tests.records import made_xml
from tests.records.rule_samples import GOOD

Row = dict[str, str | None]
REFERENCE = load_reference()
PERSON, WITHDRAWN_PERSON = "9434765919", "9434765870"


def good(accession: str | None = "A1", **items: str | None) -> Row:
    """A record that no rule rejects, with some of its items changed."""
    return GOOD | {"RADIOLOGICAL_ACCESSION_NUM": accession} | items


def written(rows: Sequence[Row], file: Path, *, header: bool = False) -> Path:
    """The records as a file of the form that its name says."""
    file.parent.mkdir(parents=True, exist_ok=True)
    frame = pl.DataFrame(rows, schema=dict.fromkeys(NAMES, pl.String))
    if file.suffix == ".csv":
        frame.write_csv(file, include_header=header)
    elif file.suffix == ".xml":
        file.write_text(made_xml.xml(*rows), encoding="utf-8")
    else:
        frame.write_parquet(file)
    return file


def taken_in(
    folder: Path, *files: Path, terms: Terms | None = None, reference: ReferenceData = REFERENCE
) -> tuple[Part, ...]:
    """The files with the fate of each record."""
    work = folder / "work"
    work.mkdir(exist_ok=True)
    return take_in(found(*files), reference, terms or Terms(), work, lambda _: None)


def found(*files: Path) -> tuple[RecordFile, ...]:
    return find_record_files([str(file) for file in files])


def fates_of(parts: Sequence[Part]) -> dict[str, list[str]]:
    """By name of the file, the fate of each of its records."""
    return {part.file.path.name: part.records().collect()["fate"].cast(pl.String).to_list() for part in parts}


# -- arbitrary submissions ----------------------------------------------------------------------------------------

# How a record may be spoilt so that a rule rejects it; an extract may hold any of these all the same.
SPOILT = [
    *({"PERSON_GENDER_CODE": "7"}, {"SERVICE_REPORT_DATE": "2019-01-01"}, {"NHS_NUMBER": "9434765910"}),
    *({"PATIENT_SOURCE_SETTING": None}, {"DIAGNOSTIC_TEST_DATE": None}, {"DIAGNOSTIC_TEST_DATE": "soon"}),
    *({"RADIOLOGICAL_ACCESSION_NUM": None}, {"SITE_CODE_IMAGING": None}, {"SITE_CODE_IMAGING": "RR8"}),
]


@st.composite
def rows(draw: st.DrawFn) -> tuple[Row, bool]:
    """A record, and whether a rule rejects it."""
    record = good(
        draw(st.sampled_from(["A1", "a1", "A2", " A2 ", "A3"])),
        SITE_CODE_IMAGING=draw(st.sampled_from(["RR801", "rr801 ", "RF401", "QQQ99"])),
        NHS_NUMBER=draw(st.sampled_from([PERSON, PERSON, WITHDRAWN_PERSON])),
        DIAGNOSTIC_TEST_DATE=draw(st.sampled_from(["2024-02-29", "2024-02-28", "2024-03-01"])),
    )
    spoilt = draw(st.sampled_from([None, None, None, *SPOILT]))
    return record | (spoilt or {}), spoilt is not None


FILES = st.lists(
    st.tuples(st.sampled_from(["csv", "xml", "parquet"]), st.lists(rows(), min_size=1, max_size=6)),
    min_size=1,
    max_size=4,
)
TERMS = st.builds(
    Terms, validate=st.booleans(), withdrawn=st.sampled_from([frozenset(), frozenset({WITHDRAWN_PERSON})])
)


def laid_down(files: list[tuple[str, list[tuple[Row, bool]]]], folder: Path) -> list[Path]:
    """The files of the strategy, each with a last record of its own, since none may hold the bytes of another."""
    return [
        written([*(row for row, _ in of_file), own_row(number)], folder / f"{number}.{kind}")
        for number, (kind, of_file) in enumerate(files)
    ]


def own_row(number: int) -> Row:
    return good(f"OWN{number}")


def slow_fates(files: list[tuple[str, list[tuple[Row, bool]]]], terms: Terms) -> dict[str, list[str]]:
    """The fate of every record, by name of its file, worked out a record at a time."""
    complete = [(kind, [*of_file, (own_row(number), False)]) for number, (kind, of_file) in enumerate(files)]
    order = sorted(range(len(files)), key=lambda number: complete[number][0] != "parquet")
    sound: dict[int, list[bool]] = {}
    for number in order:
        kind, of_file = complete[number]
        judged = kind != "parquet" or terms.validate
        times = Counter(key_of(row) for row, _ in of_file)
        sound[number] = [
            not judged or not (spoilt or (key_of(row) is not None and times[key_of(row)] > 1))
            for row, spoilt in of_file
        ]
    compared = terms.validate or any(kind != "parquet" for kind, _ in files)
    fates = {}
    for place, number in enumerate(order):
        kind, of_file = complete[number]
        later = {
            key_of(row)
            for other in order[place + 1 :]
            for (row, _), stands in zip(complete[other][1], sound[other], strict=True)
            if stands and compared
        } - {None}
        fates[f"{number}.{kind}"] = [
            slow_fate(row, stands, key_of(row) in later, terms)
            for (row, _), stands in zip(of_file, sound[number], strict=True)
        ]
    return fates


def slow_fate(row: Row, stands: bool, replaced: bool, terms: Terms) -> str:
    if not stands:
        return REJECTED
    if replaced:
        return SUPERSEDED
    return WITHDRAWN if row["NHS_NUMBER"] in terms.withdrawn else ACCEPTED


def key_of(row: Row) -> tuple[str, str] | None:
    site, accession = row["SITE_CODE_IMAGING"], row["RADIOLOGICAL_ACCESSION_NUM"]
    return (site.strip().upper(), accession.strip()) if site and accession else None
