"""Any bytes as a CSV file: every record in it is counted, or the file is refused. Nothing is lost in silence."""

import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from publish.errors import InputRefused
from publish.records.items import NAMES
from tests.fuzz.made import PATIENT, count, csv_text, records
from tests.fuzz.settings import quick, slow

BLANK = " \t\r\n\ufeff"
INSERTED = [
    *(
        '"',
        '""',
        '","',
        ",",
        "\n",
        "\r",
        "\r\n",
        "\r\r\n",
        '"\n"',
        '\n"',
        ";",
        "\t",
        "\0",
        "\ufeff",
        " ",
        ",\n",
        "\x1a",
    ),
    *("," * 17 + "\n", "," * 40 + "\n", '""' + ',""' * 17 + "\n", "x" * 70_000, "\u2028", "\x0c\n", "\\", "'"),
    *(",".join(NAMES) + "\n", ",".join(NAMES[::-1]) + "\n"),
]
ENCODINGS = ["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252"]
HEADERS = [
    *(None, NAMES, NAMES[::-1], [f" {name.title()} " for name in NAMES]),
    *([*NAMES, "x"], [*NAMES, "", ""], [*NAMES, NAMES[0]], NAMES[:-1], [name.replace("_", " ") for name in NAMES]),
]

change = st.tuples(st.sampled_from(["insert", "cut", "swap"]), st.integers(0, 10_000), st.sampled_from(INSERTED))


def changed(text, changes):
    for kind, place, inserted in changes:
        at = place % (len(text) + 1)
        if kind == "insert":
            text = text[:at] + inserted + text[at:]
        elif kind == "cut":
            text = text[:at] + text[at + place % 30 :]
        else:
            text = text.replace("\n", inserted, 1) if place % 2 else text.replace(",", inserted, place % 20)
    return text


def records_by_another_reader(content):
    """How many records Python's own reader finds: lines with a value, but for a header."""
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))
    held = [row for row in rows if any(value.strip(BLANK) for value in row)]
    header = bool(held) and bool({value.strip(BLANK).upper() for value in held[0]} & set(NAMES))
    return len(held) - header


def counted_or_refused(file, content):
    """The number of records counted, or None where the file was refused in words that show no patient."""
    file.write_bytes(content)
    try:
        counts = count(file)
    except InputRefused as refusal:
        said = str(refusal)
        assert "What to do: " in said
        assert not any(str(value) in said for value in PATIENT.values())
        return None
    assert counts.records == counts.kept_out["records"].sum() + counts.tests["tests"].sum() // 2
    return counts.records


@quick
@given(
    rows=st.lists(records, min_size=1, max_size=4),
    header=st.sampled_from(HEADERS),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    changes=st.lists(change, max_size=3),
    encoding=st.sampled_from(ENCODINGS),
)
def test_a_spoilt_file_is_counted_in_full_or_refused(
    tmp_path_factory, rows, header, end, quoting, changes, encoding
):
    text = csv_text(rows, end=end, quoting=quoting)
    if header:
        text = ",".join(header) + end + text
    content = changed(text, changes).encode(encoding, errors="replace")
    found = counted_or_refused(tmp_path_factory.mktemp("csv") / "a.csv", content)
    assert found is None or found == records_by_another_reader(content)


@slow
@given(
    rows=st.lists(records, min_size=1, max_size=6),
    header=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig"]),
    last_end=st.booleans(),
)
def test_a_sound_file_is_never_refused(tmp_path_factory, rows, header, end, quoting, encoding, last_end):
    text = csv_text(rows, header=header, end=end, quoting=quoting)
    content = (text if last_end else text.removesuffix(end)).encode(encoding)
    assert counted_or_refused(tmp_path_factory.mktemp("csv") / "a.csv", content) == len(rows)


@quick
@given(st.one_of(st.binary(max_size=300), st.text(',"\r\n\t A1;\ufeff\0', max_size=120).map(str.encode)))
def test_any_bytes_are_counted_or_refused(tmp_path_factory, content):
    found = counted_or_refused(tmp_path_factory.mktemp("csv") / "a.csv", content)
    assert found is None or found == records_by_another_reader(content)


quoted = st.sampled_from(
    ['"', '""', '"1"', '"1', '1"', '"1,1"', '"1""1"', '"1"1', 'a"b"', ' "1"', "\ufeff", "\r", "\n"]
)
near_18_columns = st.tuples(
    st.sampled_from([18, 18, 18, 17, 19]), st.lists(st.tuples(st.integers(0, 18), quoted), max_size=3)
)


@quick
@given(st.lists(near_18_columns, min_size=1, max_size=4))
def test_quotation_marks_never_join_records(tmp_path_factory, lines):
    """Lines of about 18 columns with quotation marks in all places."""
    rows = []
    for width, marks in lines:
        values = ["1"] * width
        for place, mark in marks:
            values[place % width] = mark
        rows.append(",".join(values))
    content = "\n".join(rows).encode()
    found = counted_or_refused(tmp_path_factory.mktemp("csv") / "a.csv", content)
    assert found is None or found == records_by_another_reader(content)
