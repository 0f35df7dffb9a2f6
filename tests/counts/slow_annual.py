"""The annual sets counted slowly and obviously, a record at a time, in plain Python.

The rules are written again, from the specification; the little world below is that of the reference tables too.
"""

from collections import Counter
from datetime import date

MOVED = date(2023, 5, 1)
LAST_BEFORE = date(2023, 4, 30)
EXAMS = {
    "XCHES": ("Plain Radiography", "Chest (X-ray)"),
    "CABDO": ("Computerized Axial Tomography", None),
    "CABDOB": ("Computerized Axial Tomography", None),  # interventional
    "MSKUH": ("Magnetic Resonance Imaging", "Brain (MRI)"),
}
SITES = {"RF401": ("RF4", "Y56"), "NT956": ("NT9", "Y56"), "NT958": ("NT9", "Y58")}
OUTSIDE = {"7A1A1": ("7A1", "W92000004"), "SCO11": ("RF4", "S92000003")}
NOWHERE = ("NT901", "QQQ99", None)  # region not known, site not known, none
# a practice: (parent, first day, last day); None is open
PRACTICES = {
    "F85678": [("07X", None, LAST_BEFORE), ("93C", MOVED, None)],  # its CCG became another
    "B86001": [("07X", None, date(2023, 5, 2)), ("15F", date(2023, 5, 3), None)],  # it moved
    "W91001": [("7A1", None, None)],
    "A00005": [("15F", MOVED, None)],
    "A00006": [("99X", None, None)],  # a commissioner that no table describes
}
# a commissioner: ONS code, first day, last day
COMMISSIONERS = {
    "07X": ("E38000057", None, LAST_BEFORE),
    "93C": ("E38000240", MOVED, None),
    "15F": ("E38000225", None, None),
    "7A1": ("W11000023", None, None),
}
# a postcode: (LSOA, area, first day, last day)
POSTCODES = {
    "LS252LZ": [("E01000001", "E38000225", None, None)],
    "EN11AA": [("E01000002", "E38000057", None, LAST_BEFORE), ("E01000003", "E38000240", date(2023, 5, 2), None)],
    "N11AA": [("E01000004", None, None, None)],  # its area by its LSOA
    "LL11AA": [("W01000001", "W11000023", None, None)],
    "M11AA": [("E01000002", "E38000225", None, LAST_BEFORE)],  # terminated
    "ZZ993VZ": [("E01000001", "E38000225", None, None)],
}
# an LSOA: area, decile
LSOAS = {
    "E01000001": ("E38000225", "1"),
    "E01000002": ("E38000057", "10"),
    "E01000003": ("E38000240", "4"),
    "E01000004": ("E38000225", "7"),
    "W01000001": (None, None),
}
GROUPS = {"A": "White", "D": "Mixed", "R": "Other Ethnic Groups", "Z": "Not stated", "99": "Not known"}
INTERVALS = ("request_to_test", "test_to_report")


def code(text: str | None) -> str | None:
    return (text or "").strip().upper() or None


def holding(rows, day: date):
    return next((row for row in rows if (row[-2] or date.min) <= day <= (row[-1] or date.max)), None)


def is_in_order(row) -> bool:
    """Whether the record may be counted, whatever its site."""
    day, report = row["DIAGNOSTIC_TEST_DATE"], row["SERVICE_REPORT_DATE"]
    asked = [row["DIAGNOSTIC_TEST_REQUEST_DATE"], row["DIAG_TEST_REQUEST_REC_DATE"]]
    if day is None or row["IMAGING_CODE_NICIP"] not in EXAMS or row["PATIENT_SOURCE_SETTING"] not in {"03", "04"}:
        return False
    return all(each is None or each <= day for each in asked) and (report is None or report >= day)


def days_of(row, interval: str) -> int | None:
    day = row["DIAGNOSTIC_TEST_DATE"]
    asked = row["DIAGNOSTIC_TEST_REQUEST_DATE"] or row["DIAG_TEST_REQUEST_REC_DATE"]
    ends = (asked, day) if interval == INTERVALS[0] else (day, row["SERVICE_REPORT_DATE"])
    return None if None in ends else (ends[1] - ends[0]).days


def where(row):
    """The row of the postcode on the day of the test."""
    postcode = (code(row["POSTCODE"]) or "").replace(" ", "")
    if postcode.startswith("ZZ99"):
        return None
    return holding(POSTCODES.get(postcode, []), row["DIAGNOSTIC_TEST_DATE"])


def commissioner_of(row) -> str | None:
    day = row["DIAGNOSTIC_TEST_DATE"]
    parent = holding(PRACTICES.get(code(row["PRACTICE_CODE"]), []), day)
    place = where(row)
    if parent:
        found = parent[0]
    elif place:
        area = place[1] or LSOAS[place[0]][0]
        named = [name for name, (ons, *days) in COMMISSIONERS.items() if ons == area and holding([days], day)]
        found = named[0] if named else None
    else:
        found = None
    described = COMMISSIONERS.get(found)
    return found if described and described[0][0] == "E" and holding([described], day) else None


def slow_commissioners(rows) -> Counter:
    counted = Counter()
    for row in rows:
        if is_in_order(row) and row["SITE_CODE_IMAGING"] in {*SITES, *OUTSIDE}:
            month = row["DIAGNOSTIC_TEST_DATE"].strftime("%Y-%m")
            setting = "04" if row["PATIENT_SOURCE_SETTING"] == "04" else None
            for interval in INTERVALS:
                days = days_of(row, interval)
                capped = None if days is None else min(days, 366)
                exam = EXAMS[row["IMAGING_CODE_NICIP"]]
                counted[(month, commissioner_of(row), *exam, setting, interval, capped)] += 1
    return counted


def age_band_of(row) -> str:
    birth, day = row["PERSON_BIRTH_DATE"], row["DIAGNOSTIC_TEST_DATE"]
    if birth is None or birth > day:
        return "Age not known"
    age = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    return "90 and over" if age >= 90 else f"{age // 5 * 5}-{age // 5 * 5 + 4}"


def slow_patients(rows) -> Counter:
    counted = Counter()
    for row in rows:
        if is_in_order(row) and row["SITE_CODE_IMAGING"] in SITES:
            month = row["DIAGNOSTIC_TEST_DATE"].strftime("%Y-%m")
            key = (month, SITES[row["SITE_CODE_IMAGING"]][1], EXAMS[row["IMAGING_CODE_NICIP"]][0])
            sex = {"1": "Male", "2": "Female"}.get(code(row["PERSON_GENDER_CODE"]), "Not known")
            place = where(row)
            decile = (LSOAS[place[0]][1] if place else None) or "Not known"
            counted[(*key, "age and sex", sex, age_band_of(row))] += 1
            counted[(*key, "ethnic group", None, GROUPS.get(code(row["ETHNIC_CATEGORY"]), "Not known"))] += 1
            counted[(*key, "deprivation decile", None, decile)] += 1
    return counted
