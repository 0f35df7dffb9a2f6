"""The data dictionary: a page made from the objects that the code runs on, so that the two cannot differ.

To make it anew: python -m publish.dictionary > docs/data-dictionary.md
"""

from typing import Final

from publish.dictionary.counted import of_counts, of_ledger
from publish.dictionary.counted import outcomes as outcomes
from publish.dictionary.csv_files import of_csv_files
from publish.dictionary.records import of_fields, of_product, of_records
from publish.dictionary.reference import of_reference
from publish.dictionary.words import of_words

INTRODUCTION: Final = """\
# Data dictionary

This page is made from the code by `python -m publish.dictionary`. Do not edit it: a test fails when it differs from
what the code makes.

As the data go: [records](#records), the [data product](#data-product) and its [derived fields](#derived-fields),
[counts](#counts), the [ledger](#ledger), the [published CSV files](#published-csv-files). Then the
[reference tables](#reference-tables) and the [words](#words) that they all use."""


def page() -> str:
    """The whole page, as Markdown."""
    sections = (of_records, of_product, of_fields, of_counts, of_ledger, of_csv_files, of_reference, of_words)
    return "\n\n".join([INTRODUCTION, *("\n\n".join(section()) for section in sections)]) + "\n"
