"""The GP practice and the commissioner of the patient on the day of the test."""

from datetime import date

import pytest

from publish.fields.commissioner import commissioner_icb, commissioner_ons_code, commissioner_region
from publish.fields.look_ups import look_ups_of, with_look_ups
from publish.records.values import normalised
from tests.fields.derived import derived, reference_of
from tests.made_records import frame, record

MERGED = date(2020, 4, 1)
MOVED = date(2023, 5, 1)


def commissioner(code: str, name: str, ons_code: str | None = None, **days: date) -> dict[str, object]:
    row = {"commissioner_code": code, "commissioner_name": name, "ons_code": ons_code}
    return row | {"region_code": "Y56", "icb_code": "QMJ"} | days


REFERENCE = reference_of(
    commissioners=[
        commissioner("07X", "NHS ENFIELD CCG", "E38000057", valid_to=date(2020, 3, 31)),
        commissioner("93C", "NHS NORTH CENTRAL LONDON CCG", "E38000240", valid_from=MERGED, valid_to=MOVED),
        commissioner("93C", "NHS NORTH CENTRAL LONDON ICB - 93C", "E38000240", valid_from=date(2023, 5, 2)),
        commissioner("15F", "NHS WEST YORKSHIRE ICB - 15F", "E38000225"),
        commissioner("04G", "NHS NENE CCG", "E38000108"),
        commissioner("03V", "NHS CORBY CCG"),
        commissioner("01A", "RING ONE CCG"),
        commissioner("01B", "RING TWO CCG"),
    ],
    organisations=[
        {"org_code": "F85678", "org_name": "THE TOWN SURGERY LTD"},
        {"org_code": "B86001", "org_name": "THE LANE SURGERY"},
        {"org_code": "W91001", "org_name": "THE VALLEY SURGERY"},
        {"org_code": "7A1", "org_name": "BETSI CADWALADR UNIVERSITY LHB"},
        {"org_code": "V81997", "org_name": "NO REGISTERED GP PRACTICE"},
        {"org_code": "P81001", "org_name": "OLD NAME", "valid_to": date(2022, 3, 31)},
        {"org_code": "P81001", "org_name": "NEW NAME", "valid_from": date(2022, 4, 1)},
    ],
    parents=[
        {"org_code": "F85678", "parent_code": "07X", "valid_to": date(2020, 3, 31)},
        {"org_code": "F85678", "parent_code": "93C", "valid_from": MERGED},
        {"org_code": "B86001", "parent_code": "93C", "valid_to": date(2023, 4, 30)},
        {"org_code": "B86001", "parent_code": "15F", "valid_from": MOVED},
        {"org_code": "W91001", "parent_code": "7A1"},
        {"org_code": "A00001", "parent_code": "04G"},
        {"org_code": "A00002", "parent_code": "03V"},
        {"org_code": "A00003", "parent_code": "01A"},
        {"org_code": "A00004", "parent_code": "99X"},
        {"org_code": "A00005", "parent_code": "15F", "valid_from": date(2023, 6, 1)},
    ],
    successions=[
        {"predecessor": "07X", "successor": "93C", "valid_from": MERGED},
        {"predecessor": "04G", "successor": "15F", "valid_from": MERGED},  # split among two
        {"predecessor": "04G", "successor": "93C", "valid_from": MERGED},
        {"predecessor": "03V", "successor": "04G", "valid_from": MERGED},  # one step, then a split
        {"predecessor": "01A", "successor": "01B", "valid_from": MERGED},  # a ring
        {"predecessor": "01B", "successor": "01A", "valid_from": MERGED},
    ],
    postcodes=[
        {"postcode": "LS25 2LZ", "lsoa": "E01011398", "sub_icb_ons_code": "E38000225"},
        {
            "postcode": "EN1 1AA",
            "lsoa": "E01001400",
            "sub_icb_ons_code": "E38000057",
            "valid_to": date(2020, 3, 31),
        },
        {"postcode": "EN1 1AA", "lsoa": "E01001400", "sub_icb_ons_code": "E38000240", "valid_from": MERGED},
        {"postcode": "N1 1AA", "lsoa": "E01002700"},
        {"postcode": "LL1 1AA", "lsoa": "W01000100", "sub_icb_ons_code": "W11000023"},
        {"postcode": "ZZ99 3VZ", "lsoa": "E01011398", "sub_icb_ons_code": "E38000225"},
    ],
    lsoas=[{"lsoa": "E01002700", "sub_icb_ons_code": "E38000240"}],
)

NCL, WY = "NHS NORTH CENTRAL LONDON ICB - 93C", "NHS WEST YORKSHIRE ICB - 15F"

