"""Damaged submissions and extracts by number: the same number gives the same file on every machine.

Every file is made of records in which the values of PLANTED stand, so that a message can be searched for them.
"""

import io
import random
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import cache

import polars as pl

from publish.records.items import DATES, ITEMS, NAMES
from publish.records.xml_structure import NAMESPACE
from tests.records import made_xml

PLANTED = {
    "NHS_NUMBER": "9434765919",
    "PERSON_BIRTH_DATE": "1945-06-21",
    "POSTCODE": "WN5 8QX",
    "RADIOLOGICAL_ACCESSION_NUM": "ACC77113",
}
RECORD = {
    **dict.fromkeys(NAMES),
    **PLANTED,
    "NHS_NUMBER_STATUS_IND": "01",
    "ETHNIC_CATEGORY": "A",
    "PERSON_GENDER_CODE": "2",
    "PRACTICE_CODE": "F85678",
    "PATIENT_SOURCE_SETTING": "03",
    "REFERRER": "C9999998",
    "REFERRING_ORG_CODE": "RR8",
    "DIAGNOSTIC_TEST_REQUEST_DATE": "2023-04-01",
    "DIAG_TEST_REQUEST_REC_DATE": "2023-04-02",
    "DIAGNOSTIC_TEST_DATE": "2023-04-11",
    "IMAGING_CODE_NICIP": "XCHES",
    "IMAGING_CODE_SNOMED": "399208008",
    "SERVICE_REPORT_DATE": "2023-04-12",
    "SITE_CODE_IMAGING": "RR801",
}
Draw = random.Random

