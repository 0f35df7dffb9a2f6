"""The attack on percentages: from one with many digits beside rounded counts, the true counts follow.

Rule: disclosure specification, route 1. A percentage worked out from published counts gives nothing away, so it is
first asked of which counts a percentage is; only one of true counts is attacked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Final, NamedTuple

from publish.disclosure.audit.rule import Rule

MANY: Final = 1000  # wholes to try one by one; where more are possible, little is learnt
DIGITS: Final = 15  # that a number in a workbook is sure to keep
CHANCE: Final = Fraction(1, 4)  # above it, that rounded counts give a percentage too tells nothing

Bounds = tuple[int, int]


@dataclass(frozen=True)
class Shares:
    """The percentages of one row that are of one whole.

    `values` are the percentages as stored, None where hidden or blank. `parts` is the least and the most that the
    count of each can be by what is printed beside it, 0 and the most of the whole where nothing is; `whole` is the
    same of the count they are shares of. `parts_shown` and `whole_shown` are the published counts, None where they
    are hidden or not printed.
    """

    values: tuple[float | None, ...]
    parts: tuple[Bounds, ...]
    whole: Bounds
    whole_shown: int | None
    parts_shown: tuple[int | None, ...]


@dataclass(frozen=True)
class Recovered:
    """What follows of one row: the least and the most of the whole and of each part.

    `known` says of each part whether its percentage is shown (empty: every one is).
    """

    whole: Bounds
    parts: tuple[Bounds, ...]
    known: tuple[bool, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether the whole, and every part of a shown percentage, is a single number."""
        known = self.known or (True,) * len(self.parts)
        shown = (part for part, is_known in zip(self.parts, known, strict=True) if is_known)
        return all(low == high for low, high in (self.whole, *shown))


def recover(rows: Sequence[Shares], of: int, rule: Rule) -> list[Recovered | None]:
    """What the percentages of each row give away; None where that is nothing beyond the published counts.

    `rows` are those of one table or column group, all with the same columns; `of` is the percentage of everything,
    1 or 100. A percentage is exact to its fifteenth digit, or rounded to the decimals of its column. Where most
    percentages that can tell are of true counts, all rows are attacked; otherwise those that hold such a one.

    Where the rule rounds nothing, true counts are published ones. Then a row is given only where something that the
    table hides follows exactly: an unprinted part below the threshold, a whole or a part whose bounds leave out
    zero, or a hidden part that can be the difference of the shown whole and another part. Rule: disclosure
    specification, route 1.
    """
    spans = _spans(rows, of)
    attacked = _of_true_counts(rows, spans, rule) if rule.rounding_base > 1 else [True] * len(rows)
    found = [
        _solved(row, own) if is_attacked else None
        for row, own, is_attacked in zip(rows, spans, attacked, strict=True)
    ]
    tells = _tells if rule.rounding_base > 1 else _tells_hidden
    return [
        each if each is not None and tells(row, each, rule) else None for row, each in zip(rows, found, strict=True)
    ]