#  practice  postcode    tested        CCG_CODE  CCG_NAME
COMMISSIONERS = [
    ("F85678", None, "2018-07-01", "07X", NCL),  # the code of that day, the name of its successor
    ("F85678", None, "2020-03-31", "07X", NCL),
    ("F85678", None, "2020-04-01", "93C", NCL),
    ("f85678 ", None, "2020-04-01", "93C", NCL),
    ("B86001", None, "2023-04-30", "93C", NCL),  # the day before the practice moved
    ("B86001", None, "2023-05-01", "15F", WY),  # the day of it
    ("B86001", "EN1 1AA", "2023-05-01", "15F", WY),  # the practice goes before the postcode
    ("W91001", None, "2023-04-01", "7A1", "BETSI CADWALADR UNIVERSITY LHB"),  # Wales
    ("V81997", "LS25 2LZ", "2018-05-03", "15F", WY),  # no practice: by the postcode
    ("V81998", "LS25 2LZ", "2018-05-03", "15F", WY),
    ("V81999", "LS252LZ", "2018-05-03", "15F", WY),
    (None, "LS25 2LZ", "2018-05-03", "15F", WY),
    ("X99999", "LS25 2LZ", "2018-05-03", "15F", WY),  # a practice that no table knows
    ("A00005", "LS25 2LZ", "2023-05-31", "15F", WY),  # ... or not on that day
    ("A00005", "EN1 1AA", "2023-05-31", "93C", NCL),
    ("A00005", "EN1 1AA", "2023-06-01", "15F", WY),
    (None, "EN1 1AA", "2020-03-31", "07X", NCL),  # the postcode on the day before the merger, and on it
    (None, "EN1 1AA", "2020-04-01", "93C", NCL),
    (None, "N1 1AA", "2023-04-01", "93C", NCL),  # by the LSOA of the postcode
    (None, "LL1 1AA", "2023-04-01", None, None),  # a postcode of Wales: no English commissioner
    (None, "ZZ99 3VZ", "2023-04-01", None, None),
    (None, "AB1 0XX", "2023-04-01", None, None),
    ("V81997", None, "2023-04-01", None, None),
    (None, None, "2023-04-01", None, None),
    ("A00001", None, "2019-04-01", "04G", "NHS NENE CCG"),  # split: its own name
    ("A00002", None, "2019-04-01", "03V", "NHS CORBY CCG"),  # its successor was split: its own name
    ("A00003", None, "2019-04-01", "01A", "RING ONE CCG"),  # a ring: its own name
    ("A00004", None, "2019-04-01", "99X", None),  # a commissioner without a name
]

#  practice  GP_DESCRIPTION
PRACTICES = [
    ("F85678", "THE TOWN SURGERY LTD"),
    ("P81001", "NEW NAME"),  # the latest, whatever the day
    ("W91001", "THE VALLEY SURGERY"),
    ("V81997", "Not Registered"),  # not what the table of organisations calls it
    ("V81998", "GP Practice Code not applicable"),
    ("V81999", "GP Practice Code not known"),
    ("X99999", None),
    (None, None),
]


def test_commissioners():
    records = [
        record(PRACTICE_CODE=practice, POSTCODE=postcode, DIAGNOSTIC_TEST_DATE=date.fromisoformat(tested))
        for practice, postcode, tested, *_ in COMMISSIONERS
    ]
    found = derived(records, ("CCG_CODE", "CCG_NAME"), REFERENCE)
    assert [(*case[:3], *row) for case, row in zip(COMMISSIONERS, found, strict=True)] == COMMISSIONERS


@pytest.mark.parametrize("case", COMMISSIONERS)
def test_a_commissioner_does_not_depend_on_the_other_records_of_the_file(case):
    practice, postcode, tested, *expected = case
    alone = record(PRACTICE_CODE=practice, POSTCODE=postcode, DIAGNOSTIC_TEST_DATE=date.fromisoformat(tested))
    assert derived([alone], ("CCG_CODE", "CCG_NAME"), REFERENCE) == [tuple(expected)]


def test_practices():
    records = [record(PRACTICE_CODE=given, DIAGNOSTIC_TEST_DATE=date(2020, 1, 1)) for given, _ in PRACTICES]
    assert derived(records, ("GP_CODE", "GP_DESCRIPTION"), REFERENCE) == PRACTICES


def test_default_practices_need_no_reference_data():
    assert derived([record(PRACTICE_CODE="V81997")], ["GP_DESCRIPTION"]) == [("Not Registered",)]


#  practice  postcode    ONS code     region  board
ENGLISH = [
    ("F85678", None, "E38000240", "Y56", "QMJ"),
    (None, "LS25 2LZ", "E38000225", "Y56", "QMJ"),
    ("W91001", None, None, None, None),  # Wales has none of them
    ("W91001", "LS25 2LZ", None, None, None),  # ... not even of the postcode
    (None, None, None, None, None),
]


def test_commissioner_for_the_annual_tables():
    items = frame([record(PRACTICE_CODE=practice, POSTCODE=postcode) for practice, postcode, *_ in ENGLISH])
    records = normalised(items.lazy(), REFERENCE).with_columns(submitter="SUBMITTER_ORGANISATION")
    known = with_look_ups(records, look_ups_of(records, REFERENCE))
    found = known.select(a=commissioner_ons_code(), b=commissioner_region(), c=commissioner_icb()).collect()
    assert found.rows() == [tuple(expected) for _, _, *expected in ENGLISH]


def test_nobody_says_who_paid():
    columns = ("COMMISSIONING_ORGANISATION_CODE", "COMMISSIONING_ORGANISATION_NAME")
    assert derived([record(PRACTICE_CODE="F85678")], columns, REFERENCE) == [(None, None)]
