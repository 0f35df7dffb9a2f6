"""Names through successions: the end of the chain, where there is one."""

import polars as pl
import pytest

from publish.reference.names import names_by_succession

NAMES = {
    "07X": "Enfield CCG",
    "93C": "North Central London ICB - 93C",
    "RW6": "Pennine Acute",
    "R0A": "Manchester",
    "RM3": "Salford",
    "A": "Alder",
    "B": "Birch",
    "C": "Cedar",
    "ALONE": "Alone",
}


@pytest.mark.parametrize(
    ("successions", "code", "name"),
    [
        ([], "ALONE", "Alone"),
        ([("07X", "93C")], "07X", "North Central London ICB - 93C"),
        ([("07X", "93C")], "93C", "North Central London ICB - 93C"),
        ([("A", "B"), ("B", "C")], "A", "Cedar"),
        ([("A", "B"), ("A", "B")], "A", "Birch"),  # twice the same step is one
        ([("RW6", "R0A"), ("RW6", "RM3")], "RW6", "Pennine Acute"),  # split: the own name
        ([("A", "RW6"), ("RW6", "R0A"), ("RW6", "RM3")], "A", "Alder"),  # splits later
        ([("A", "B"), ("B", "A")], "A", "Alder"),  # goes round
        ([("A", "B"), ("B", "C"), ("C", "B")], "A", "Alder"),  # runs into a ring
        ([("A", "A")], "A", "Alder"),
        ([("A", "UNNAMED")], "A", "Alder"),
        ([("UNNAMED", "B")], "UNNAMED", "Birch"),
        ([("X", "UNNAMED")], "X", None),
    ],
)
def test_a_name_follows_its_succession(successions, code, name):
    named = pl.DataFrame({"code": list(NAMES), "name": list(NAMES.values())})
    steps = pl.DataFrame(successions, schema={"predecessor": pl.String, "successor": pl.String}, orient="row")
    found = names_by_succession(named, steps)
    assert dict(found.iter_rows()).get(code) == name
    assert found["code"].to_list() == sorted(set(found["code"]))
