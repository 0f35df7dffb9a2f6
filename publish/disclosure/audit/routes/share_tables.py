"""The percentages of tables, put together for the attack on them: which counts each is a share of."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from publish.disclosure.audit.bounding.system import UNBOUNDED
from publish.disclosure.audit.finding import Finding, Route
from publish.disclosure.audit.recognising.figures import Figure, Key, Kind, State, Table
from publish.disclosure.audit.recognising.headings import KNOWN_DAYS
from publish.disclosure.audit.routes.cells_shown import column_name, found_at
from publish.disclosure.audit.routes.percentages import Recovered, Shares, recover
from publish.disclosure.audit.rule import Rule


@dataclass
class SharesAttacked:
    """What came of the percentages of a folder: rows tried, those recovered, what was learnt of which counts."""

    tried: int = 0
    narrowed: int = 0
    findings: list[Finding] = field(default_factory=list[Finding])
    learnt: dict[Key, tuple[int, int]] = field(default_factory=dict[Key, tuple[int, int]])


@dataclass(frozen=True)
class _Row:
    """The percentages of one whole: their figures, and the key of the whole where it is printed."""

    figures: Sequence[Figure]
    whole: Key | None
    shares: Shares


def attack_shares(tables: Sequence[Table], rule: Rule) -> SharesAttacked:
    """Every percentage of the tables, by route 1."""
    attacked = SharesAttacked()
    for table in tables:
        for rows in _alike(table, rule):
            for row, found in zip(rows, recover([row.shares for row in rows], table.of, rule), strict=True):
                attacked.tried += 1
                if found is not None:
                    _learn(attacked, table, row, found)
    return attacked


def _alike(table: Table, rule: Rule) -> list[list[_Row]]:
    """The rows of percentages of a table, those with the same columns together."""
    counts = {figure.key: figure for figure in table.figures if figure.kind is Kind.COUNT}
    groups: dict[Key, list[Figure]] = defaultdict(list)
    for figure in table.figures:
        if figure.kind is Kind.SHARE:
            groups[figure.key._replace(days=())].append(figure)
    alike: dict[object, list[_Row]] = defaultdict(list)
    for total, figures in groups.items():
        if any(figure.state is State.SHOWN for figure in figures):
            columns = total.setting, tuple(figure.key.days for figure in figures)
            row = _row(total, figures, counts, rule)
            if row is not None:
                alike[columns].append(row)
    return list(alike.values())


def _row(total: Key, figures: Sequence[Figure], counts: Mapping[Key, Figure], rule: Rule) -> _Row | None:
    """The percentages with what is printed of their parts and their whole.

    The whole is the tests with a day where these are printed; else the counts of the same bands added up, where
    they are printed and do not overlap; else all tests.
    """
    printed = [counts.get(figure.key) for figure in figures]
    parts = [_between(figure, rule) for figure in printed]
    known = total._replace(days=(figures[0].key.days[0], KNOWN_DAYS)) if figures[0].key.days else total
    whole = next((key for key in (known, total) if key in counts), None)
    if whole != known and all(figure is not None for figure in printed) and _apart(figures):
        bounds = [part for part in parts if part is not None]
        span, shown, whole = (sum(low for low, _ in bounds), sum(high for _, high in bounds)), None, None
    elif whole is not None:
        between = _between(counts[whole], rule)
        if between is None:
            return None
        span, shown = between, _number(counts[whole])
    else:
        return None
    return _Row(
        figures,
        whole,
        Shares(
            values=tuple(figure.value if figure.state is State.SHOWN else None for figure in figures),
            parts=tuple(part or (0, span[1]) for part in parts),
            whole=span,
            whole_shown=shown,
            parts_shown=tuple(_number(figure) for figure in printed),
        ),
    )


def _apart(figures: Sequence[Figure]) -> bool:
    """Whether percentages are of several bands of days, none of which holds days of another."""
    bands = sorted(days[1] for figure in figures if len(days := figure.key.days) > 1 and isinstance(days[1], tuple))
    if len(bands) < len(figures) or len(bands) < 2:
        return False
    return all(before[1] < after[0] for before, after in pairwise(bands))


def _between(figure: Figure | None, rule: Rule) -> tuple[int, int] | None:
    if figure is None:
        return None
    if figure.state is State.HIDDEN:
        return rule.hidden
    if figure.state is State.UNCLEAR:
        return 0, UNBOUNDED
    return rule.shown(int(figure.value or 0))


def _number(figure: Figure | None) -> int | None:
    return None if figure is None or figure.value is None else int(figure.value)


def _learn(attacked: SharesAttacked, table: Table, row: _Row, found: Recovered) -> None:
    """Keep what follows of a row: a finding where its whole or a part that is not zero is a single number."""
    shown = [place for place, figure in enumerate(row.figures) if figure.state is State.SHOWN]
    single = [place for place in shown if found.parts[place][0] == found.parts[place][1]]
    telling = [place for place in single if found.parts[place][0]]
    whole_known = found.whole[0] == found.whole[1]
    if not (telling or whole_known):
        attacked.narrowed += 1
        return
    named = telling or shown
    parts = ", ".join(_in_words(found.parts[place]) for place in named)
    names = ", ".join(column_name(table.sheet, row.figures[place].column) for place in named)
    printed = "" if row.shares.whole_shown is None else f" (shown as {row.shares.whole_shown:,})"
    detail = f"the percentages in {names} can only be {parts} of {_in_words(found.whole)} tests{printed}"
    attacked.findings.append(
        found_at(table, row.figures[named[0]], Route.PERCENTAGE, found.parts[named[0]], detail)
    )
    if row.whole is not None and whole_known:
        attacked.learnt[row.whole] = found.whole
    attacked.learnt |= {row.figures[place].key: found.parts[place] for place in single}


def _in_words(bounds: tuple[int, int]) -> str:
    low, high = bounds
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