NO_DATES = [
    *("0000-00-00", "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "-0001-01-01", "-1", "0", "1"),
    *("2023-02-29", "2023-13-01", "2023-04-31", "2024-02-29", "1900-01-01", "1899-12-31", "1970-01-01"),
    *("2023-04-11T23:30:00+01:00", "2023-04-11 00:00:00", "2023-04-11T24:00", "2023-04-11T99:99:99Z", "20230411"),
    *(
        "11/04/2023",
        "45027",
        "1681171200",
        "9223372036854775808",
        "1e400",
        "NaN",
        "inf",
        "٢٠٢٣-٠٤-١١",
        "２０２３-０４-１１",
    ),
    *(
        "2023-04-11\u200f",
        "\u202e2023-04-11",
        "2023\u201304\u201311",
        "now",
        "null",
        "None",
        "2023-04-11;2023-04-12",
    ),
    *("262143-12-31", "-262143-01-01", "2023-4-1", " 2023-04-11 ", "2023-04-11T00:00:00.000000000000000000001Z"),
]
NO_CODES = [
    *(
        "",
        " ",
        "\t",
        "\u00a0",
        "\u3000",
        "\u2028",
        "\x85",
        "\x0b",
        "\x1f",
        "\x7f",
        "\u200b",
        "\u200f",
        "\u202e\u202d",
    ),
    *(
        "0",
        "-1",
        "18446744073709551616",
        "9" * 400,
        "1e309",
        "0x10",
        "٩٤٣٤٧٦٥٩١٩",
        "９４３４７６５９１９",
        "𝟗𝟒𝟑𝟒𝟕𝟔𝟓𝟗𝟏𝟗",
    ),
    *("=1+1", "=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(1)", "${jndi:ldap://x}", "'; DROP TABLE--", "<b>", "&amp;"),
    *(
        "ß",
        "ﬀ",
        "İ",
        "ı",
        "e\u0301" * 30,
        "👩‍👩‍👧",
        "\U0010ffff",
        "\ufffd",
        "\ufffe",
        "null",
        "NA",
        "{}",
        "[]",
        "%s%n",
    ),
    *(
        "ZZ99 3VZ",
        "ZZ99",
        "GIR 0AA",
        "943 476 5919",
        "943-476-5919",
        "9434765910",
        "R" * 12,
        "RR8\x1fRR801",
        "../x",
    ),
    *("9999999999", "0000000000", "99", "C" * 21, "a\\", "a''b", "XCHES\u0000"),
]
HUGE = [10_000, 70_000, 300_000]


def odd_value(draw: Draw, name: str) -> str:
    if draw.random() < 0.03:
        return draw.choice(["x", "é", "9", " "]) * draw.choice(HUGE)
    likely, other = (NO_DATES, NO_CODES) if name in DATES else (NO_CODES, NO_DATES)
    return draw.choice(likely if draw.random() < 0.8 else other)


def some_records(draw: Draw, oddities: float = 0.5) -> list[dict[str, str | None]]:
    """A few records: keys repeat now and then, some items are odd, some missing."""
    rows = []
    for number in range(draw.randrange(1, 6)):
        row: dict[str, str | None] = dict(RECORD)
        if draw.random() < 0.5:
            row["NHS_NUMBER"] = "9434765870"
        if draw.random() < 0.8:
            row["RADIOLOGICAL_ACCESSION_NUM"] = f"{PLANTED['RADIOLOGICAL_ACCESSION_NUM']}{number}"
        for _ in range(draw.randrange(4) if draw.random() < oddities else 0):
            name = draw.choice(NAMES)
            row[name] = None if draw.random() < 0.2 else odd_value(draw, name)
        rows.append(row)
    return rows


# -- text ---------------------------------------------------------------------------------------------------------

INSERTED = [
    *('"', '""', '","', ",", "\n", "\r", "\r\n", "\0", "\ufeff", ";", "\t", "\x1a", "\u2028", "\\", "'", ",,\n"),
    *("," * 17 + "\n", "," * 40, "x" * 70_000, ",".join(NAMES) + "\n", ",".join(PLANTED.values()) + "\n"),
    *("\ud7ff", "\U0010ffff", "\u202e", "\u200f", "\x1b[31m", "=1+1", "<", ">", "&", "&#0;", "]]>", "<!--", "-->"),
]
ENCODINGS = [
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "latin-1",
    "cp1252",
    "cp037",
    "utf-7",
    "utf-8-sig",
    "shift-jis",
]


def damaged_text(draw: Draw, text: str) -> bytes:
    """The text with some of it inserted, cut or swapped; perhaps in a wrong encoding, or with wrong bytes."""
    for _ in range(draw.randrange(3)):
        at = draw.randrange(len(text) + 1)
        how = draw.randrange(4)
        if how == 0:
            text = text[:at] + draw.choice(INSERTED) + text[at:]
        elif how == 1:
            text = text[:at] + text[at + draw.randrange(40) :]
        elif how == 2:
            text = text.replace(
                draw.choice([",", "\n", "<", ">", '"', "/", "-", "0"]), draw.choice(INSERTED[:16]), 1
            )
        else:
            text = text[:at]
    wrong = draw.random() < 0.2
    content = text.encode(draw.choice(ENCODINGS) if wrong else "utf-8", errors="replace")
    return damaged_bytes(draw, content) if draw.random() < 0.3 else content


def damaged_bytes(draw: Draw, content: bytes) -> bytes:
    """The bytes with some changed, shuffled, doubled, zeroed, or cut off."""
    held = bytearray(content)
    for _ in range(draw.randrange(1, 4)):
        if not held:
            break
        at = draw.randrange(len(held))
        to = min(len(held), at + draw.randrange(1, 60))
        piece = bytes(held[at:to])
        held[at:to] = draw.choice(
            [
                lambda piece=piece: bytes(draw.randrange(256) for _ in piece),
                lambda piece=piece: bytes(draw.sample(piece, len(piece))),
                lambda piece=piece: piece + piece,
                lambda piece=piece: b"\0" * len(piece),
                lambda piece=piece: bytes([piece[0] ^ 1 << draw.randrange(8)]) + piece[1:],
                lambda: b"",
            ]
        )()
    return bytes(held[: draw.randrange(len(held) + 1)]) if draw.random() < 0.3 else bytes(held)


def any_bytes(draw: Draw) -> bytes:
    """What is no file of records at all."""
    return draw.choice(
        [
            lambda: b"",
            lambda: b"\n" * draw.randrange(1, 50),
            lambda: b" \r\n\t" * 9,
            lambda: b"\xef\xbb\xbf",
            lambda: b"\xff\xfe",
            lambda: b"\0" * draw.randrange(1, 5000),
            lambda: draw.randbytes(draw.randrange(1, 3000)),
            lambda: b"PAR1" + draw.randbytes(draw.randrange(200)) + b"PAR1",
            lambda: b"\x1f\x8b\x08" + draw.randbytes(60),
            lambda: zipped(csv_text(draw, some_records(draw))),
            lambda: xml_text(draw, some_records(draw)).encode(),
            lambda: csv_text(draw, some_records(draw)).encode(),
            lambda: parquet(draw, some_records(draw)),
            lambda: b'"' * draw.randrange(1, 200),
            lambda: b"," * draw.randrange(1, 200),
            lambda: str(RECORD).encode(),
        ]
    )()


def zipped(text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.csv", text)
    return content.getvalue()


def csv_text(draw: Draw, rows: list[dict[str, str | None]]) -> str:
    """Lines of values; those with a comma or a quotation mark mostly in quotation marks."""
    quote = draw.random() < 0.8
    end = draw.choice(["\n", "\n", "\r\n"])

    def cell(value: str | None) -> str:
        text = value or ""
        if quote and any(mark in text for mark in ',"'):
            doubled = text.replace('"', '""')
            return f'"{doubled}"'
        return text

    lines = [",".join(cell(row[name]) for name in NAMES) for row in rows]
    if draw.random() < 0.4:
        lines.insert(0, ",".join(NAMES))
    if draw.random() < 0.1:
        lines[-1] += "," * draw.randrange(1, 4)
    if draw.random() < 0.1:
        lines[draw.randrange(len(lines))] = lines[0].rpartition(",")[0]
    if draw.random() < 0.1:
        lines.insert(draw.randrange(len(lines) + 1), draw.choice(["", " ", "," * 17, '""']))
    return end.join(lines) + (end if draw.random() < 0.7 else "")


def damaged_csv(draw: Draw) -> bytes:
    text = csv_text(draw, some_records(draw))
    return text.encode() if draw.random() < 0.4 else damaged_text(draw, text)


# -- XML ----------------------------------------------------------------------------------------------------------

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = [
    f'<!DOCTYPE DIDS [<!ENTITY l0 "ha">{LAUGHS}]>',
    f'<!DOCTYPE DIDS [<!ENTITY l9 "{"x" * 50_000}">]>',
    '<!DOCTYPE DIDS [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE DIDS [<!ENTITY l9 SYSTEM "http://127.0.0.1:9/x">]>',
    '<!DOCTYPE DIDS [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>',
    '<!DOCTYPE DIDS SYSTEM "file:///etc/passwd">',
    '<!DOCTYPE DIDS [<!ENTITY l9 "&l9;">]>',
    '<!DOCTYPE DIDS [<!ATTLIST NHSNumber extension CDATA "9434765919">]>',
]


def in_xml(value: str | None) -> str | None:
    """A value that XML can hold."""
    return value and "".join(sign for sign in value if sign >= " " and sign not in "\ufffe\uffff")


def xml_text(draw: Draw, rows: list[dict[str, str | None]]) -> str:
    kept = [{name: in_xml(value) for name, value in row.items()} for row in rows]
    if draw.random() < 0.3:
        return made_xml.HEAD + made_xml.dids_record(*kept) + made_xml.FOOT
    return made_xml.xml(*kept)


def damaged_xml(draw: Draw) -> bytes:
    text = xml_text(draw, some_records(draw))
    how = draw.random()
    if how < 0.25:
        return text.encode()
    if how < 0.4:
        return bomb(draw, text)
    if how < 0.65:
        return odd_xml(draw, text).encode(errors="replace")
    return damaged_text(draw, text)


def bomb(draw: Draw, text: str) -> bytes:
    head, rest = text.split("\n", 1)
    used = rest.replace(draw.choice(["9434765919", "2023-04-11", "<Referrals>"]), "&l9;" * draw.randrange(1, 30))
    return f"{head}\n{draw.choice(BOMBS)}\n{used}".encode()


def odd_xml(draw: Draw, text: str) -> str:
    deep = "<a>" * 400 + "</a>" * 400
    place = draw.choice(["<Referrals>", "</DIDSRecord>", "<DIDSRecord>", "<ImagingActivity>", "</DIDS>"])
    put = draw.choice(
        [
            *(
                deep,
                "<x/>",
                "<![CDATA[ 9434765919 ]]>",
                "<!-- 9434765919 -->",
                "<?x 9434765919?>",
                "&#0;",
                "&#xD800;",
            ),
            *("&#x10FFFF;", "&#1114112;", "9434765919", "<NHSNumber extension='1' extension='2'/>", "<Referrals/>"),
            *(
                "<NHSNumber/>",
                "<ImagingActivity/>",
                "<DIDSRecord/>",
                "<DIDS/>",
                f"<DIDS xmlns='{NAMESPACE}'>",
                "\n" * 9,
            ),
        ]
    )
    changes: list[Callable[[], str]] = [
        lambda: text.replace(place, place + put, draw.choice([1, -1])),
        lambda: text.replace(place, put + place, 1),
        lambda: text.replace(NAMESPACE, draw.choice(["", "x", NAMESPACE + "2", NAMESPACE.upper()])),
        lambda: text.replace('encoding="utf-8"', f'encoding="{draw.choice(["utf-16", "ascii", "latin-1", "no"])}"'),
        lambda: text.replace("<?xml", draw.choice([" <?xml", "\ufeff<?xml", "<?xml<?xml", ""]), 1),
        lambda: text.replace("extension=", draw.choice(["EXTENSION=", "ext=", "xmlns:x=", "open="])),
        lambda: text.replace("Referrals", draw.choice(["referrals", "x:Referrals", "ImagingActivity"])),
        lambda: text.replace("\n", draw.choice(["", "\r\n", "\r", "\t", "<!---->"])),
        lambda: text + put,
        lambda: text + text,
    ]
    return draw.choice(changes)()


# -- Parquet ------------------------------------------------------------------------------------------------------

OWN_NAMES = [
    *("record", "problems", "fate", "file", "key", "duplicate", "superseded", "accepted", "submitted", "month"),
    *("submitter", "codes", "warnings", "age_on_test_date", "month of the folder", "Person_ID", "MPSConfidence"),
    *("SUBMITTER_ORGANISATION", "person_id", "META", "NHS_NUMBER_STATUS", "DATE_OF_BIRTH", "diagnostic_test_date"),
    *("unreadable_DIAGNOSTIC_TEST_DATE", "local_code", "nicip_code", "valid_from", "PROVIDER_CODE", "", " ", "é"),
]


@cache
def odd_columns() -> list[pl.Series]:
    """A value of every type that Parquet can hold."""
    return [
        *(
            pl.Series([None], dtype=kind)
            for kind in (pl.Null, pl.String, pl.Date, pl.Binary, pl.Int8, pl.List(pl.Int8))
        ),
        *(pl.Series([day]) for day in (date(1, 1, 1), date(9999, 12, 31), date(2023, 4, 11), date(1945, 6, 21))),
        *(pl.Series([days], dtype=pl.Int32).cast(pl.Date) for days in (-(2**31), 2**31 - 1, -719_163, 2_932_897)),
        *(
            pl.Series([n], dtype=pl.Int64).cast(pl.Datetime("us"))
            for n in (-(2**63), 2**63 - 1, 1_681_171_200_000_000)
        ),
        *(pl.Series([n], dtype=pl.Int64).cast(pl.Datetime("ms")) for n in (-(2**63), 2**63 - 1, 2**53)),
        pl.Series([2**63 - 1], dtype=pl.Int64).cast(pl.Datetime("ns", "UTC")),
        pl.Series([2**62], dtype=pl.Int64).cast(pl.Datetime("us", "Europe/London")),
        pl.Series([-(2**62)], dtype=pl.Int64).cast(pl.Datetime("ms", "Asia/Tokyo")),
        *(
            pl.Series([n], dtype=kind)
            for n, kind in ((9434765919, pl.Int64), (2**64 - 1, pl.UInt64), (-1, pl.Int8))
        ),
        pl.Series([2**127 - 1], dtype=pl.Int128),
        *(pl.Series([n]) for n in (float("nan"), float("inf"), 9434765919.0, True)),
        *(pl.Series(["9434765919"]).cast(kind) for kind in (pl.Categorical, pl.Enum(["9434765919"]), pl.Binary)),
        pl.Series([b"\xff\xfe9434765919"]),
        pl.Series([b"\xf0\x9f\x92"]),
        *(pl.Series([n]).cast(pl.Decimal(38, scale)) for n, scale in ((9434765919, 0), (1, 37))),
        *(pl.Series([value]) for value in (time(1), timedelta(days=1), datetime(2023, 4, 11, 23, 59))),
        *(pl.Series([value]) for value in (["9434765919"], {"a": "9434765919"}, [[1]], [{"a": [1]}], [None])),
        pl.Series([{"INTERNALSEQUENCENUMBER": 2**60, "NHS_NO": "9434765919"}]),
        pl.Series([{"NHSNumberConfidence": 99.5}]),
        pl.Series([["a"]], dtype=pl.Array(pl.String, 1)),
    ]


def parquet(draw: Draw, rows: list[dict[str, str | None]]) -> bytes:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(NAMES, pl.String))
    if draw.random() < 0.5:
        frame = frame.with_columns(pl.col(DATES).str.to_date("%Y-%m-%d", strict=False))
    for _ in range(draw.randrange(3)):
        frame = changed_frame(draw, frame)
    content = io.BytesIO()
    frame.write_parquet(content, compression=draw.choice(["zstd", "snappy", "uncompressed"]), row_group_size=2)
    return content.getvalue()


def changed_frame(draw: Draw, frame: pl.DataFrame) -> pl.DataFrame:
    if not frame.width:
        return frame
    one = draw.choice(frame.columns)
    odd = draw.choice(odd_columns())
    return draw.choice(
        [
            lambda: frame.with_columns(pl.lit(odd).first().alias(one)),
            lambda: frame.with_columns(pl.lit(odd).first().alias(one)),
            lambda: frame.with_columns(pl.lit(odd).first().alias(draw.choice(OWN_NAMES))),
            lambda: frame.with_columns(pl.lit(odd).first().alias(draw.choice(OWN_NAMES))),
            lambda: frame.drop(one),
            lambda: frame.clear(),
            lambda: frame.select([]),
            lambda: frame.select(draw.sample(frame.columns, frame.width)),
            lambda: frame.with_columns(pl.col(one).alias(one.lower() + " ")),
            lambda: (
                frame.rename({item.name: item.asset for item in ITEMS if item.name in frame.columns}, strict=False)
                if len({item.asset for item in ITEMS} & set(frame.columns) - set(NAMES)) == 0
                else frame
            ),
            lambda: frame.rename({item.name: item.extract for item in ITEMS if item.extract}, strict=False),
            lambda: pl.concat([frame, frame]),
        ]
    )()


def damaged_parquet(draw: Draw) -> bytes:
    content = parquet(draw, some_records(draw))
    return content if draw.random() < 0.6 else damaged_bytes(draw, content)


MAKERS: dict[str, Callable[[Draw], bytes]] = {"csv": damaged_csv, "xml": damaged_xml, "parquet": damaged_parquet}


def damaged_files(number: int) -> list[tuple[str, bytes]]:
    """The names and the bytes of one to three files."""
    draw = random.Random(f"damaged {number}")
    files = []
    for place in range(draw.choice([1, 1, 1, 2, 3])):
        kind = draw.choice(["csv", "csv", "xml", "xml", "parquet"])
        content = any_bytes(draw) if draw.random() < 0.06 else MAKERS[kind](draw)
        files.append((f"{place}.{kind}", content))
    return files