class _Span(NamedTuple):
    """Between what a share lies, as parts of 1."""

    low: Fraction
    high: Fraction

    @property
    def is_telling(self) -> bool:
        """Whether it is neither none nor all: those are the same of true and of rounded counts."""
        return self.low > 0 and self.high < 1

    def counts(self, whole: int) -> Bounds:
        """The least and the most that such a share of a whole can be; the least is more than the most if none."""
        low, high = self.low, self.high
        return -(-whole * low.numerator // low.denominator), whole * high.numerator // high.denominator

    def denominator(self, most: int) -> int:
        """What every whole up to `most` with such a share is a multiple of: more than 1 if one fraction fits."""
        width = self.high - self.low
        if width < 0 or width.numerator * most * most >= width.denominator:
            return 1  # fractions with denominators up to n are 1 / n² or more apart
        return _simplest(*self.low.as_integer_ratio(), *self.high.as_integer_ratio())[1]


ANY: Final = _Span(Fraction(0), Fraction(1))


def _simplest(a: int, b: int, c: int, d: int) -> tuple[int, int]:
    """The fraction of least denominator from a / b to c / d, by their continued fractions."""
    above = -(-a // b)
    if above * d <= c:
        return above, 1
    below = above - 1
    n, m = _simplest(d, c - below * d, b, a - below * b)
    return below * n + m, n


def _spans(rows: Sequence[Shares], of: int) -> list[tuple[_Span, ...]]:
    """Between what the share behind each percentage lies: anything where none is shown."""
    decimals = _table_decimals(rows, of)
    return [
        tuple(
            ANY if value is None else _span(value, places, of)
            for value, places in zip(row.values, decimals, strict=True)
        )
        for row in rows
    ]


def _table_decimals(rows: Sequence[Shares], of: int) -> list[int]:
    """To how many decimals each column is rounded; one of nothing but none and all as the others are."""
    columns = zip(*(row.values for row in rows), strict=True)
    decimals = [_column_decimals([value for value in column if value is not None], of) for column in columns]
    most = max((places for places in decimals if places is not None), default=0)
    return [most if places is None else places for places in decimals]


def _column_decimals(column: Sequence[float], of: int) -> int | None:
    """One number in twenty may have more decimals than its column: it was typed in."""
    decimals = sorted(_decimals(_digits(value)) for value in column if value not in (0, of))
    return decimals[-(-len(decimals) * 19 // 20) - 1] if decimals else None


def _digits(value: float) -> Decimal:
    """The digits that are sure: 0.9580000000000001 is 0.958."""
    return Decimal(f"{value:.{DIGITS}g}")


def _decimals(digits: Decimal) -> int:
    exponent = digits.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


@lru_cache(maxsize=4096)
def _span(value: float, decimals: int, of: int) -> _Span:
    """A half may have been rounded either way, so both ends belong to it; no share is below none or above all."""
    digits = _digits(value)
    rounded_to, sure_to = max(decimals, _decimals(digits)), DIGITS - 1 - digits.adjusted()
    places = max(rounded_to + 1, sure_to)
    half = max(5 * 10 ** (places - rounded_to - 1), 10 ** (places - sure_to))
    share, everything = int(digits.scaleb(places)), of * 10**places
    return _Span(Fraction(max(share - half, 0), everything), Fraction(min(share + half, everything), everything))


def _of_true_counts(rows: Sequence[Shares], spans: Sequence[tuple[_Span, ...]], rule: Rule) -> list[bool]:
    """Which rows to attack: all of them if most percentages that can tell are of true counts."""
    verdicts = [
        [_is_of_true_counts(row, place, span, rule) for place, span in enumerate(own) if span.is_telling]
        for row, own in zip(rows, spans, strict=True)
    ]
    every = [verdict for row in verdicts for verdict in row]
    all_of_them = every.count(True) > every.count(False)
    return [all_of_them or True in row for row in verdicts]


def _is_of_true_counts(row: Shares, place: int, span: _Span, rule: Rule) -> bool | None:
    """Whether a percentage is of true counts and not of rounded ones; None where that cannot be told."""
    wholes = _grid((max(row.whole[0], 1), row.whole[1]), row.whole_shown, rule)
    if not _has_share(wholes, _grid(row.parts[place], row.parts_shown[place], rule), span):
        alone = tuple(span if other == place else ANY for other in range(len(row.parts)))
        return None if _solved(row, alone) is None else True
    by_chance = (span.high - span.low) * row.whole[1] * len(wholes) / rule.rounding_base
    return None if by_chance >= CHANCE else False


def _grid(bounds: Bounds, shown: int | None, rule: Rule) -> range:
    """The counts that can have been published: the printed one, or every one whose true counts meet the bounds."""
    if shown is not None:
        return range(shown, shown + 1)
    (low, high), base = bounds, rule.rounding_base
    first = _rounded(max(low, rule.threshold), base) if low else 0
    last = _rounded(high, base) if high >= rule.threshold else 0
    return range(first, last + 1, base)


def _rounded(count: int, base: int) -> int:
    return (count + base // 2) // base * base


def _has_share(wholes: range, parts: range, span: _Span) -> bool:
    """Whether one of the parts is such a share of one of the wholes. Taken to be so where these are too many."""
    tried = _thinned(wholes, [span])
    return len(tried) > MANY or any(_meets(parts, *span.counts(whole)) for whole in tried)


def _meets(counts: range, low: int, high: int) -> bool:
    """Whether one of the counts lies between the least and the most."""
    steps = max(0, -((counts.start - low) // counts.step))
    return counts.start + steps * counts.step <= min(high, counts.stop - 1)


def _thinned(wholes: range, spans: Sequence[_Span]) -> range:
    """The wholes that are multiples of the denominator of each share that is one fraction."""
    step = lcm(wholes.step, *(span.denominator(wholes.stop) for span in spans if span is not ANY))
    return range(-(-wholes.start // step) * step, wholes.stop, step)


def _solved(row: Shares, spans: tuple[_Span, ...]) -> Recovered | None:
    """All that the whole and the parts can be; None where nothing fits, or too much does."""
    wholes = _thinned(range(max(row.whole[0], 1), row.whole[1] + 1), spans)
    if len(wholes) > MANY or all(span is ANY for span in spans):
        return None
    tried = ((whole, _parts(row, spans, whole)) for whole in wholes)
    fitting = [(whole, parts) for whole, parts in tried if all(low <= high for low, high in parts)]
    if not fitting:
        return None
    parts = tuple(
        (min(low for low, _ in bounds), max(high for _, high in bounds))
        for bounds in zip(*(parts for _, parts in fitting), strict=True)
    )
    return Recovered((fitting[0][0], fitting[-1][0]), parts, tuple(span is not ANY for span in spans))


def _parts(row: Shares, spans: tuple[_Span, ...], whole: int) -> list[Bounds]:
    """The least and the most of each part of such a whole; the least is more than the most where none fits."""
    shares = (span.counts(whole) for span in spans)
    return [
        (max(low, least), min(high, most)) for (low, high), (least, most) in zip(shares, row.parts, strict=True)
    ]


def _tells(row: Shares, found: Recovered, rule: Rule) -> bool:
    """Whether a count is bounded closer than any published count, or a hidden one, would bound it."""
    counts = ((row.whole, found.whole), *_shown_shares(row, found))
    return any(bounds != before and not _covers_a_cell(bounds, rule) for before, bounds in counts)


def _shown_shares(row: Shares, found: Recovered) -> list[tuple[Bounds, Bounds]]:
    """What could be known before, and what follows, of each part whose percentage is shown."""
    parts = zip(row.parts, found.parts, found.known, strict=True)
    return [(before, bounds) for before, bounds, is_known in parts if is_known]


def _covers_a_cell(bounds: Bounds, rule: Rule) -> bool:
    """Whether all lies between the bounds that some published count, a zero or a hidden count can be.

    Likewise where there is as much room as a rounded count leaves, though not from one rounded count to the next.
    """
    low, high = bounds
    if low >= rule.threshold and high - low + 1 >= rule.rounding_base:
        return True
    least = _rounded(max(low, rule.threshold), rule.rounding_base)
    cells = (rule.hidden, *(rule.shown(count) for count in (0, least, least + rule.rounding_base)))
    return any(low <= first and last <= high for first, last in cells if first <= last)


def _tells_hidden(row: Shares, found: Recovered, rule: Rule) -> bool:
    """The same of a rule that rounds nothing: whether a count that the table hides follows exactly."""
    counts = [(row.whole, found.whole), *_shown_shares(row, found)]
    single = [(before, low) for before, (low, high) in counts if low == high != 0 and before != (low, high)]
    return any(low < rule.threshold or before[0] > 0 or _leaves_a_hidden_part(row, low) for before, low in single)


def _leaves_a_hidden_part(row: Shares, part: int) -> bool:
    """Whether the rest of the printed whole can be a part of which only that it is hidden is shown."""
    rest = None if row.whole_shown is None else row.whole_shown - part
    hidden = (
        bounds
        for value, shown, bounds in zip(row.values, row.parts_shown, row.parts, strict=True)
        if value is None and shown is None and bounds[0] > 0
    )
    return rest is not None and any(low <= rest <= high for low, high in hidden)
