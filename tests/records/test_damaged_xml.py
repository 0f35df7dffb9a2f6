"""Damaged XML: every record in it is read, or the file is refused in words that show no patient."""

import random

import pytest

from publish.errors import InputRefused
from publish.records.readers import read_records
from tests.records.made_xml import xml
from tests.records.test_xml_files import FULL, PATIENT

SOUND = xml(*[FULL | {"RADIOLOGICAL_ACCESSION_NUM": f"A{number}"} for number in range(4)]).encode()
INSERTED = [
    *(b"<", b">", b"&", b'"', b"'", b"/>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?", b"\0", b"\xff", b"\n"),
    *(b"&amp;", b"&#0;", b"&#x110000;", b"&e;", b"<!DOCTYPE x>", b"<DIDSRecord>", b"</DIDSRecord>", b"9" * 5000),
    *(b"</ImagingActivity><ImagingActivity>", b"<Referrals/>", b' xmlns="x"', b' code="9"', b"\xef\xbb\xbf"),
]


def damaged(draw, content):
    """Something inserted, cut, swapped or repeated in one to three places."""
    for _ in range(draw.randrange(1, 4)):
        start = draw.randrange(len(content) or 1)
        end = start + draw.randrange(60)
        content = draw.choice(
            [
                content[:start] + draw.choice(INSERTED) + content[start:],
                content[:start] + content[end:],
                content[:start] + content[start:end] * 2 + content[end:],
                content[:start] + bytes([draw.randrange(256)]) + content[start + 1 :],
                content[:start] if draw.random() < 0.3 else content[end:] + content[:end],
            ]
        )
    return content


@pytest.mark.parametrize("seed", range(4))
def test_damaged_files_are_read_in_full_or_refused(tmp_path, seed):
    draw, refused = random.Random(seed), 0
    for number in range(100):
        file = tmp_path / f"{number}.xml"
        content = damaged(draw, SOUND)
        file.write_bytes(content)
        try:
            rows = read_records(file).collect()
        except InputRefused as refusal:
            assert "What to do: " in str(refusal)
            assert not any(value in str(refusal) for value in PATIENT.values())
            refused += 1
        else:
            assert rows.height <= content.count(b"<ImagingActivity")
            assert rows.height >= content.count(b"</ImagingActivity>") - content.count(b"<!--")
    assert refused > 50
