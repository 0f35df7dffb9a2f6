"""The record-level data product: accepted records with every derived field, as Parquet, a folder for each month."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from publish.counts.submitted import broken_rules, fates, ledger
from publish.errors import UsageError
from publish.folders import whole, writable
from publish.product.form import Form
from publish.product.parts import write_empty, write_part
from publish.product.report import write_report
from publish.progress import Tell
from publish.records.files import RecordFile
from publish.records.intake import Terms, take_in
from publish.reference.listing import lacking
from publish.reference.tables import ReferenceData

FILES: Final = "*/part-*.parquet"  # what a product has in its folder


@dataclass(frozen=True)
class Derived:
    """What a run made: the product, the folder of its report, the ledger and the broken rules, what it lacks.

    `ledger` and `rules` as `ledger` and `broken_rules` of `publish.counts.submitted` give them.
    """

    product: Path
    report: Path
    ledger: pl.DataFrame
    rules: pl.DataFrame
    lacking: tuple[str, ...]


def derive_product(
    files: Sequence[RecordFile], reference: ReferenceData, terms: Terms, form: Form, out: Path, tell: Tell
) -> Derived:
    """Make the data product of these files at `out`, and `<stem>-report` beside it with its report.

    The product is a folder of Parquet, one folder for each month of test. Both appear whole or not at all. Raises
    UsageError where `out` holds something else or cannot be written to, InputRefused where a file cannot be read.
    """
    report = out.with_name(f"{out.stem}-report")
    _refuse_place(out)
    with (
        TemporaryDirectory(prefix=f".{out.name}.", dir=writable(out.parent)) as work,
        whole(out) as product,
        whole(report) as about,
    ):
        parts = take_in(files, reference, terms, Path(work), tell)
        counted = [fates(part, reference) for part in parts]
        for number, (part, problems) in enumerate(zip(parts, counted, strict=True), start=1):
            tell(f"Deriving {part.file.path.name} ({number} of {len(parts)})")
            name = f"part-{number:04}.parquet"
            write_part(part, problems["problems"], reference, terms, form, product, name)
        if not any(product.glob(FILES)):
            write_empty(form, product)
        tell("Writing the report")
        write_report(parts, counted, reference, terms, form, about)
    return Derived(out, report, ledger(counted), broken_rules(counted), lacking(reference))


def _refuse_place(out: Path) -> None:
    if out.is_file():
        raise UsageError(
            "is a file, and the product is a folder", where=str(out), do="give another name, or move the file away"
        )
    if out.is_dir() and any(out.iterdir()) and not any(out.glob(FILES)):
        raise UsageError(
            "is a folder that holds something else", where=str(out), do="name a folder that is not there"
        )
