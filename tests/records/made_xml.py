"""XML files for tests, written from the places that the items say they have."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from publish.records.items import ITEMS
from publish.records.xml_structure import NAMESPACE

HEAD = f'<?xml version="1.0" encoding="utf-8"?>\n<DIDS xmlns="{NAMESPACE}">\n'
FOOT = "</DIDS>\n"
PARTS = ("PersonalAndDemographics", "Referrals", "ImagingActivity")


def part(name: str, record: dict[str, object]) -> str:
    """One part of a record: the items that have a value, each on a line of its own."""
    lines = (element(item.xml.split("/")[1:], record.get(item.name)) for item in ITEMS if item.xml.startswith(name))
    return "\n".join([f"<{name}>", *filter(None, lines), f"</{name}>"])


def element(steps: list[str], value: object) -> str:
    if value is None:
        return ""
    name, _, attribute = steps[0].partition("@")
    if attribute:
        return f"<{name} {attribute}={quoteattr(str(value))}/>"
    return f"<{name}>{element(steps[1:], value) if steps[1:] else escape(str(value))}</{name}>"


def dids_record(record: dict[str, object], *others: dict[str, object]) -> str:
    """One DIDSRecord: the patient and referral of the first, an imaging activity of each."""
    parts = [part(name, record) for name in PARTS] + [part("ImagingActivity", other) for other in others]
    return "\n".join(["<DIDSRecord>", *parts, "</DIDSRecord>\n"])


def xml(*records: dict[str, object]) -> str:
    return HEAD + "".join(dids_record(record) for record in records) + FOOT


def write_in_pieces(file: Path, pieces: Iterable[str]) -> Path:
    def whole() -> Iterator[str]:
        yield HEAD
        yield from pieces
        yield FOOT

    with file.open("w", encoding="utf-8") as out:
        out.writelines(whole())
    return file
