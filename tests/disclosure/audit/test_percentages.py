"""The attack on percentages: what follows of those of true counts, and that nothing does of rounded ones."""

from fractions import Fraction
from itertools import product
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.disclosure.audit.routes.percentages import Recovered, Shares, recover
from publish.disclosure.audit.rule import Rule

PUBLISHED = Path(__file__).resolve().parents[4] / "shared" / "published"
RULE = Rule()
EXACT = Rule(rounding_base=1)
RULES = [RULE, EXACT, Rule(5, 5), Rule(10, 5), Rule(5, 10), Rule(3, 4), Rule(3, 2)]

real = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published workbooks are not beside the project")


def published(count, rule=RULE):
    """A count as it is published: None where hidden."""
    if 1 <= count < rule.threshold:
        return None
    return (count + rule.rounding_base // 2) // rule.rounding_base * rule.rounding_base


def bounds(count, rule=RULE):
    """What a published count can be."""
    return rule.hidden if count is None else rule.shown(count)


def percentage(part, whole, decimals=None, of=1):
    """To so many decimals of a per cent; all digits where there are none."""
    share = Fraction(of * part, whole)
    return float(share) if decimals is None else float(round(share, decimals + (2 if of == 1 else 0)))


def unprinted(true_parts, true_whole, decimals=None, of=1):
    """A row that prints its whole, and percentages of the true counts, but no parts. As in Table 10."""
    shown = published(true_whole)
    low, high = bounds(shown)
    values = tuple(percentage(part, true_whole, decimals, of) for part in true_parts)
    return Shares(values, ((0, high),) * len(values), (low, high), shown, (None,) * len(values))


def only(row, rule=RULE, of=1):
    (found,) = recover([row], of, rule)
    return found


# parts      whole
TRUE_COUNTS = [
    ((7,), 12),
    ((10, 11), 12),
    ((1, 12), 13),
    ((1,), 2),
    ((0, 2), 17),
    ((8, 8), 11),
    ((3_253_143, 3_496_444), 3_573_463),
    ((3_065_751, 5_701_614), 10_765_211),
]


@pytest.mark.parametrize("of", [1, 100])
@pytest.mark.parametrize(("parts", "whole"), TRUE_COUNTS)
def test_all_digits_give_the_true_counts(parts, whole, of):
    found = only(unprinted(parts, whole, of=of), of=of)
    assert found is not None and found.exact
    assert (found.whole, found.parts) == ((whole, whole), tuple((part, part) for part in parts))


def test_a_number_with_noise_after_its_decimals_is_taken_as_rounded():
    noisy = Shares((0.9580000000000001,), ((0, 1002),), (998, 1002), 1000, (None,))
    rounded = Shares((0.958,), ((0, 1002),), (998, 1002), 1000, (None,))
    dirty = [unprinted((part,), 12, decimals=1) for part in (1, 5, 7, 11)]
    assert recover([*dirty, noisy], 1, RULE) == recover([*dirty, rounded], 1, RULE)


#  decimals of a per cent   what a quarter of 998 to 1,002 can be of
PRECISIONS = [(None, (1000, 1000)), (2, (1000, 1000)), (1, (999, 1002))]


@pytest.mark.parametrize(("decimals", "whole"), PRECISIONS)
def test_the_other_numbers_of_its_column_say_how_far_a_number_is_rounded(decimals, whole):
    others = [unprinted((part,), 12, decimals) for part in (1, 5, 7, 11)]
    *_, found = recover([*others, Shares((0.25,), ((0, 1002),), (998, 1002), 1000, (None,))], 1, RULE)
    assert found.whole == whole


def test_a_half_rounded_either_way_is_a_half():
    for value in (0.12, 0.13):
        row = Shares((value,), ((0, 8),), (8, 8), 8, (None,))
        assert only(row) == Recovered((8, 8), ((1, 1),), (True,))


def test_a_hidden_whole_follows_from_its_half_but_not_from_all_or_none_of_it():
    hidden = [Shares((value,), ((0, 2),), (1, 2), None, (None,)) for value in (0.5, 0, 1)]
    others = [unprinted((7,), 12)] * 5
    assert recover([*hidden, *others], 1, RULE)[:3] == [Recovered((2, 2), ((1, 1),), (True,)), None, None]


def test_counts_without_their_whole_are_enough():
    true = (2_310_041, 1_992_712, 441_463, 110_072)
    whole = sum(true)
    parts = tuple(bounds(published(part)) for part in true)
    row = Shares(
        tuple(part / whole for part in true),
        parts,
        (sum(low for low, _ in parts), sum(high for _, high in parts)),
        None,
        tuple(map(published, true)),
    )
    assert only(row) == Recovered((whole, whole), tuple((part, part) for part in true), (True,) * 4)


def test_a_whole_of_which_nothing_is_known_is_found_by_its_fraction():
    wide, share = (1, 10_000_000), 1236 / 7_654_323  # three times 412 / 2,551,441
    beside_its_part = Shares((share,), ((1233, 1237),), wide, None, (1235,))
    assert only(beside_its_part) == Recovered((7_654_323, 7_654_323), ((1236, 1236),), (True,))
    assert only(Shares((share,), (wide,), wide, None, (None,))) is None


def test_a_wide_whole_of_few_decimals_gives_nothing():
    assert only(Shares((0.123,), ((0, 10_000_000),), (1, 10_000_000), None, (None,))) is None


def test_among_percentages_of_rounded_counts_the_row_that_is_not_is_found():
    clean = [Shares((part / 40,), ((0, 42),), (38, 42), 40, (None,)) for part in (5, 10, 15, 25, 30)]
    dirty = unprinted((7,), 12)
    assert (
        recover([*clean, dirty, *clean], 1, RULE)
        == [None] * 5 + [Recovered((12, 12), ((7, 7),), (True,))] + [None] * 5
    )


def test_among_percentages_of_true_counts_one_that_looks_rounded_is_attacked_too():
    looks_rounded = unprinted((9, 12), 15)
    *_, found = recover([*[unprinted((7, 8), 12)] * 4, looks_rounded], 1, RULE)
    assert found == Recovered((15, 15), ((9, 9), (12, 12)), (True, True))


def test_a_percentage_that_fits_no_counts_gives_nothing():
    assert only(Shares((0.123456789012345, 1.2), ((0, 12), (0, 12)), (8, 12), 10, (None, None))) is None


def test_without_percentages_there_is_nothing():
    assert recover([], 1, RULE) == []
    assert only(Shares((None, None), ((0, 12), (1, 2)), (8, 12), 10, (None, None))) is None


def test_a_row_is_exact_where_its_shown_percentages_are():
    assert Recovered((5, 5), ((2, 2), (0, 5)), (True, False)).exact
    assert not Recovered((5, 5), ((2, 2), (0, 5))).exact
    assert not Recovered((5, 6), ((2, 2),)).exact


# what                                            value   part      shown  whole    shown  found
UNROUNDED = [
    ("a small part that is not printed", 0.02, (0, 50), None, (50, 50), 50, ((50, 50), (1, 1))),
    ("a part that is shown anyhow", 0.06, (0, 50), None, (50, 50), 50, None),
    ("none", 0.0, (0, 50), None, (50, 50), 50, None),
    ("a printed part", 0.06, (3, 3), 3, (50, 50), 50, None),
    ("a part hidden to protect another", 0.14, (1, 50), None, (50, 50), 50, ((50, 50), (7, 7))),
    ("a hidden whole", 0.5, (0, 2), None, (1, 2), None, ((2, 2), (1, 1))),
    ("a whole with a hidden part", 0.98, (49, 49), 49, (50, 51), None, ((50, 50), (49, 49))),
    ("a part that may be one of several", 0.0, (0, 900), None, (900, 900), 900, None),
]


@pytest.mark.parametrize(
    ("value", "part", "shown", "whole", "whole_shown", "found"), [row[1:] for row in UNROUNDED]
)
def test_where_nothing_is_rounded_only_what_is_hidden_counts(value, part, shown, whole, whole_shown, found):
    row = Shares((value,), (part,), whole, whole_shown, (shown,))
    two_decimals = [Shares((0.12,), ((6, 6),), (50, 50), 50, (6,))] * 3
    expected = None if found is None else Recovered(found[0], found[1:], (True,))
    assert recover([row, *two_decimals], 1, EXACT) == [expected, None, None, None]


def test_where_nothing_is_rounded_the_rest_of_a_whole_can_be_a_hidden_part():
    row = Shares((0.98, None), ((0, 50), (1, 2)), (50, 50), 50, (None, None))
    assert only(row, EXACT) == Recovered((50, 50), ((49, 49), (1, 2)), (True, False))
    row = Shares((0.94, None), ((0, 50), (1, 2)), (50, 50), 50, (None, None))
    assert only(row, EXACT) is None


counts = st.one_of(st.integers(0, 12), st.integers(0, 200), st.integers(0, 12_000_000))


@st.composite
def clean_tables(draw):
    """The rule, what 100% is, and rows whose percentages are of published counts."""
    rule, of = draw(st.sampled_from(RULES)), draw(st.sampled_from([1, 100]))
    decimals, columns = draw(st.sampled_from([0, 1, 2, 3, None])), draw(st.integers(1, 4))
    prints_parts = draw(st.booleans())
    prints_whole = rule.rounding_base == 1 or not prints_parts or draw(st.booleans())
    true = draw(st.lists(st.lists(counts, min_size=columns + 1, max_size=columns + 1), min_size=1, max_size=12))
    row = clean_row if prints_whole else clean_row_without_whole
    return rule, of, [row(*parts, rule=rule, decimals=decimals, of=of, printed=prints_parts) for parts in true]


def clean_share(part, whole, decimals, of):
    return None if part is None or not whole else percentage(part, whole, decimals, of)


def clean_row(*true, rule, decimals, of, printed):
    whole = published(sum(true), rule)
    low, high = bounds(whole, rule)
    shown = [published(part, rule) for part in true[:-1]]
    return Shares(
        tuple(clean_share(part, whole, decimals, of) for part in shown),
        tuple(bounds(part, rule) if printed else (0, high) for part in shown),
        (low, high),
        whole,
        tuple(shown) if printed else (None,) * len(shown),
    )


def clean_row_without_whole(*true, rule, decimals, of, printed):
    """Percentages of the rounded sum (where the first count is odd) or of the sum of the rounded counts."""
    assert printed
    shown = [published(part, rule) for part in true]
    whole = published(sum(true), rule) if true[0] % 2 else sum(part or 0 for part in shown)
    parts = tuple(bounds(part, rule) for part in shown)
    return Shares(
        tuple(clean_share(part, whole, decimals, of) for part in shown),
        parts,
        (sum(low for low, _ in parts), sum(high for _, high in parts)),
        None,
        tuple(shown),
    )


@settings(max_examples=500, deadline=None)
@given(clean_tables())
def test_percentages_of_published_counts_give_nothing_away(table):
    rule, of, rows = table
    assert recover(rows, of, rule) == [None] * len(rows)


@st.composite
def true_rows(draw):
    """Decimals, and a row of few tests with percentages of its true counts, printed in one way or another."""
    decimals, whole = draw(st.sampled_from([0, 1, None])), draw(st.integers(1, 30))
    true = draw(st.lists(st.integers(0, whole), min_size=1, max_size=3))
    whole_shown = published(whole) if draw(st.booleans()) else None
    low, high = bounds(whole_shown) if whole_shown or whole < 3 else (max(whole - 8, 1), whole + 8)
    prints = draw(st.booleans())
    shown = tuple(published(part) if prints else None for part in true)
    parts = tuple(bounds(published(part)) if prints else (0, high) for part in true)
    shows = draw(st.lists(st.booleans(), min_size=len(true), max_size=len(true)).filter(any))
    values = tuple(
        percentage(part, whole, decimals) if show else None for part, show in zip(true, shows, strict=True)
    )
    return decimals, true, whole, Shares(values, parts, (low, high), whole_shown, shown)


def fits(part, whole, value, decimals):
    if value is None:
        return part <= whole
    if decimals is None:
        return abs(part / whole - value) < 1e-12
    return abs(Fraction(part, whole) - Fraction(str(value))) <= Fraction(1, 2 * 10 ** (decimals + 2))


def enumerated(row, decimals):
    """All wholes with all parts that the row can be of."""
    return [
        (whole, *parts)
        for whole in range(row.whole[0], row.whole[1] + 1)
        for parts in product(
            *(
                [part for part in range(low, high + 1) if fits(part, whole, value, decimals)]
                for (low, high), value in zip(row.parts, row.values, strict=True)
            )
        )
    ]


def is_closer(possible, before):
    """Whether counts are told closer than any published one: none has all of its true counts among them."""
    low, high = possible
    if possible == before or (low >= 3 and high - low >= 4):
        return False
    cells = {}
    for count in range(high + 10):
        cells.setdefault(published(count), set()).add(count)
    return not any(cell <= set(range(low, high + 1)) for cell in cells.values())


@settings(max_examples=300, deadline=None)
@given(true_rows())
def test_it_finds_what_trying_all_counts_finds(drawn):
    decimals, true, whole, row = drawn
    others = [unprinted([part] * len(true), 12, decimals) for part in (1, 5, 7, 11)] * 10
    *_, found = recover([*others, row], 1, RULE)
    tried = enumerated(row, decimals)
    assert (whole, *true) in tried
    possible = [(min(column), max(column)) for column in zip(*tried, strict=True)]
    known = [True, *(value is not None for value in row.values)]
    before = zip(possible, [row.whole, *row.parts], known, strict=True)
    if any(is_closer(here, there) for here, there, is_known in before if is_known):
        assert found == Recovered(possible[0], tuple(possible[1:]), tuple(known[1:]))
    else:
        assert found is None


def number(value):
    return value if isinstance(value, int | float) else None


def cell(value):
    return bounds(number(value))


def read(name, sheet, first_row):
    book = openpyxl.load_workbook(PUBLISHED / name, data_only=True, read_only=True)
    rows = [row for row in book[sheet].iter_rows(min_row=first_row, values_only=True) if len(row) > 11]
    book.close()
    return rows


def unprinted_groups(rows, start, columns, whole):
    """The groups of percentages with their printed whole, where any is shown."""
    for row in rows:
        values = tuple(map(number, row[start : start + columns]))
        if row[whole] is not None and any(value is not None for value in values):
            low, high = cell(row[whole])
            yield Shares(values, ((0, high),) * columns, (low, high), number(row[whole]), (None,) * columns)


TABLE_10 = "2021-22/DID-Table-10-2021-22-Modality-Test-to-Report-Same-Day-Next-Day.xlsx"
TABLE_9 = "2021-22/DID-Table-9-2021-22-Request-to-Test-by-Modality-and-Patient-Source-Setting.xlsx"
TABLE_13 = "2023-24/DID-Table-13-2023-24-Modality-Provider-Report-turnaround.xlsx"


@real
def test_table_10_of_2021_22_gives_2124_of_2232_row_groups_and_135_with_a_hidden_count():
    rows = read(TABLE_10, "Table 10", first_row=14)
    groups = [list(unprinted_groups(rows, start, 2, start + 2)) for start in (5, 10)]
    every = [pair for group in groups for pair in zip(group, recover(group, 1, RULE), strict=True)]
    printed = [found for row, found in every if row.whole_shown is not None]
    exact = [found for found in printed if found and found.exact]
    assert (len(printed), len(exact)) == (2232, 2124)
    assert sum(holds_a_hidden_count(found) for found in exact) == 135
    hidden = [found for row, found in every if row.whole_shown is None and found]
    assert [(found.whole, found.exact) for found in hidden] == [((2, 2), True)] * 5


def holds_a_hidden_count(found):
    """Whether the reports of the same day, of the next or of later ones are 1 or 2."""
    same, by_next = (low for low, _ in found.parts)
    return not {1, 2}.isdisjoint({same, by_next - same, found.whole[0] - by_next})


@real
def test_table_9_of_2021_22_is_of_rounded_counts_and_gives_nothing():
    rows = [row for row in read(TABLE_9, "Table 9", first_row=15) if isinstance(row[8], int | float)]
    parts = [tuple(map(cell, row[4:8])) for row in rows]
    shares = [
        Shares(
            tuple(map(number, row[8:12])),
            own,
            (sum(low for low, _ in own), sum(high for _, high in own)),
            None,
            tuple(map(number, row[4:8])),
        )
        for row, own in zip(rows, parts, strict=True)
    ]
    assert recover(shares, 1, RULE) == [None] * 54


#  total up to   row-groups   exact
TABLE_13_BY_SIZE = [(20, 486, 387), (100, 820, 743), (500, 1391, 946), (1000, 958, 128), (10**9, 5002, 0)]


@real
def test_table_13_of_2023_24_gives_small_row_groups_by_its_three_decimals():
    found = []
    for quarter in ("Q1", "Q2", "Q3", "Q4"):
        rows = read(TABLE_13, f"2023-24 {quarter}", first_row=12)
        for start, columns in ((7, 4), (13, 5)):
            group = list(unprinted_groups(rows, start, columns, start + columns))
            found += zip((row.whole_shown for row in group), recover(group, 1, RULE), strict=True)
    sizes, least = [], 0
    for most, *_ in TABLE_13_BY_SIZE:
        here = [each for whole, each in found if whole and least < whole <= most]
        sizes.append((most, len(here), sum(bool(each and each.exact) for each in here)))
        least = most
    assert sizes == TABLE_13_BY_SIZE
