"""The few records that a release must keep out, or keep out of its provider tables."""

from typing import Final

import numpy as np
import polars as pl

from publish.synthetic.draws import Whole
from publish.synthetic.sites import WELSH_SITES

UNKNOWN_SITE: Final = "ZZ999"
UNKNOWN_EXAM: Final = "ZZZZZZ"
_ONE_IN: Final = 20_000
_ALWAYS_FROM: Final = 10_000  # records from which there is at least one of each
# Each kind of flaw, and the values it puts in place of good ones.
_FLAWS: Final[dict[str, dict[str, str | None]]] = {
    "unknown site": {"SITE_CODE_IMAGING": UNKNOWN_SITE},
    "unknown exam": {"IMAGING_CODE_NICIP": UNKNOWN_EXAM, "IMAGING_CODE_SNOMED": None},
    "no source setting": {"PATIENT_SOURCE_SETTING": None},
    "no test date": {"DIAGNOSTIC_TEST_DATE": None},
    **{f"site {code} in Wales": {"SITE_CODE_IMAGING": code} for code in WELSH_SITES},
}


def flaws(records: int, draw: np.random.Generator) -> dict[str, Whole]:
    """For each kind of flaw the places of the records that have it, in order. No record has two."""
    each = max(round(records / _ONE_IN), 1) if records >= _ALWAYS_FROM else 0
    chosen = draw.choice(records, (len(_FLAWS), each), replace=False)
    return {kind: np.sort(places) for kind, places in zip(_FLAWS, chosen, strict=True)}


def spoil(good: pl.DataFrame, first: int, flaws: dict[str, Whole]) -> pl.DataFrame:
    """The records with their flaws; the first of them has the place `first`."""
    for kind, values in _FLAWS.items():
        low, high = np.searchsorted(flaws[kind], (first, first + good.height))
        places = flaws[kind][low:high] - first
        good = good.with_columns(good[item].clone().scatter(places, value) for item, value in values.items())
    return good
