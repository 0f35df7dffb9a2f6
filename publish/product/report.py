"""The report beside the data product: its ledger, the rules broken, the rejected records, what it was made of."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import polars as pl

from publish import __version__
from publish.counts.submitted import broken_rules, ledger, rules_in_words
from publish.product.form import Form
from publish.product.words import words_of
from publish.records.intake import FATES, REJECTED, Part, Terms
from publish.records.items import NAMES
from publish.records.parquet_files import NOT_ACCEPTED
from publish.records.values import clock_date
from publish.reference.listing import lacking
from publish.reference.tables import ReferenceData

MANIFEST: Final = "manifest.json"
_REJECTED: Final = {"file": pl.String, "record": pl.UInt32, "codes": pl.List(pl.String)}


def write_report(
    parts: Sequence[Part],
    counted: Sequence[pl.DataFrame],
    reference: ReferenceData,
    terms: Terms,
    form: Form,
    product: str,
    folder: Path,
) -> None:
    """Write `ledger.csv`, `rules.csv`, `rejected.parquet` and `manifest.json` of the product of that name.

    `counted` are the fates of each part, see `publish.counts.submitted.fates`.
    """
    ledger(counted).write_csv(folder / "ledger.csv")
    rules_in_words(broken_rules(counted)).write_csv(folder / "rules.csv")
    _write_rejected(parts, counted, form, folder / "rejected.parquet")
    manifest = {"product": product, **_manifest(parts, counted, reference, terms, form)}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def product_of(report: Path) -> str | None:
    """The name of the product that a folder is the report of; None where it is no report."""
    try:
        return json.loads((report / MANIFEST).read_text(encoding="utf-8"))["product"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_rejected(parts: Sequence[Part], counted: Sequence[pl.DataFrame], form: Form, into: Path) -> None:
    """The rejected records as they were submitted: file, record (its number there), codes, the 18 items as text.

    A pseudonymised product leaves the items out, and no record is here of a patient who has withdrawn consent.
    """
    items = () if form.key else NAMES
    none = pl.LazyFrame(schema=_REJECTED | dict.fromkeys(items, pl.String))
    wrong = [
        _rejected(part, words_of(one["problems"]), items)
        for part, one in zip(parts, counted, strict=True)
        if one.select((pl.col("fate") == REJECTED).any()).item()
    ]
    pl.concat([none, *wrong]).sink_parquet(into, engine="streaming", metadata={NOT_ACCEPTED: "true"})


def _rejected(part: Part, words: pl.DataFrame, items: Sequence[str]) -> pl.LazyFrame:
    kept = part.records().filter(pl.col("fate") == REJECTED, ~part.of_withdrawn())
    coded = kept.join(words.lazy(), on="problems")
    kinds = part.given.collect_schema()
    return part.given.join(coded.select("record", "codes"), on="record", maintain_order="left").select(
        *(pl.lit(part.label).alias("file"), "record", "codes"),
        *(_as_text(name, kinds[name]) for name in items),
    )


def _as_text(name: str, kind: pl.DataType) -> pl.Expr:
    """An item as it was submitted; null for a day of a year that cannot be written (after 9999, before 1)."""
    given = pl.col(name)
    if isinstance(kind, pl.Date | pl.Datetime):
        given = pl.when(clock_date(name, kind).is_not_null()).then(name)
    return given.cast(pl.String).alias(name)


def _manifest(
    parts: Sequence[Part], counted: Sequence[pl.DataFrame], reference: ReferenceData, terms: Terms, form: Form
) -> dict[str, object]:
    """What went in, on what terms, and what became of it."""
    files = [
        {"file": str(part.file.path), "sha256": part.file.sha256, "kind": part.file.kind, **_totals(one)}
        for part, one in zip(parts, counted, strict=True)
    ]
    return {
        "program": f"publish {__version__}",
        "records": _totals(pl.concat(counted)),
        "submitted on": str(terms.submitted) if terms.submitted else None,
        "submitter": terms.submitter,
        "extracts validated": terms.validate,
        "columns": "extract" if form.extract else "asset",
        "pseudonymised": form.key is not None,
        "inputs": files,
        "reference": [asdict(file) for file in reference.files],
        "lacking": lacking(reference),
    }


def _totals(counted: pl.DataFrame) -> dict[str, int]:
    """Submitted records, and how many had each fate."""
    by_fate = dict(counted.group_by(pl.col("fate").cast(pl.String)).agg(pl.col("records").sum()).iter_rows())
    return {"submitted": sum(by_fate.values()), **{fate: by_fate.get(fate, 0) for fate in FATES}}
