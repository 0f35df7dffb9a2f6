"""The record-level data product: accepted records with every derived field, as Parquet, a folder for each month."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl
from arro3.core import Schema, Table
from polars.io.partition import FileProviderArgs

from publish.counts import submitted
from publish.errors import UsageError
from publish.fields.asset import ASSET, EXTRACT, derive, extract_columns
from publish.folders import whole, writable
from publish.product.pseudonyms import pseudonymised
from publish.progress import Tell
from publish.records.checking import codes_of
from publish.records.files import RecordFile
from publish.records.intake import FATES, REJECTED, Part, Terms, take_in
from publish.records.items import NAMES
from publish.records.readers import read_records, refusing
from publish.records.rules import RULES, Severity
from publish.reference.listing import lacking
from publish.reference.tables import ReferenceData

UNDATED: Final = "undated"  # the folder of records without a test date: only extracts can hold any
_MONTH: Final = "month of the folder"
_ROWS_OF_A_GROUP: Final = 100_000
_REJECTED: Final = {"file": pl.String, "record": pl.UInt32, "codes": pl.List(pl.String)}
_WARNINGS: Final = frozenset(rule.code for rule in RULES if rule.severity is Severity.WARN)


@dataclass(frozen=True)
class Form:
    """What the product looks like.

    `extract` gives the analysts' extract in its plain names instead of the whole asset; a `key` replaces what
    identifies a patient (see `pseudonymised`).
    """

    extract: bool = False
    key: bytes | None = None


@dataclass(frozen=True)
class Derived:
    """What a run made: the product, the folder of its report, the ledger and the broken rules, what it lacks.

    `ledger` as in `publish.counts.submitted.ledger`, `rules` as in `broken_rules` there.
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

    The product is a folder of Parquet, one folder for each month of test. The report has `ledger.csv`, `rules.csv`,
    `rejected.parquet` and `manifest.json`. Both appear whole or not at all. Raises UsageError where `out` is a file
    or cannot be written to, InputRefused where a file cannot be read.
    """
    report = out.with_name(f"{out.stem}-report")
    _refuse_place(out)
    with (
        TemporaryDirectory(prefix=f".{out.name}.", dir=writable(out.parent)) as work,
        whole(out) as product,
        whole(report) as about,
    ):
        parts = take_in(files, reference, terms, Path(work), tell)
        counted = [submitted.fates(part, reference) for part in parts]
        for number, part in enumerate(parts, start=1):
            tell(f"Deriving {part.file.path.name} ({number} of {len(parts)})")
            _write_part(part, counted[number - 1], reference, terms, form, product / f"part-{number:04}.parquet")
        ledger, rules = submitted.ledger(counted), submitted.broken_rules(counted)
        tell("Writing the report")
        ledger.write_csv(about / "ledger.csv")
        submitted.rules_in_words(rules).write_csv(about / "rules.csv")
        _write_rejected(parts, counted, form, about / "rejected.parquet")
        manifest = _manifest(parts, counted, reference, terms, form)
        (about / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return Derived(out, report, ledger, rules, lacking(reference))


def _refuse_place(out: Path) -> None:
    if out.is_file():
        raise UsageError(
            "is a file, and the product is a folder", where=str(out), do="give another name, or move the file away"
        )
    if out.is_dir() and any(out.iterdir()) and not list(out.glob("*/part-*.parquet")):
        raise UsageError(
            "is a folder that holds something else",
            where=str(out),
            do="name a folder that is not there",
        )


def _write_part(
    part: Part, counted: pl.DataFrame, reference: ReferenceData, terms: Terms, form: Form, into: Path
) -> None:
    """Write the accepted records of a file, divided by month: `into` gives the folder and the name of its files."""
    records = (
        part.accepted()
        .join(_words_of(counted["problems"]).lazy(), on="problems", how="left", maintain_order="left")
        .with_columns(file=pl.lit(part.file.path.name), submitted=pl.lit(terms.submitted, pl.Date))
    )
    asset = derive(records, reference, terms.submitter)
    month = pl.col("DIAGNOSTIC_TEST_DATE").dt.strftime("%Y-%m").fill_null(UNDATED)
    made = (pseudonymised(asset, form.key) if form.key else asset).with_columns(month.alias(_MONTH))
    if form.extract:
        made = made.select(*extract_columns(), _MONTH)
    with refusing(part.file.path):
        made.sink_parquet(
            pl.PartitionBy(into.parent, key=_MONTH, include_key=False, file_path_provider=_place(into.name)),
            mkdir=True,
            engine="streaming",
            row_group_size=_ROWS_OF_A_GROUP,
            arrow_schema=_with_meanings(made.drop(_MONTH), form),
        )


def _place(name: str) -> Callable[[FileProviderArgs], str]:
    return lambda partition: f"{partition.partition_keys.item()}/{name}"


def _with_meanings(product: pl.LazyFrame, form: Form) -> Schema:
    """The Arrow schema of the product, each column with its meaning as `description`."""
    meanings = {column.name: column.meaning for column in ASSET}
    if form.extract:
        meanings = {plain: meanings[name] for plain, name in EXTRACT.items()}
    plain = Table.from_arrow(pl.DataFrame(schema=product.collect_schema())).schema
    fields = (plain.field(name) for name in plain.names)
    return Schema([field.with_metadata({"description": meanings[field.name]}) for field in fields])


def _words_of(problems: pl.Series) -> pl.DataFrame:
    """What each set of problems stands for: problems, codes (a list), warnings (text, null where none)."""
    masks = problems.unique().sort()
    codes = [list(codes_of(mask)) for mask in masks]
    warnings = [" ".join(code for code in listed if code in _WARNINGS) or None for listed in codes]
    return pl.DataFrame(
        {"problems": masks, "codes": codes, "warnings": warnings},
        schema={"problems": pl.UInt64, "codes": pl.List(pl.String), "warnings": pl.String},
    )


def _write_rejected(parts: Sequence[Part], counted: Sequence[pl.DataFrame], form: Form, into: Path) -> None:
    """The rejected records as they were submitted: file, record (its number there), codes, the 18 items as text.

    A pseudonymised product leaves the items out.
    """
    items = () if form.key else NAMES
    none = pl.LazyFrame(schema=_REJECTED | dict.fromkeys(items, pl.String))
    wrong = [
        _rejected(part, _words_of(one["problems"]), items)
        for part, one in zip(parts, counted, strict=True)
        if one.select((pl.col("fate") == REJECTED).any()).item()
    ]
    pl.concat([none, *wrong]).sink_parquet(into, engine="streaming")


def _rejected(part: Part, words: pl.DataFrame, items: Sequence[str]) -> pl.LazyFrame:
    coded = part.records().filter(pl.col("fate") == REJECTED).join(words.lazy(), on="problems")
    given = read_records(part.file).with_row_index("record", offset=1)
    return given.join(coded.select("record", "codes"), on="record", maintain_order="left").select(
        pl.lit(part.file.path.name).alias("file"), "record", "codes", pl.col(items).cast(pl.String)
    )


def _manifest(
    parts: Sequence[Part], counted: Sequence[pl.DataFrame], reference: ReferenceData, terms: Terms, form: Form
) -> dict[str, object]:
    """What went in, on what terms, and what became of it."""
    files = [
        {"file": str(part.file.path), "sha256": part.file.sha256, "kind": part.file.kind, **_totals(one)}
        for part, one in zip(parts, counted, strict=True)
    ]
    return {
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
