"""The record-level data product: accepted records with every derived field, as Parquet, a folder for each month."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from publish.counts.submitted import broken_rules, fates, ledger
from publish.errors import UsageError
from publish.folders import whole, writable
from publish.product.form import Form
from publish.product.parts import write_empty, write_part
from publish.product.report import product_of, write_report
from publish.progress import Tell
from publish.records.files import RecordFile
from publish.records.intake import Terms, take_in
from publish.records.overlap import overlap
from publish.reference.listing import lacking
from publish.reference.tables import ReferenceData

WORK: Final = ".checked"  # in the product's folder while it is made
FILES: Final = "*/part-*.parquet"  # what a product has in its folder


@dataclass(frozen=True)
class Derived:
    """What a run made: the product, the folder of its report, the ledger and the broken rules.

    `remarks` are what a reader should know, `lacking` the reference data that are wanting. `ledger` and `rules` as
    `ledger` and `broken_rules` of `publish.counts.submitted` give them.
    """

    product: Path
    report: Path
    ledger: pl.DataFrame
    rules: pl.DataFrame
    remarks: tuple[str, ...]
    lacking: tuple[str, ...]


def derive_product(
    files: Sequence[RecordFile], reference: ReferenceData, terms: Terms, form: Form, out: Path, tell: Tell
) -> Derived:
    """Make the data product of these files at `out`, and beside it a folder with its report, named after it.

    The product is a folder of Parquet, one folder for each month of test. Both appear whole or not at all. Raises
    UsageError where `out` holds something else or cannot be written to, InputRefused where a file cannot be read.
    """
    report = _place_of_report(out)
    _refuse_place(out, report, files)
    writable(out.parent)
    with whole(out) as product, whole(report) as about:
        # what is checked names patients: it stands where the next run clears it away, should this one be killed
        work = product / WORK
        work.mkdir()
        parts = take_in(files, reference, terms, work, tell)
        counted = [fates(part, reference) for part in parts]
        for number, (part, problems) in enumerate(zip(parts, counted, strict=True), start=1):
            tell(f"Deriving {part.file.path.name} ({number} of {len(parts)})")
            name = f"part-{number:04}.parquet"
            write_part(part, problems["problems"], reference, terms, form, product, name)
        if not any(product.glob(FILES)):
            write_empty(form, product)
        tell("Writing the report")
        write_report(parts, counted, reference, terms, form, out.name, about)
        shutil.rmtree(work)
    months = {part.file: set(one["month"].drop_nulls()) for part, one in zip(parts, counted, strict=True)}
    remarks = overlap(months, terms)
    return Derived(out, report, ledger(counted), broken_rules(counted), remarks, lacking(reference))


def _place_of_report(out: Path) -> Path:
    if not out.name or out.name == "..":
        raise UsageError("is no name for a product", where=str(out), do="give a name such as product.parquet")
    return out.with_name(f"{out.name.removesuffix('.parquet')}-report")


def _refuse_place(out: Path, report: Path, files: Sequence[RecordFile]) -> None:
    """A product takes the place of an older one of that name, and of nothing else."""
    if out.is_file():
        raise UsageError(
            "is a file, and the product is a folder", where=str(out), do="give another name, or move the file away"
        )
    for place in (out, report):
        inside = place.resolve()
        if any(inside in (file.path, *file.path.parents) for file in files):
            raise UsageError(
                "holds the records that are read", where=str(place), do="give the product a name of its own"
            )
        if place.exists() and not _is_of_product(place, report, out.name):
            raise UsageError("holds something else", where=str(place), do="give the product another name")


def _is_of_product(place: Path, report: Path, name: str) -> bool:
    """Whether the folder is empty, or that of a product of this name, by the manifest in its report."""
    return place.is_dir() and (not any(place.iterdir()) or product_of(report) == name)
