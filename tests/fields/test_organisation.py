"""Who a site belongs to, on which day."""

from datetime import date

import polars as pl

from publish.fields import reasons
from publish.fields.organisation import providers_of_sites
from publish.reference.tables import COLUMNS, ReferenceData
from tests.fields.derived import derived, reference_of
from tests.made_records import record

FIRST, LAST = date(2023, 3, 1), date(2023, 6, 30)


def table(name: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    schema = {column: pl.Date if column.startswith("valid") else pl.String for column in COLUMNS[name]}
    return pl.DataFrame([dict.fromkeys(COLUMNS[name]) | row for row in rows], schema=schema)


PROVIDERS = table(
    "providers",
    [
        {"org_code": "RF4", "provider_name": "A Trust", "region_code": "Y56"},
        {"org_code": "RM1", "provider_name": "Ends in April", "region_code": "Y60", "valid_to": date(2023, 4, 30)},
        {"org_code": "RM2", "provider_name": "Merged Trust", "region_code": "Y60", "valid_from": date(2023, 5, 1)},
        {"org_code": "NT9", "provider_name": "In several regions"},
        {"org_code": "NN4", "provider_name": "In one region", "region_code": "Y63"},
        {"org_code": "NX1", "provider_name": "Listed twice", "region_code": "Y56"},
        {"org_code": "NX1", "provider_name": "Listed twice", "region_code": "Y58"},
        {"org_code": "W1I1O", "provider_name": "Five characters", "region_code": "Y63"},
    ],
)
SITES = table(
    "sites",
    [
        {"site_code": "RF499", "org_code": "RF4", "region_code": "Y58", "country": "E92000001"},
        {"site_code": "NT956", "org_code": "NT9", "region_code": "Y56", "country": "E92000001"},
        {"site_code": "NT958", "org_code": "NT9", "region_code": "Y58"},
        {"site_code": "NT9WA", "org_code": "NT9", "region_code": "W00"},
        {"site_code": "NX1SW", "org_code": "NX1", "region_code": "Y58"},
        {"site_code": "MERGE", "org_code": "RM1", "valid_to": date(2023, 4, 30)},
        {"site_code": "MERGE", "org_code": "RM2", "valid_from": date(2023, 5, 1)},
        {"site_code": "7A1A1", "org_code": "7A1", "country": "W92000004"},
        {"site_code": "ORPHA", "org_code": "QQQ", "country": "E92000001"},
        {"site_code": "LATER", "org_code": "RF4", "valid_from": date(2023, 6, 1)},
    ],
)
REFERENCE = ReferenceData(PROVIDERS, SITES, table("exam_codes", []), ())

#  site       day          provider  region  why kept out
CASES = [
    ("RF401", "2023-04-01", "RF4", "Y56", None),  # not in the site table: by its first three characters
    (" rf401", "2023-04-01", "RF4", "Y56", None),
    ("W1I1O9", "2023-04-01", "W1I1O", "Y63", None),  # by its first five
    ("RF499", "2023-04-01", "RF4", "Y56", None),  # a trust is listed in its own region wherever the site lies
    ("NT956", "2023-04-01", "NT9", "Y56", None),  # an independent provider by the region of the site
    ("NT958", "2023-04-01", "NT9", "Y58", None),
    ("NX1SW", "2023-04-01", "NX1", "Y58", None),
    ("NN401", "2023-04-01", "NN4", "Y63", None),  # ... or its only region, where the site is not known
    ("NT901", "2023-04-01", "NT9", None, reasons.REGION_UNKNOWN),
    ("NX101", "2023-04-01", "NX1", None, reasons.REGION_UNKNOWN),
    ("NT9WA", "2023-04-01", "NT9", "W00", reasons.REGION_UNKNOWN),  # no region of England has that code
    ("MERGE", "2023-04-30", "RM1", "Y60", None),  # its trust merged on 1 May
    ("MERGE", "2023-05-01", "RM2", "Y60", None),
    ("RM101", "2023-05-01", "RM1", None, reasons.PROVIDER_UNKNOWN),
    ("7A1A1", "2023-04-01", "7A1", None, reasons.OUTSIDE_ENGLAND),
    ("ORPHA", "2023-04-01", "QQQ", None, reasons.PROVIDER_UNKNOWN),
    ("LATER", "2023-05-31", None, None, reasons.SITE_UNKNOWN),
    ("LATER", "2023-06-01", "RF4", "Y56", None),
    ("ZZZ99", "2023-04-01", None, None, reasons.SITE_UNKNOWN),
    ("", "2023-04-01", None, None, reasons.SITE_MISSING),
    (None, "2023-04-01", None, None, reasons.SITE_MISSING),
]


def test_providers_of_sites():
    sites = pl.DataFrame({"SITE_CODE_IMAGING": [case[0] for case in CASES]}).unique()
    found = providers_of_sites(sites, REFERENCE, FIRST, LAST)
    for site, day, *expected in CASES:
        rows = found.filter(
            pl.col("SITE_CODE_IMAGING").eq_missing(pl.lit(site)),
            pl.lit(date.fromisoformat(day)).is_between("valid_from", "valid_to"),
        )
        assert rows.select("PROVIDER_CODE", "region_code", "reason").rows() == [tuple(expected)], (site, day)


BOARDS = reference_of(
    providers=[
        {"org_code": "RF4", "provider_name": "A Trust", "region_code": "Y56", "icb_code": "QMF"},
        {"org_code": "RX1", "provider_name": "Without a board", "region_code": "Y56"},
        {"org_code": "NT9", "provider_name": "In several regions"},
        {"org_code": "NN4", "provider_name": "In one region", "region_code": "Y63", "icb_code": "QWO"},
        {"org_code": "NX1", "provider_name": "Listed twice", "region_code": "Y56", "icb_code": "QMF"},
        {"org_code": "NX1", "provider_name": "Listed twice", "region_code": "Y56", "icb_code": "QMJ"},
    ],
    sites=[
        {"site_code": "RF499", "org_code": "RF4", "region_code": "Y58", "icb_code": "QJK"},
        {"site_code": "RX199", "org_code": "RX1", "region_code": "Y56", "icb_code": "QMJ"},
        {"site_code": "NT956", "org_code": "NT9", "region_code": "Y56", "icb_code": "QMJ"},
        {"site_code": "NT958", "org_code": "NT9", "region_code": "Y58", "icb_code": "QQQ"},
        {"site_code": "NT963", "org_code": "NT9", "region_code": "Y63"},
        {"site_code": "NX156", "org_code": "NX1", "region_code": "Y56", "icb_code": "QMJ"},
    ],
    icbs=[
        {"icb_code": "QMF", "icb_name": "North East London", "valid_from": date(2022, 7, 1)},
        {"icb_code": "QJK", "icb_name": "Devon", "valid_from": date(2022, 7, 1)},
        {"icb_code": "QWO", "icb_name": "West Yorkshire", "valid_from": date(2022, 7, 1)},
        {
            "icb_code": "QMJ",
            "icb_name": "North Central London",
            "valid_from": date(2022, 7, 1),
            "valid_to": date(2026, 3, 31),
        },
    ],
)

#  site       day           board
OF_BOARDS = [
    ("RF401", "2023-04-01", "QMF"),
    ("RF499", "2023-04-01", "QMF"),  # a trust is listed in its own board wherever the site lies
    ("RX199", "2023-04-01", "QMJ"),  # ... or in that of the site, where nothing is known of its own
    ("RX101", "2023-04-01", None),
    ("NT956", "2023-04-01", "QMJ"),  # an independent provider in that of the site
    ("NT956", "2022-06-30", None),  # the day before there were boards, and the first of them
    ("NT956", "2022-07-01", "QMJ"),
    ("NT956", "2026-03-31", "QMJ"),
    ("NT956", "2026-04-01", None),  # the board was merged into another
    ("NT958", "2023-04-01", None),  # no board has that code
    ("NT963", "2023-04-01", None),
    ("NN401", "2023-04-01", "QWO"),
    ("NX156", "2023-04-01", "QMJ"),
    ("NX101", "2023-04-01", None),  # listed in several
    ("ZZZ99", "2023-04-01", None),
    (None, "2023-04-01", None),
]


def test_boards_of_sites():
    sites = pl.DataFrame({"SITE_CODE_IMAGING": [site for site, *_ in OF_BOARDS]}).unique()
    found = providers_of_sites(sites, BOARDS, date(2022, 4, 1), date(2026, 6, 30))
    for site, day, board in OF_BOARDS:
        rows = found.filter(
            pl.col("SITE_CODE_IMAGING").eq_missing(pl.lit(site)),
            pl.lit(date.fromisoformat(day)).is_between("valid_from", "valid_to"),
        )
        assert rows["icb_code"].to_list() == [board], (site, day)


def test_a_provider_in_two_boards_of_one_region_keeps_its_region():
    sites = pl.DataFrame({"SITE_CODE_IMAGING": ["NX101"]})
    found = providers_of_sites(sites, BOARDS, FIRST, LAST)
    assert found.select("region_code", "reason").rows() == [("Y56", None)]


def test_every_site_has_every_day_once():
    sites = pl.DataFrame({"SITE_CODE_IMAGING": [case[0] for case in CASES]}).unique()
    found = providers_of_sites(sites, REFERENCE, FIRST, LAST)
    days = (pl.col("valid_to") - pl.col("valid_from")).dt.total_days() + 1
    each = found.group_by("SITE_CODE_IMAGING").agg(days.sum().alias("days"))
    assert set(each["days"]) == {(LAST - FIRST).days + 1}
    assert each.height == sites.height


def test_a_region_counts_only_while_it_stands():
    """Y60 began in April 2019: a site that is put there is in no region before."""
    rows = [{"site_code": "NT960", "org_code": "NT9", "region_code": "Y60"}]
    reference = ReferenceData(PROVIDERS, table("sites", rows), table("exam_codes", []), ())
    sites = pl.DataFrame({"SITE_CODE_IMAGING": ["NT960"]})
    found = providers_of_sites(sites, reference, date(2019, 3, 1), date(2019, 4, 30)).sort("valid_from")
    assert found.select("valid_from", "reason").rows() == [
        (date(2019, 3, 1), reasons.REGION_UNKNOWN),
        (date(2019, 4, 1), None),
    ]


OFFICIAL = reference_of(
    organisations=[
        {"org_code": "RR8", "org_name": "LEEDS TRUST"},
        {"org_code": "NEF", "org_name": "KORUS HEALTH"},
        {"org_code": "RM1", "org_name": "SMALL TRUST", "valid_to": date(2023, 4, 30)},
        {"org_code": "RM2", "org_name": "LARGE TRUST"},
        {"org_code": "RS1", "org_name": "SPLIT TRUST", "valid_to": date(2023, 4, 30)},
        {"org_code": "W1I1O", "org_name": "FIVE CHARACTERS TRUST"},
        {"org_code": "NXM01", "org_name": "PARENT OF ITS OWN LTD"},
        {"org_code": "RR801", "org_name": "LEEDS GENERAL INFIRMARY", "kind": "ets"},
        {"org_code": "RM101", "org_name": "THE INFIRMARY", "kind": "ets"},
    ],
    providers=[
        {"org_code": "RR8", "provider_name": "As providers.csv has it", "region_code": "Y63"},
        {"org_code": "RV1", "provider_name": "Of providers.csv alone", "region_code": "Y63"},
    ],
    sites=[
        {"site_code": "8A123", "site_name": "SCANS OF THE WEST", "org_code": "NXM01"},
        {"site_code": "LATER", "site_name": "NEW CENTRE", "org_code": "NEF", "valid_from": date(2023, 6, 1)},
        {"site_code": "MOVED", "site_name": "OLD HOSPITAL", "org_code": "RM1", "valid_to": date(2023, 4, 30)},
        {"site_code": "MOVED", "site_name": "NEW HOSPITAL", "org_code": "RM2", "valid_from": date(2023, 5, 1)},
    ],
    successions=[
        {"predecessor": "RM1", "successor": "RM2", "valid_from": date(2023, 5, 1)},
        {"predecessor": "RS1", "successor": "RM2", "valid_from": date(2023, 5, 1)},
        {"predecessor": "RS1", "successor": "RR8", "valid_from": date(2023, 5, 1)},
    ],
)

#  site       day           site's name                provider  its name
PRODUCT = [
    ("RR801", "2023-04-01", "LEEDS GENERAL INFIRMARY", "RR8", "LEEDS TRUST"),  # official names go first
    (" rr801", "2023-04-01", "LEEDS GENERAL INFIRMARY", "RR8", "LEEDS TRUST"),
    ("NEF10", "2023-04-01", None, "NEF", "KORUS HEALTH"),  # in no table: by its first three characters
    ("RV101", "2023-04-01", None, "RV1", "Of providers.csv alone"),
    ("W1I1O9", "2023-04-01", None, "W1I1O", "FIVE CHARACTERS TRUST"),  # ... or five, where a trust has them
    ("8A123", "2023-04-01", "SCANS OF THE WEST", "NXM01", "PARENT OF ITS OWN LTD"),  # an independent site's own
    ("RM101", "2023-04-30", "THE INFIRMARY", "RM1", "LARGE TRUST"),  # its trust merged: the name is the new one
    ("RM101", "2023-05-01", "THE INFIRMARY", "RM1", "LARGE TRUST"),  # ... the code of a site's trust is not
    ("MOVED", "2023-04-30", "NEW HOSPITAL", "RM1", "LARGE TRUST"),  # the site table says when it changed hands
    ("MOVED", "2023-05-01", "NEW HOSPITAL", "RM2", "LARGE TRUST"),
    ("RS101", "2023-05-01", None, "RS1", "SPLIT TRUST"),  # split among two: its own name
    ("LATER", "2023-05-31", "NEW CENTRE", "LAT", None),  # not open yet: by its characters
    ("LATER", "2023-06-01", "NEW CENTRE", "NEF", "KORUS HEALTH"),
    ("ZZZ99", "2023-04-01", None, "ZZZ", None),  # nobody knows it
    ("RR8", "2023-04-01", "LEEDS TRUST", "RR8", "LEEDS TRUST"),  # the trust itself (an extract; DIDS069 refuses it)
    ("ZZZ-9", "2023-04-01", None, None, None),  # neither a site nor of anybody known
    (None, "2023-04-01", None, None, None),
]


def test_sites_and_providers_of_the_data_product():
    records = [
        record(SITE_CODE_IMAGING=site, DIAGNOSTIC_TEST_DATE=date.fromisoformat(day)) for site, day, *_ in PRODUCT
    ]
    columns = ("PROVIDER_SITE_CODE_DESCRIPTION", "PROVIDER_CODE", "PROVIDER_NAME")
    found = derived(records, columns, OFFICIAL)
    assert [(*case[:2], *row) for case, row in zip(PRODUCT, found, strict=True)] == PRODUCT


def test_the_site_is_as_submitted():
    sites = [record(SITE_CODE_IMAGING=site) for site in ("RR801", " rr801 ", None)]
    assert derived(sites, ["PROVIDER_SITE_CODE"], OFFICIAL) == [("RR801",), ("RR801",), (None,)]


def test_health_authorities_are_no_more():
    assert derived([record()], ("PROVIDER_SHA_CODE", "PROVIDER_SHA_NAME"), OFFICIAL) == [(None, None)]
