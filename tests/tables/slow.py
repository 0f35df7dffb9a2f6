"""Every monthly table worked out slowly and obviously, record by record, in plain Python.

Nothing here is taken from the project but its reference tables: the rules are written again, from the
specification, so that an agreement means something.
"""

from collections import defaultdict
from datetime import date
from statistics import median

EXAMS = {
    "XCHES": ("Plain Radiography", "Chest (X-ray)", "N"),
    "CABDO": ("Computerized Axial Tomography", None, "N"),
    "CABDOB": ("Computerized Axial Tomography", None, "Y"),
    "MSKUH": ("Magnetic Resonance Imaging", "Brain (MRI)", "N"),
}
SITES = {
    "RF401": ("Y56", "RF4"),
    "RF402": ("Y56", "RF4"),
    "RH801": ("Y58", "RH8"),
    "NT956": ("Y56", "NT9"),
    "NT958": ("Y58", "NT9"),
}
TABLE_12_NAMES = {"Computerized Axial Tomography": "Computerized axial tomography"}
MEASURE_OF = {"1": "count", "2": "wait", "3": "report", "4": "count", "5": "wait", "6": "report", "12": "count"}


def slow_table(number: str, records: list[dict], months: list[str]) -> dict[tuple, str | float]:
    """{(region, provider, label, setting, period): printed value}; cells without data are absent."""
    tests, spans = defaultdict(int), defaultdict(list)
    for record in records:
        month = record["DIAGNOSTIC_TEST_DATE"].strftime("%Y-%m")
        if month not in months:
            continue
        for label, setting in rows_of(number, record):
            for place in (SITES[record["SITE_CODE_IMAGING"]], ("-", "-")):
                for period in (month, "year"):
                    key = (*place, label, setting, period)
                    tests[key] += 1
                    days = days_of(number, record)
                    if days is not None:
                        spans[key].append(days)
    printed = {key: print_cell(number, count, spans[key]) for key, count in tests.items()}
    return {key: value for key, value in printed.items() if value is not None}


def rows_of(number: str, record: dict) -> list[tuple[str, str]]:
    modality, group, interventional = EXAMS[record["IMAGING_CODE_NICIP"]]
    if number in ("1", "2", "3"):
        return [(modality, "")]
    if number == "12":
        return [(TABLE_12_NAMES[modality], "")] if interventional == "Y" else []
    if group is None:
        return []
    return [(group, "All")] + ([(group, "GP Direct Access")] if record["PATIENT_SOURCE_SETTING"] == "04" else [])


def days_of(number: str, record: dict) -> int | None:
    if MEASURE_OF[number] == "wait":
        asked = record["DIAGNOSTIC_TEST_REQUEST_DATE"] or record["DIAG_TEST_REQUEST_REC_DATE"]
        return between(asked, record["DIAGNOSTIC_TEST_DATE"])
    return between(record["DIAGNOSTIC_TEST_DATE"], record["SERVICE_REPORT_DATE"])


def between(start: date | None, end: date | None) -> int | None:
    return None if start is None or end is None else (end - start).days


def print_cell(number: str, count: int, days: list[int]) -> str | float | None:
    if count in (1, 2):
        return "*"
    if MEASURE_OF[number] == "count":
        return min((5 * step for step in range(count // 5, count // 5 + 2)), key=lambda shown: abs(shown - count))
    return median(days) if days else None
