"""What the checks of a draft are given, and what one of them found."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from publish.counts.reduction import Counts
from publish.disclosure.control import ProtectedTable
from publish.disclosure.policy import Policy
from publish.edition import Edition
from publish.period import in_words
from publish.quality.reported import Reported
from publish.reference.tables import ReferenceData
from publish.review.check import Verdict
from publish.tables.specification import Level
from publish.writing.content import ReleaseTables

MOST_PLACES: Final = 20  # that a check names; `found` says how many there are


@dataclass(frozen=True)
class CheckedDraft:
    """A draft and what it was made from.

    `folder` is that of the release: its `draft/` holds the finished files. `tables` are the protected ones,
    `reported` what the records hold, `previous` England's figures of earlier years as they were published (see
    `EarlierYears`).
    """

    folder: Path
    tables: ReleaseTables
    reported: Reported
    edition: Edition
    reference: ReferenceData
    policy: Policy
    previous: pl.DataFrame | None = None

    @property
    def counts(self) -> Counts:
        """The true counts."""
        return self.reported.counts


@dataclass(frozen=True)
class Outcome:
    """What one check found: its verdict, a sentence, and every place, the first to look at first."""

    verdict: Verdict
    said: str
    places: tuple[str, ...] = ()


def failed_where(places: Sequence[str], said: str, otherwise: str) -> Outcome:
    """Failed where there is any place, with what is wrong; else passed."""
    return Outcome(Verdict.FAILED, said, tuple(places)) if places else Outcome(Verdict.PASSED, otherwise)


def look_where(places: Sequence[str], said: str, otherwise: str) -> Outcome:
    """A look where there is any place; else passed."""
    return Outcome(Verdict.LOOK, said, tuple(places)) if places else Outcome(Verdict.PASSED, otherwise)


def worst(*outcomes: Outcome) -> Outcome:
    """Several outcomes of one check as one: the worst verdict, with what was said of all that are as bad or worse
    than passed.
    """
    order = (Verdict.FAILED, Verdict.LOOK, Verdict.PASSED, Verdict.NOT_RUN)
    first, *others = sorted(outcomes, key=lambda outcome: order.index(outcome.verdict))
    told = [first, *(other for other in others if other.verdict not in (Verdict.PASSED, Verdict.NOT_RUN))]
    places = tuple(place for outcome in told for place in outcome.places)
    return Outcome(first.verdict, " ".join(dict.fromkeys(outcome.said for outcome in told)), places)


def table_word(table: ProtectedTable) -> str:
    """What a table is called in a place: `Table 1`, `Table 13 (April 2023 to June 2023)`, or its title."""
    spec = table.spec
    by_area = " by region and ICB" if Level.ICB in spec.basis.levels and spec.number else ""
    name = f"Table {spec.number}{by_area}" if spec.number else spec.title
    return f"{name} ({in_words(table.months)})" if spec.by_quarter else name


def row_words(name: str, code: str, *words: str) -> str:
    """`Kettering General Hospital (RNQ), Fluoroscopy, April 2023`, whatever says nothing left out."""
    who = "England" if name.upper() == "ENGLAND" else f"{name} ({code})" if code not in ("", "-") else name
    return ", ".join(part for part in (who, *words) if part)


def how_many(found: int, one: str, several: str) -> str:
    """`1 total differs`, `2,300 totals differ`."""
    return f"{found:,} {one if found == 1 else several}"


def number(value: float | None) -> str:
    """A count or a median in words: `1,230`, `2.5`; `no figure` for none."""
    return "no figure" if value is None else f"{value:,.10g}" if value % 1 else f"{value:,.0f}"
