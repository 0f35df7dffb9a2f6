"""Where the patient lives."""

from datetime import date

from tests.fields.derived import derived, reference_of
from tests.made_records import record

REFERENCE = reference_of(
    postcodes=[
        {"postcode": "LS25 2LZ", "lsoa": "E01011398", "msoa": "E02002406"},
        {"postcode": "WN5 8QX", "lsoa": "E01006230"},  # the table of postcodes without an MSOA
        {"postcode": "ML1 4LL", "lsoa": "S01011460", "msoa": "S02002153"},
        {"postcode": "M1 1AA", "lsoa": "E01000001", "msoa": "E02000001", "valid_to": date(2010, 6, 30)},
        {"postcode": "M1 1AA", "lsoa": "E01000002", "msoa": "E02000002", "valid_from": date(2020, 4, 1)},
        {"postcode": "ZZ99 3VZ", "lsoa": "E01099999", "msoa": "E02099999"},
    ],
    lsoas=[
        {"lsoa": "E01006230", "msoa": "E02001275"},
        {"lsoa": "E01011398", "msoa": "E02009999"},
    ],
)

#  given        tested        POSTCODE     LSOA         MSOA
POSTCODES = [
    ("LS25 2LZ", "2018-05-03", "LS25 2LZ", "E01011398", "E02002406"),
    ("LS252LZ", "2018-05-03", "LS25 2LZ", "E01011398", "E02002406"),  # without a blank
    ("ls25 2lz", "2018-05-03", "LS25 2LZ", "E01011398", "E02002406"),
    (" LS25  2LZ ", "2018-05-03", "LS25 2LZ", "E01011398", "E02002406"),
    ("WN5 8QX", "2018-05-03", "WN5 8QX", "E01006230", "E02001275"),  # its MSOA by that of the LSOA
    ("ML1 4LL", "2018-05-03", "ML1 4LL", "S01011460", "S02002153"),  # data zones of Scotland
    ("M1 1AA", "2010-06-30", "M1 1AA", "E01000001", "E02000001"),  # its last day
    ("M1 1AA", "2010-07-01", "M1 1AA", None, None),  # terminated
    ("M1 1AA", "2020-03-31", "M1 1AA", None, None),
    ("M1 1AA", "2020-04-01", "M1 1AA", "E01000002", "E02000002"),  # introduced again, elsewhere
    ("ZZ99 3VZ", "2018-05-03", "ZZ99 3VZ", None, None),  # no fixed abode: nowhere, even where a table lists it
    ("ZZ993VZ", "2018-05-03", "ZZ99 3VZ", None, None),
    ("AB1 0XX", "2018-05-03", "AB1 0XX", None, None),  # in no table
    ("2LZ", "2018-05-03", "2LZ", None, None),  # nothing before the blank
    (None, "2018-05-03", None, None, None),
    ("LS25 2LZ", None, "LS25 2LZ", "E01011398", "E02002406"),  # no day: where it always lay
]


def test_postcodes_and_small_areas():
    records = [
        record(POSTCODE=given, DIAGNOSTIC_TEST_DATE=date.fromisoformat(tested) if tested else None)
        for given, tested, *_ in POSTCODES
    ]
    found = derived(records, ("POSTCODE", "LOCATION_LSOA", "LOCATION_MSOA"), REFERENCE)
    assert [(*case[:2], *row) for case, row in zip(POSTCODES, found, strict=True)] == POSTCODES


def test_without_a_table_of_postcodes_there_are_no_areas():
    found = derived([record(POSTCODE="LS252LZ")], ("POSTCODE", "LOCATION_LSOA", "LOCATION_MSOA"))
    assert found == [("LS25 2LZ", None, None)]
