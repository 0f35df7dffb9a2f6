"""Damaged submissions and extracts through the whole of `publish derive`: in the ledger to the last, or refused.

`python -m tests.fuzz.test_submissions FIRST LAST` tries as many as one likes, and names each that fails.
"""

import csv
import os
import random
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import polars as pl

from publish.errors import PublishError
from publish.fields.asset import ASSET, EXTRACT
from publish.product.form import Form
from publish.product.product import derive_product
from publish.product.pseudonyms import LEFT_OUT
from publish.records.files import find_record_files
from publish.records.intake import FATES, Terms
from publish.reference.tables import load_reference
from tests.fuzz.damaged import PLANTED, damaged_files
from tests.fuzz.test_csv_files import records_by_another_reader

REFERENCE = load_reference()
KEY = b"a key for tests alone"
TRIED_IN_THE_SUITE = 300


class Wrong(Exception):
    """What must not happen."""


def terms_and_form(number: int) -> tuple[Terms, Form]:
    draw = random.Random(f"terms {number}")
    terms = Terms(
        submitted=draw.choice([None, None, None, date(2023, 5, 2), date(2023, 5, 2), date.min, date.max]),
        submitter=draw.choice([None, "RR8", "ß"]),
        validate=draw.random() < 0.4,
        withdrawn=draw.choice([frozenset(), frozenset(), frozenset(), frozenset({PLANTED["NHS_NUMBER"], "X"})]),
    )
    return terms, Form(extract=draw.random() < 0.3, key=draw.choice([None, KEY]))


def tried(number: int, folder: Path) -> str:
    """What became of the files of that number: refused, or how many records; raises Wrong."""
    files = damaged_files(number)
    for name, content in files:
        (folder / name).write_bytes(content)
    terms, form = terms_and_form(number)
    said: list[str] = []
    try:
        with nothing_printed():
            found = find_record_files([str(folder / name) for name, _ in files])
            made = derive_product(found, REFERENCE, terms, form, folder / "out", said.append)
    except PublishError as refusal:
        shows_no_patient(str(refusal))
        if "What to do: " not in str(refusal):
            raise Wrong("the refusal does not say what to do") from None
        if left := sorted(path.name for path in folder.iterdir() if path.name not in dict(files)):
            raise Wrong(f"a refused run leaves {left}") from None
        return f"refused: {refusal.what}"
    shows_no_patient(" ".join(said))
    balanced(made, files, terms, form)
    return "processed"


def balanced(made, files, terms: Terms, form: Form) -> None:
    """The ledger adds up, and to what stands in the product, among the rejected, and in the files."""
    totals = {name: made.ledger[name].sum() for name in ("submitted", *FATES)}
    if any(made.ledger["submitted"] != made.ledger.select(pl.sum_horizontal(FATES)).to_series()):
        raise Wrong(f"the ledger does not add up: {totals}")
    product = pl.scan_parquet(list(made.product.rglob("*.parquet")), hive_partitioning=False).collect()
    rejected = pl.read_parquet(made.report / "rejected.parquet")
    missing = totals["rejected"] - rejected.height
    # of patients who have withdrawn, no rejected record is shown
    if product.height != totals["accepted"] or missing < 0 or (missing and not terms.withdrawn):
        raise Wrong(f"product {product.height}, rejected {rejected.height}, but {totals}")
    left_out = LEFT_OUT if form.key else ()
    expected = list(EXTRACT) if form.extract else [c.name for c in ASSET if c.name not in left_out]
    if product.columns != expected:
        raise Wrong("the columns are not those of the product")
    if all(name.endswith(".csv") for name, _ in files):
        written = records_written([content for _, content in files])
        if written != totals["submitted"]:
            raise Wrong(f"{written} records written, {totals['submitted']} in the ledger")


def records_written(contents: list[bytes]) -> int:
    usual = csv.field_size_limit(10_000_000)
    try:
        return sum(map(records_by_another_reader, contents))
    finally:
        csv.field_size_limit(usual)


def shows_no_patient(said: str) -> None:
    plain = said.upper()
    for value in (*PLANTED.values(), "94347", "WN58QX", "19450621"):
        if value in plain:
            raise Wrong("a message shows a value of a patient")


@contextmanager
def nothing_printed() -> Iterator[None]:
    """Raises Wrong where something is written to the standard outputs, by whatever library, but for a panic."""
    with tempfile.TemporaryFile() as screen:
        kept = [(number, os.dup(number)) for number in (1, 2)]
        for number, _ in kept:
            os.dup2(screen.fileno(), number)
        try:
            yield
        finally:
            for number, copy in kept:
                os.dup2(copy, number)
                os.close(copy)
            screen.seek(0)
            printed = screen.read().decode(errors="replace")
            shows_no_patient(printed)
            # of a damaged Parquet file its reader may say where it panicked; the command line shows none of it
            if printed and "panicked at crates/polars-" not in printed:
                raise Wrong(f"printed: {printed[:500]}")


def failures(numbers: range) -> tuple[Counter[str], list[str]]:
    """How many inputs were processed or refused and why, and each that failed."""
    outcomes: Counter[str] = Counter()
    wrong = []
    for number in numbers:
        with tempfile.TemporaryDirectory() as folder:
            try:
                outcomes[tried(number, Path(folder))] += 1
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                wrong.append(f"{number}: {''.join(traceback.format_exception(error))[-3000:]}")
    return outcomes, wrong


def test_damaged_inputs_are_in_the_ledger_or_refused():
    outcomes, wrong = failures(range(TRIED_IN_THE_SUITE))
    assert wrong == []
    assert outcomes["processed"] > TRIED_IN_THE_SUITE // 5
    assert len(outcomes) > 10  # refused for many reasons


if __name__ == "__main__":
    outcomes, wrong = failures(range(*map(int, sys.argv[1:3])))
    refused = sum(outcomes.values()) - outcomes["processed"]
    print("\n".join(wrong))
    print(f"{outcomes['processed']} processed, {refused} refused, {len(wrong)} wrong")
