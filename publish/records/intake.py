"""From files to records with a fate: each file is checked by itself, then the files are compared by key.

Rule (records specification, Validation): a record's key is its accession number and site; a key that stands twice
in one submission is refused (DIDS071), and a resubmission replaces the record with that key. Every record has
exactly one fate, so submitted = accepted + rejected + superseded + withdrawn.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from publish.progress import Tell
from publish.records.checking import check, rejected, rule_bit
from publish.records.files import RecordFile
from publish.records.items import CODES, NAMES
from publish.records.readers import read_records, refusing
from publish.records.values import normalised
from publish.records.withdrawn import refuse_unrecognisable
from publish.reference.tables import ReferenceData

ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
SUPERSEDED: Final = "superseded"
WITHDRAWN: Final = "withdrawn"
FATES: Final = (ACCEPTED, REJECTED, SUPERSEDED, WITHDRAWN)
FATE: Final = pl.Enum(FATES)
_OF_EXTRACT: Final = ("DIAGNOSTIC_TEST_DATE", *CODES)  # without these an extract says nothing of a test
_SPACED_NUMBER: Final = r"^([0-9]{3})[ -]?([0-9]{3})[ -]?([0-9]{4})$"
_KEYS_AT_A_TIME: Final = 4_000_000  # keys of records in memory at once
_ROWS_AT_A_TIME: Final = 100_000  # rows of a group in the files between the stages


@dataclass(frozen=True)
class Terms:
    """On what terms records are taken in.

    `submitted` is the day on which the files were submitted, `submitter` the organisation that did (None: not
    known). `validate` puts extracts through validation too. `withdrawn` are the NHS numbers or Person_IDs of
    patients who have withdrawn their consent.
    """

    submitted: date | None = None
    submitter: str | None = None
    validate: bool = False
    withdrawn: frozenset[str] = frozenset()

    def judges(self, file: RecordFile) -> bool:
        """Whether the rules apply to a file: submissions always, an extract holds what was accepted already."""
        return file.is_submission or self.validate

    def apply_to(self, files: Sequence[RecordFile]) -> bool:
        """Whether records of these files can have another fate than to be accepted."""
        return bool(self.withdrawn) or any(self.judges(file) for file in files)


@dataclass(frozen=True)
class Part:
    """The records of one file after its check.

    `label` is the name of the file, from the folder that all files of the run have in common. `given` has the items
    as they stand in the file and `record`, the number of the record in it. `records()` has the normalised items,
    `record`, `problems` (the rules that apply, see `check`) and `fate`. Both have one row for each record of the
    file, in its order.
    """

    file: RecordFile
    label: str
    given: pl.LazyFrame
    checked: Path
    repeated: pl.DataFrame  # record, duplicate, superseded: only the records whose key stands elsewhere too
    withdrawn: frozenset[str]

    @property
    def size(self) -> int:
        """How many records the file has."""
        return pl.scan_parquet(self.checked, glob=False).select(pl.len()).collect().item()

    def records(self, first: int = 0, count: int | None = None) -> pl.LazyFrame:
        """The records of the file with their fates; or so many of them, from the one at place `first`."""
        piece = pl.scan_parquet(self.checked, glob=False).slice(first, count)
        marked = piece.join(self.repeated.lazy(), on="record", how="left", maintain_order="left")
        duplicate = pl.col("duplicate").fill_null(value=False).cast(pl.UInt64) * rule_bit("DIDS071")
        return (
            marked.with_columns(problems=pl.col("problems") | duplicate)
            .with_columns(fate=self._fate())
            .drop("duplicate", "superseded")
        )

    def accepted(self, first: int = 0, count: int | None = None) -> pl.LazyFrame:
        """The accepted ones of `records`."""
        return self.records(first, count).filter(pl.col("fate") == ACCEPTED)

    def of_withdrawn(self) -> pl.Expr:
        """Whether a record is of a patient who has withdrawn consent."""
        if not self.withdrawn:
            return pl.lit(value=False)
        people = pl.lit(pl.Series(sorted(self.withdrawn), dtype=pl.String)).implode()
        # as the list writes them: in capitals, an NHS number without blanks and hyphens
        person = pl.col("Person_ID").str.to_uppercase().str.replace(_SPACED_NUMBER, "${1}${2}${3}")
        return (pl.col("NHS_NUMBER").is_in(people) | person.is_in(people)).fill_null(value=False)

    def _fate(self) -> pl.Expr:
        return (
            pl.when(rejected())
            .then(pl.lit(REJECTED))
            .when(pl.col("superseded").fill_null(value=False))
            .then(pl.lit(SUPERSEDED))
            .when(self.of_withdrawn())
            .then(pl.lit(WITHDRAWN))
            .otherwise(pl.lit(ACCEPTED))
            .cast(FATE)
        )


def take_in(
    files: Sequence[RecordFile], reference: ReferenceData, terms: Terms, folder: Path, tell: Tell
) -> tuple[Part, ...]:
    """Check every file, compare their keys, and give each record its fate.

    Extracts count as earlier than submissions; else a later file replaces the records of an earlier one. What is
    checked is written to `folder`, in the order of the files. Raises InputRefused where a file cannot be read.
    """
    in_order = sorted(files, key=lambda file: file.is_submission)
    given: list[pl.LazyFrame] = []
    checked: list[Path] = []
    for number, file in enumerate(in_order, start=1):
        tell(f"Reading {file.path.name} ({number} of {len(files)})")
        given.append(_given(file, terms, folder / f"{number}-given.parquet"))
        checked.append(_check_file(file, given[-1], reference, terms, folder / f"{number}.parquet"))
    judged = [terms.judges(file) for file in in_order]
    repeated = _repeated_keys(checked, judged) if any(judged) else _no_keys()
    return tuple(
        Part(
            file,
            _label(file, files),
            records,
            path,
            repeated.filter(pl.col("file") == number).drop("file"),
            terms.withdrawn,
        )
        for number, (file, records, path) in enumerate(zip(in_order, given, checked, strict=True))
    )


def _label(file: RecordFile, files: Sequence[RecordFile]) -> str:
    common = os.path.commonpath([each.path.parent for each in files])
    return file.path.relative_to(common).as_posix()


def _given(file: RecordFile, terms: Terms, copy: Path) -> pl.LazyFrame:
    """The records of a file with their numbers. Text is read once, to a copy of which columns can be read alone."""
    needed = NAMES if terms.judges(file) else _OF_EXTRACT
    others = tuple(name for name in NAMES if name not in needed)
    records = read_records(file, needed, optional=others, extras=True).with_row_index("record", offset=1)
    if not file.is_submission:
        if terms.withdrawn:
            with refusing(file.path):
                refuse_unrecognisable(file.path, records)
        return records
    with refusing(file.path):
        records.sink_parquet(copy, engine="streaming", compression="lz4", row_group_size=_ROWS_AT_A_TIME)
    return pl.scan_parquet(copy, glob=False)


def _check_file(
    file: RecordFile, records: pl.LazyFrame, reference: ReferenceData, terms: Terms, into: Path
) -> Path:
    with refusing(file.path):
        if terms.judges(file):
            known = check(records, reference, terms.submitted, terms.submitter)
        else:
            known = normalised(records, reference, terms.submitter).with_columns(problems=pl.lit(0, pl.UInt64))
        known.sink_parquet(into, engine="streaming", compression="lz4", row_group_size=_ROWS_AT_A_TIME)
    return into


def _repeated_keys(checked: Sequence[Path], judged: Sequence[bool]) -> pl.DataFrame:
    """The records whose key stands in another record too: file (its number), record, duplicate, superseded.

    Keys are compared a part at a time, those with the same hash in the same part, so that memory does not grow
    with the number of files.
    """
    keys = pl.concat([_keys(path, number) for number, path in enumerate(checked)])
    total = keys.select(pl.len()).collect(engine="streaming").item()
    parts = total // _KEYS_AT_A_TIME + 1
    part = pl.col("key").hash() % parts
    found = [_repeated(keys.filter(part == number).collect(engine="streaming"), judged) for number in range(parts)]
    return pl.concat(found)


def _keys(checked: Path, number: int) -> pl.LazyFrame:
    """file, record, key, accepted so far. A record without site or accession number has no key."""
    key = pl.concat_str("SITE_CODE_IMAGING", "RADIOLOGICAL_ACCESSION_NUM", separator="\x1f")
    rows = pl.scan_parquet(checked, glob=False).select(
        pl.lit(number, pl.UInt32).alias("file"), "record", key=key, accepted=~rejected()
    )
    return rows.filter(pl.col("key").is_not_null())


def _repeated(keys: pl.DataFrame, judged: Sequence[bool]) -> pl.DataFrame:
    several = keys.filter(pl.col("key").is_duplicated())
    strict = pl.col("file").is_in([number for number, applies in enumerate(judged) if applies])
    counted = several.with_columns(duplicate=strict & (pl.len().over("file", "key") > 1))
    standing = pl.col("accepted") & ~pl.col("duplicate")
    latest = pl.col("file").filter(standing).max().over("key")
    return counted.select(
        "file", "record", "duplicate", superseded=(standing & (pl.col("file") < latest)).fill_null(value=False)
    )


def _no_keys() -> pl.DataFrame:
    columns = {"file": pl.UInt32, "record": pl.UInt32, "duplicate": pl.Boolean, "superseded": pl.Boolean}
    return pl.DataFrame(schema=columns)
