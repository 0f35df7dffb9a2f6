"""Which exam code a made-up record carries: a few codes are common in each class, most are rare."""

from typing import Final

import numpy as np
import polars as pl

from publish.bundled import bundled
from publish.reference.vocabulary import modalities
from publish.synthetic.draws import Whole, table_of_choices
from publish.synthetic.shape import INTERVENTIONAL


def exam_codes() -> pl.DataFrame:
    """The bundled exam codes in order of class: modality, exam_class, nicip_code, snomed_code."""
    names = {modality.exam_lookup_name: modality.modality for modality in modalities()}
    codes = pl.read_csv(bundled("reference_data") / "exam_codes.csv", infer_schema=False)
    interventional = pl.when(pl.col("interventional") == "Y").then(pl.lit(INTERVENTIONAL))
    classed = codes.with_columns(
        modality=pl.col("modality").replace_strict(names),
        exam_class=interventional.otherwise(pl.col("published_test_group").fill_null("")),
        # A short term is a general exam, and general exams are the common ones.
        length=pl.col("nicip_description").str.len_chars(),
    ).sort(*_CLASS, "length", "nicip_code")
    return classed.select(*_CLASS, "nicip_code", "snomed_code")


_CLASS: Final = ["modality", "exam_class"]


def exam_classes() -> tuple[pl.DataFrame, Whole]:
    """The classes (modality, exam_class) and for each a row of places in `exam_codes`, as often as they occur."""
    placed = exam_codes().with_row_index("place").group_by(*_CLASS, maintain_order=True).agg("place")
    rows = [_commonest_first(places) for places in placed["place"].to_list()]
    return placed.select(_CLASS), np.stack(rows)


def _commonest_first(places: list[int]) -> Whole:
    """The second code is half as common as the first, the third a third, and so on."""
    choices = table_of_choices([1 / (1 + rank) for rank in range(len(places))])
    return np.array(places, np.int64)[choices]
