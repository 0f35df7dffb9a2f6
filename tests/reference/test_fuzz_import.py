"""Damaged official files: imported, and the store still loads, or refused in words with the store as it was."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.errors import PublishError
from publish.reference.kinds import KINDS
from publish.reference.store import import_reference
from publish.reference.tables import load_reference
from tests.fuzz.settings import slow
from tests.reference.official import ods, practice, site, trust, written
from tests.reference.test_exams import CT, LOOK_UP, NICIP, TERMS
from tests.reference.test_import import GONE, HOSPITALS, IMD, LSOAS, POSTCODES, WIGAN
from tests.reference.test_population import BOARDS, HEADING
from tests.reference.test_population import practice as practice_patients

LOCAL = '{"SUBMITTER_ORGANISATION": "RK5", "LOCAL_IMAGING_CODE": "FJD", "IMAGING_CODE_NICIP": "FJSTJ"}\n'
SAMPLES = (
    ("hospital-sites", HOSPITALS),
    ("imd", IMD),
    ("lsoas", LSOAS),
    ("postcodes", POSTCODES + WIGAN + GONE),
    ("nicip", NICIP + "1,111,A term,CXX,2012-04-01,,Y,CT,2012-04-01,2015-03-31\n"),
    ("nicip", TERMS + "CXX,CT,111,C,\n"),
    ("exam-lookup", LOOK_UP + f"1,111,{CT},,,,,2013-04-01,\n"),
    ("local-codes", LOCAL * 2),
    ("population", HEADING + practice_patients("93C", 1000) + practice_patients("07G", 200)),
    ("population", BOARDS + "QMJ,1500000,2022-04-01,\nQMJ,1600000,2023-04-01,2024-03-31\n"),
    ("successions", '"RW6","R0A","M","20211001"\n"RW6","RM3","M","20211001"\n'),
)


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """A sound file of most kinds, as bytes."""
    at = tmp_path_factory.mktemp("sound")
    made = [
        ("etr", ods(at, "etr.csv", trust("RAL", "ROYAL FREE"), trust("R0A", "MANCHESTER"))),
        ("ets", ods(at, "ets.csv", site("RF401", "RF4"), site("RH802", "RH8", "20220401"))),
        ("epraccur", ods(at, "e.csv", practice("A81001", "16C", "20200401"))),
    ]
    return [*((kind, file.read_bytes()) for kind, file in made), *((kind, text.encode()) for kind, text in SAMPLES)]


def damaged(content: bytes, how: str, seed: int) -> bytes:
    """The content cut, with bytes exchanged, lines in another order, in another encoding, or with a huge value."""
    draw = random.Random(seed)
    at = draw.randrange(len(content) + 1)
    lines = content.splitlines(keepends=True)
    draw.shuffle(lines)
    return {
        "sound": content,
        "cut": content[:at],
        "bytes": content[:at] + draw.randbytes(3) + content[at + 3 :],
        "lines": b"".join(lines),
        "utf-16": content.decode(errors="replace").encode("utf-16"),
        "huge": content[:at] + b"9" * 150_000 + content[at:],
        "quote": content[:at] + b'"' + content[at:],
        "comma": content[:at] + b"," + content[at:],
        "blank lines": content.replace(b"\n", b"\r\n\r\n"),
        "noise": draw.randbytes(200),
    }[how]


HOW = ("sound", "cut", "bytes", "lines", "utf-16", "huge", "quote", "comma", "blank lines", "noise")


@slow
@given(which=st.integers(0, 13), how=st.sampled_from(HOW), seed=st.integers(0, 1 << 30), packed=st.booleans())
def test_a_damaged_file_is_imported_or_refused(tmp_path_factory, samples, which, how, seed, packed):
    folder = tmp_path_factory.mktemp("import")
    kind, content = samples[which]
    file = written(folder, "file.csv.gz" if packed else "file.csv", damaged(content, how, seed))
    try:
        import_reference(kind, file, folder / "store")
    except PublishError as refusal:
        assert how != "sound"
        assert "What to do: " in str(refusal)
        assert not (folder / "store").exists()
        return
    load_reference(folder / "store").postcodes.collect()


@slow
@given(kind=st.sampled_from(sorted(KINDS)), which=st.integers(0, 13))
def test_any_file_as_any_kind_is_imported_or_refused(tmp_path_factory, samples, kind, which):
    folder = tmp_path_factory.mktemp("kinds")
    file = written(folder, "file.csv", samples[which][1])
    try:
        import_reference(kind, file, folder / "store")
    except PublishError as refusal:
        assert "What to do: " in str(refusal)
        return
    assert kind in {samples[which][0], "ods"}
