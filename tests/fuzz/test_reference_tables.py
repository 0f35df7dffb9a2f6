"""Any table of sites: looked up as written, day by day, or refused in words."""

import csv
from datetime import date
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from publish.counts.reduction import reduce_records
from publish.errors import InputRefused
from publish.reference.tables import COLUMNS, load_reference
from tests.fuzz.made import frame
from tests.fuzz.settings import quick, slow
from tests.made_records import record

CODES = ["ABC01", "abc01", " Abc02 ", "ABC02", "Z", "Z" * 200, "ABC 01", ""]
DAYS = [
    "",
    "2023-04-01",
    "2023-04-10",
    "2023-04-11",
    "2023-04-12",
    "2024-01-01",
    "0001-01-01",
    "9999-12-31",
    "soon",
]
TEST = date(2023, 4, 11)

sites = st.builds(
    dict,
    site_code=st.sampled_from(CODES),
    site_name=st.sampled_from(["", 'A "great" site', "A, B", "A\nB", "Ynys Môn"]),
    org_code=st.sampled_from(["RF4", "rf4", " RH8", "", "NOONE"]),
    region_code=st.sampled_from(["Y56", "y58", ""]),
    icb_code=st.just(""),
    postcode=st.just(""),
    country=st.sampled_from(["", "E92000001", "e92000001"]),
    valid_from=st.sampled_from(DAYS),
    valid_to=st.sampled_from(DAYS),
)


def written(rows, *, delimiter=",", end="\n", quoting=0, extra=False):
    text = StringIO(newline="")
    columns = [*COLUMNS["sites"], *(["notes"] if extra else [])]
    writer = csv.DictWriter(text, columns, restval="", delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def holds(row):
    return (row["valid_from"] or "0001-01-01") <= TEST.isoformat() <= (row["valid_to"] or "9999-12-31")


def by_hand(rows, code):
    """The organisation of a site on the test date, by reading down the table."""
    return [
        row["org_code"].strip().upper() for row in rows if row["site_code"].strip().upper() == code and holds(row)
    ]


@quick
@given(
    rows=st.lists(sites, max_size=4),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([0, 1]),
    extra=st.booleans(),
    delimiter=st.sampled_from([",", ",", ",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-8", "cp1252", "utf-16"]),
)
def test_a_table_of_sites_is_used_as_written_or_refused(
    tmp_path_factory, rows, end, quoting, extra, delimiter, encoding
):
    folder = tmp_path_factory.mktemp("reference")
    text = written(rows, delimiter=delimiter, end=end, quoting=quoting, extra=extra)
    (folder / "sites.csv").write_bytes(text.encode(encoding))
    try:
        reference = load_reference(folder)
        counts = reduce_records(
            frame([record(SITE_CODE_IMAGING=code) for code in ("ABC01", " abc02", "z" * 200)]).lazy(), reference
        )
    except InputRefused as refusal:
        assert "What to do: " in str(refusal)
        return
    assert counts.records == 3
    found = set(counts.tests["org_code"].drop_nulls()) | set(counts.kept_out["org_code"].drop_nulls())
    expected = [by_hand(rows, code) for code in ("ABC01", "ABC02", "Z" * 200)]
    assert all(len(held) <= 1 for held in expected)
    assert found == {org for held in expected for org in held if org}


@slow
@given(st.binary(max_size=200), st.sampled_from(list(COLUMNS)), st.booleans())
def test_any_bytes_as_a_table_are_used_or_refused(tmp_path_factory, content, table, with_header):
    folder = tmp_path_factory.mktemp("reference")
    header = ",".join(COLUMNS[table]).encode() + b"\n" if with_header else b""
    (folder / f"{table}.csv").write_bytes(header + content)
    try:
        assert reduce_records(frame([record()]).lazy(), load_reference(folder)).records == 1
    except InputRefused as refusal:
        assert "What to do: " in str(refusal)
