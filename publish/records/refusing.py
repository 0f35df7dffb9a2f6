"""What a reading library raises, as a refusal."""

import csv
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl
from polars.exceptions import PanicException

from publish.errors import InputRefused

_FORMS: Final = {".parquet": "Parquet", ".xml": "XML"}


@contextmanager
def refusing(file: Path) -> Generator[None]:
    """Turn what a reading library raises into a refusal that names the file and shows none of its content."""
    try:
        yield
    except (pl.exceptions.PolarsError, PanicException, OSError, UnicodeDecodeError, csv.Error) as error:
        raise unreadable(file, error) from None


def unreadable(file: Path, error: BaseException) -> InputRefused:
    """The refusal of a file that a reading library cannot read."""
    form = "a Delta table" if file.is_dir() else _FORMS.get(file.suffix.lower(), "UTF-8 CSV")
    return InputRefused(
        f"cannot be read as {form} ({type(error).__name__})",
        where=str(file),
        do="check that the file is complete, or export it again",
    )
