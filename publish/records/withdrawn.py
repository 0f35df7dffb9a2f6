"""Patients who have withdrawn their consent: a list of NHS numbers or Person_IDs."""

import re
from pathlib import Path
from typing import Final

import polars as pl

from publish.errors import InputRefused, UsageError

_NUMBER: Final = r"[0-9A-Z][0-9A-Z_-]{0,63}"
PERSONS: Final = ("NHS_NUMBER", "Person_ID")
PSEUDONYM: Final = "^[0-9a-f]{32}$"  # of a data product that was made with --pseudonymise
_HEADINGS: Final = {"NHS_NUMBER", "PERSON_ID"}


def read_withdrawn(file: Path | None) -> frozenset[str]:
    """The NHS numbers and Person_IDs of a text file, one on a line; a heading by either name is passed over.

    Blanks and hyphens of NHS numbers are left out. Raises UsageError where there is no such file, InputRefused
    where a line holds something else: a patient who is not recognised would stay in the product.
    """
    if file is None:
        return frozenset()
    lines = enumerate(_lines(file), start=1)
    given = ((number, line.strip().strip('"').upper()) for number, line in lines)
    return frozenset(
        _identifier(line, file, number)
        for number, line in given
        if line and not (number == 1 and line in _HEADINGS)
    )


def refuse_unrecognisable(file: Path, records: pl.LazyFrame) -> None:
    """Raise InputRefused where no patient can be recognised: the records name none, or by pseudonyms.

    Else a patient who has withdrawn would stay in, without a word.
    """
    columns = records.collect_schema().names()
    people = [pl.col(name).cast(pl.String) for name in PERSONS if name in columns]
    found = records.select(
        named=pl.any_horizontal(pl.lit(value=False), *(person.is_not_null() for person in people)).any(),
        hidden=pl.any_horizontal(pl.lit(value=False), *(person.str.contains(PSEUDONYM) for person in people)).any(),
        some=pl.len() > 0,
    )
    named, hidden, some = found.collect(engine="streaming").row(0)
    if hidden or (some and not named):
        raise InputRefused(
            "names no patient, or by pseudonyms alone: nobody on the list can be recognised",
            where=str(file),
            do="give the records as they were before that, or leave --withdrawn out",
        )


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot be read as text ({type(error).__name__})",
            where=str(file),
            do="give --withdrawn a text file with one NHS number or Person_ID on a line",
        ) from None


def _identifier(line: str, file: Path, number: int) -> str:
    digits = re.sub(r"[ -]", "", line)
    if re.fullmatch("[0-9]{10}", digits):
        return digits
    if not re.fullmatch(_NUMBER, line):
        raise InputRefused(
            f"line {number} is neither an NHS number nor a Person_ID",
            where=str(file),
            do="give one NHS number or Person_ID on a line, and nothing else",
        )
    return line
