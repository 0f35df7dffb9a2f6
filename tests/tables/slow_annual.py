"""The annual tables worked out slowly and obviously, record by record, in plain Python.

Nothing here is taken from the project: the rules, the headings and the little world are written again, from the
specification. A table is the rows in which a record counts and, for each column, what the records of a row come to.
"""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from statistics import median
from typing import NamedTuple

# an exam: modality, cancer group, interventional
EXAMS = {
    "XCHES": ("Plain Radiography", "Chest (X-ray)", "N"),
    "CABDO": ("Computerized Axial Tomography", None, "N"),
    "CABDOB": ("Computerized Axial Tomography", None, "Y"),
    "MSKUH": ("Magnetic Resonance Imaging", "Brain (MRI)", "N"),
    "U1": ("Diagnostic Ultrasonography", "Abdomen and/or pelvis (Ultrasound)", "N"),
    "P1": ("Positron Emission Tomography", None, "N"),
    "N1": ("Nuclear Medicine Procedure", None, "N"),
    "M1": ("Medical Photography", None, "N"),  # in no Table 13
    "E1": ("Endoscopy", None, "Y"),  # in Table 12 alone
}
# a site: provider, region, integrated care board
SITES = {
    "RF401": ("RF4", "Y56", "QMF"),
    "RH801": ("RH8", "Y58", "QJK"),
    "NT956": ("NT9", "Y56", "QMJ"),
    "NT958": ("NT9", "Y58", None),
}
WELSH_SITE = "7A1A1"
# a provider: name, board, imaging network; `-` where there is none
PROVIDERS = {
    "RF4": ("Barking, Havering and Redbridge University Hospitals NHS Trust", "QMF", "North East London"),
    "RH8": ("Royal Devon University Healthcare NHS Foundation Trust", "QJK", "PenRad"),
    "NT9": ("Alliance Medical", "-", "-"),
}
REGIONS = {
    "Y56": "London",
    "Y58": "South West",
    "Y59": "South East",
    "Y60": "Midlands",
    "Y61": "East of England",
    "Y62": "North West",
    "Y63": "North East and Yorkshire",
}
# a board: name, population; all others have one million people
BOARDS = {
    "QMF": ("NHS North East London Integrated Care Board", 1_999),
    "QMJ": ("NHS North Central London Integrated Care Board", 7),
    "QJK": ("NHS Devon Integrated Care Board", 40),
}
OTHER_BOARDS, PEOPLE_OF_OTHERS = 39, 1_000_000
# a commissioner: name, ONS code, region, board
COMMISSIONERS = {
    "A3A8R": ("NHS North East London ICB - A3A8R", "E38000255", "Y56", "QMF"),
    "15N": ("NHS Devon ICB - 15N", "E38000230", "Y58", "QJK"),
    "03Q": ("NHS Humber and North Yorkshire ICB - 03Q", "E38000188", "Y63", "QOQ"),
}
BOARD_OF_03Q = ("NHS Humber and North Yorkshire Integrated Care Board", PEOPLE_OF_OTHERS)
PRACTICES = {"F82001": "A3A8R", "L83001": "15N", "W91001": "7A1"}  # the last in Wales
# a postcode: LSOA, ONS code of the area, deprivation decile
POSTCODES = {
    "RM1 1AA": ("E01000001", "E38000255", "1"),
    "YO1 1AA": ("E01000002", "E38000188", "10"),
    "EX1 1AA": ("E01000003", "E38000230", None),
    "CF1 1AA": ("W01000001", "W11000023", None),
}
ETHNIC_GROUPS = {
    **dict.fromkeys("ABC", "White"),
    **dict.fromkeys("DEFG", "Mixed"),
    **dict.fromkeys("HJKL", "Asian or Asian British"),
    **dict.fromkeys("MNP", "Black or Black British"),
    **dict.fromkeys("RS", "Other Ethnic Groups"),
    "Z": "Not stated",
}
NINE = (
    "Computerized Axial Tomography",
    "Diagnostic Ultrasonography",
    "Fluoroscopy",
    "Magnetic Resonance Imaging",
    "Medical Photography",
    "Nuclear Medicine Procedure",
    "Plain Radiography",
    "Positron Emission Tomography",
    "Single Photon Emission Computerized Tomography",
)
GROUPS = (
    "Abdomen and/or pelvis (Ultrasound)",
    "Brain (MRI)",
    "Chest (X-ray)",
    "Chest and/or abdomen (CT)",
    "Kidney or Bladder (Ultrasound)",
)
MONTHS = (*(f"2023-{number:02}" for number in range(4, 13)), "2024-01", "2024-02", "2024-03")
LEVELS = ("England", "Region", "ICB", "Provider", "Commissioner", "No commissioner")


class Rule(NamedTuple):
    """What is hidden and how the rest is rounded."""

    threshold: int = 3
    base: int = 5
    decimals: int = 0


def nearest(number: Fraction, step: Fraction) -> Fraction:
    return step * floor(number / step + Fraction(1, 2))


def is_few(count: int, rule: Rule) -> bool:
    return 0 < count < rule.threshold


def shown(count: int, rule: Rule) -> str | float:
    return "*" if is_few(count, rule) else float(nearest(Fraction(count), Fraction(rule.base)))


def per_cent(part: int, whole: int, rule: Rule) -> str | float | None:
    if is_few(part, rule) or is_few(whole, rule):
        return "*"
    if whole == 0:
        return None
    share = Fraction(100) * Fraction(shown(part, rule)) / Fraction(shown(whole, rule))
    return float(nearest(share, Fraction(1, 10**rule.decimals)))


# What a record says


def month_of(record) -> str:
    return record["DIAGNOSTIC_TEST_DATE"].strftime("%Y-%m")


def wait(record) -> int | None:
    asked = record["DIAGNOSTIC_TEST_REQUEST_DATE"] or record["DIAG_TEST_REQUEST_REC_DATE"]
    return None if asked is None else (record["DIAGNOSTIC_TEST_DATE"] - asked).days


def turnaround(record) -> int | None:
    reported = record["SERVICE_REPORT_DATE"]
    return None if reported is None else (reported - record["DIAGNOSTIC_TEST_DATE"]).days


def setting_of(record) -> str:
    return record["PATIENT_SOURCE_SETTING"]


def modality_of(record) -> str:
    return EXAMS[record["IMAGING_CODE_NICIP"]][0]


def group_of(record) -> str | None:
    return EXAMS[record["IMAGING_CODE_NICIP"]][1]


def is_in_england(record) -> bool:
    return record["SITE_CODE_IMAGING"] in SITES


def commissioner_of(record) -> str | None:
    if record["PRACTICE_CODE"] in PRACTICES:
        found = PRACTICES[record["PRACTICE_CODE"]]
        return found if found in COMMISSIONERS else None
    area = POSTCODES.get(record["POSTCODE"], (None, None, None))[1]
    return next((code for code, (_, ons, *_) in COMMISSIONERS.items() if ons == area), None)


def age_band_of(record) -> str:
    born, tested = record["PERSON_BIRTH_DATE"], record["DIAGNOSTIC_TEST_DATE"]
    if born is None or born > tested:
        return "Not known"
    age = tested.year - born.year - ((tested.month, tested.day) < (born.month, born.day))
    first = age - age % 5
    return "90 and over" if age >= 90 else f"{first}-{first + 4}"


def sex_of(record) -> str:
    return {"1": "Male", "2": "Female"}.get(record["PERSON_GENDER_CODE"], "Not known")


def ethnic_group_of(record) -> str:
    return ETHNIC_GROUPS.get(record["ETHNIC_CATEGORY"], "Not known")


def decile_of(record) -> str:
    return POSTCODES.get(record["POSTCODE"], (None, None, None))[2] or "Not known"


# Where a record counts: (level, region, code, name, what else the table says of a place)


def england(_):
    return ("England", "-", "-", "ENGLAND")


def region(record):
    code = SITES[record["SITE_CODE_IMAGING"]][1]
    return ("Region", code, "-", REGIONS[code])


def board(record):
    _, region_code, code = SITES[record["SITE_CODE_IMAGING"]]
    return ("ICB", region_code, code or "-", BOARDS[code][0] if code else "ICB not known")


def provider(record):
    code, region_code, _ = SITES[record["SITE_CODE_IMAGING"]]
    return ("Provider", region_code, code, PROVIDERS[code][0])


def provider_in_network(record):
    place = provider(record)
    return (*place, *PROVIDERS[place[2]][1:])


def commissioner(record):
    code = commissioner_of(record)
    if code is None:
        return ("No commissioner", "-", "-", "No sub-ICB location", "-")
    name, ons, region_code, _ = COMMISSIONERS[code]
    return ("Commissioner", region_code, code, name, ons)


def board_with_people(record):
    code = commissioner_of(record)
    if code is None:
        return ("ICB", "-", "-", "ICB not known", None)
    name, people = BOARDS.get(COMMISSIONERS[code][3], BOARD_OF_03Q)
    return ("ICB", COMMISSIONERS[code][2], COMMISSIONERS[code][3], name, people)


def england_with_people(record):
    every = sum(people for _, people in BOARDS.values()) + OTHER_BOARDS * PEOPLE_OF_OTHERS
    return (*england(record), every)


def with_dashes(place, dashes: int):
    return lambda record: (*place(record), *["-"] * dashes)


# What a column says of the records of a row


def count(chosen=lambda _: True):
    return lambda records, rule, _: shown(sum(map(chosen, records)), rule)


def share(part, whole):
    return lambda records, rule, _: per_cent(sum(map(part, records)), sum(map(whole, records)), rule)


def per_1000():
    def rate(records, rule, place):
        people = place[-1]
        if is_few(len(records), rule):
            return "*"
        if people is None:
            return None
        return float(nearest(1000 * Fraction(shown(len(records), rule)) / people, Fraction(1, 10)))

    return rate


def count_of_month(month: str | None):
    def in_month(records, rule, _):
        tests = [record for record in records if month in (None, month_of(record))]
        return shown(len(tests), rule) if tests else None

    return in_month


def median_of_month(month: str | None, days):
    def in_month(records, rule, _):
        tests = [record for record in records if month in (None, month_of(record))]
        known = [days(record) for record in tests if days(record) is not None]
        if is_few(len(tests), rule):
            return "*"
        return float(median(known)) if known else None

    return in_month


def lasting(days, first: int = 0, last: int | None = None, settings: tuple[str, ...] = ()):
    def is_so(record):
        lasted, right_setting = days(record), not settings or setting_of(record) in settings
        return right_setting and lasted is not None and first <= lasted <= (10_000 if last is None else last)

    return is_so


def undated(days, settings: tuple[str, ...] = ()):
    return lambda record: days(record) is None and (not settings or setting_of(record) in settings)


def from_settings(*settings: str):
    return lambda record: setting_of(record) in settings


# The tables


@dataclass(frozen=True)
class Slow:
    """One table: labels in order and what a record's are, settings in order and whether a record is of one."""

    labels: tuple[str, ...]
    label_of: object
    columns: dict[tuple[str, str], object]
    places: tuple[object, ...]
    settings: dict[str, object] | None = None
    counts: object = is_in_england

    def rows(self, records, months):
        """The records of each row: (place, label, setting); all of England's rows, others where there is any."""
        found = defaultdict(list)
        settings = self.settings or {"": lambda _: True}
        for label in self.labels:
            for setting in settings:
                found[(self.places[0](None), label, setting)] = []
        for record in records:
            if month_of(record) not in months or not self.counts(record):
                continue
            for label in self.label_of(record):
                for setting in [name for name, is_of in settings.items() if is_of(record)]:
                    for place in self.places:
                        if label in self.labels:
                            found[(place(record), label, setting)].append(record)
        return found

    def printed(self, records, rule, months):
        """{(place, label, setting): what its columns say}, in published order."""
        rows = self.rows(records, months)
        return {
            row: [column(rows[row], rule, row[0]) for column in self.columns.values()]
            for row in sorted(rows, key=self.order)
        }

    def order(self, row):
        (level, region_code, code, name, *_), label, setting = row
        words = (self.labels.index(label), [*(self.settings or {"": None})].index(setting))
        return (LEVELS.index(level), region_code == "-", region_code, code == "-", name.lower(), code, words)


def by_modality(record):
    return [modality_of(record)]


def by_group(record):
    return [group_of(record)]


def banded(days, bands, **further):
    named = {("", heading): count(lasting(days, *band)) for heading, band in bands.items()}
    return named | {("", "Time not known"): count(undated(days)), ("", "Total"): count()} | further


def columns_by_month(column, *further):
    return {("", month or "year"): column(month, *further) for month in (*MONTHS, None)}


ALL_OR_GP = {"All": lambda _: True, "GP Direct Access": from_settings("04")}
LONG_BANDS = {
    "0-7 days": (0, 7),
    "8-14 days": (8, 14),
    "15-31 days": (15, 31),
    "32-42 days": (32, 42),
    "43-62 days": (43, 62),
    "63-93 days": (63, 93),
    "94-186 days": (94, 186),
    "187-365 days": (187, 365),
    "366 days and over": (366,),
}
REPORT_BANDS = {
    "0 days": (0, 0),
    "1 day": (1, 1),
    **{f"{days} days": (days, days) for days in range(2, 8)},
    "8-14 days": (8, 14),
    "15-31 days": (15, 31),
    "32-42 days": (32, 42),
    "43-62 days": (43, 62),
    "63 days and over": (63,),
}
TABLE_9_BANDS = {"0-7 days": (0, 7), "8-31 days": (8, 31), "32-62 days": (32, 62), "More than 62 days": (63,)}
COMMISSIONERS_OF_ENGLAND = (with_dashes(england, 1), commissioner)
FOUR = (NINE[0], NINE[1], NINE[3], NINE[6])

TABLE_7A = Slow(FOUR, by_modality, banded(wait, LONG_BANDS), COMMISSIONERS_OF_ENGLAND, counts=lambda _: True)
TABLE_7B = Slow(
    FOUR, by_modality, banded(turnaround, REPORT_BANDS), COMMISSIONERS_OF_ENGLAND, counts=lambda _: True
)
_NAMES_OF_8 = {
    "Chest (X-ray)": "Chest X-ray",
    "Brain (MRI)": "MRI on the brain",
    "Abdomen and/or pelvis (Ultrasound)": "Ultrasound on abdomen or pelvis",
}
TABLE_8 = Slow(
    tuple(_NAMES_OF_8.values()),
    lambda record: [_NAMES_OF_8.get(group_of(record))],
    banded(wait, LONG_BANDS),
    COMMISSIONERS_OF_ENGLAND,
    ALL_OR_GP,
    counts=lambda _: True,
)
TABLE_9 = Slow(
    tuple("Nuclear Medicine" if name == "Nuclear Medicine Procedure" else name for name in NINE),
    lambda record: [modality_of(record).replace("Nuclear Medicine Procedure", "Nuclear Medicine")],
    {("Count", name): count(lasting(wait, *band)) for name, band in TABLE_9_BANDS.items()}
    | {("Percentage", name): share(lasting(wait, *band), lasting(wait)) for name, band in TABLE_9_BANDS.items()},
    (england,),
    {
        "Accident and Emergency Department": from_settings("05"),
        "Admitted Patient Care - Day case": from_settings("02"),
        "Admitted Patient Care - Inpatient": from_settings("01"),
        "GP Direct Access": from_settings("04"),
        "Outpatient": from_settings("03"),
        "Other": from_settings("06", "07"),
    },
)


def reported(group: str, settings: tuple[str, ...]):
    known = lasting(turnaround, settings=settings)
    return {
        (group, "% Same day"): share(lasting(turnaround, 0, 0, settings), known),
        (group, "% by next day"): share(lasting(turnaround, 0, 1, settings), known),
        (group, "Total known"): count(known),
        (group, "Not Known"): count(undated(turnaround, settings)),
        (group, "Total"): count(from_settings(*settings)),
    }


TABLE_10 = Slow(
    NINE,
    by_modality,
    reported("A&E, Inpatients & Day Cases", ("05", "01", "02"))
    | reported("Outpatients & GP Direct Access", ("03", "04")),
    (england, provider),
    counts=lambda record: is_in_england(record) and setting_of(record) not in ("06", "07"),
)
TABLE_11 = Slow(
    NINE,
    by_modality,
    {
        ("", "A&E"): count(from_settings("05")),
        ("", "Day case"): count(from_settings("02")),
        ("", "Inpatient"): count(from_settings("01")),
        ("", "Outpatient"): count(from_settings("03")),
        ("", "GP Direct Access"): count(from_settings("04")),
        ("", "Other Health Care Provider"): count(from_settings("06")),
        ("", "Other"): count(from_settings("07")),
        ("", "Total"): count(),
    },
    (england, provider),
)


def turned_around(group: str, settings: tuple[str, ...], bands):
    cases = from_settings(*settings)
    return {
        **{
            (group, name): share(lasting(turnaround, *band, settings=settings), cases)
            for name, band in bands.items()
        },
        (group, "Not known"): share(undated(turnaround, settings), cases),
        (group, "Total cases"): count(cases),
    }


TABLE_13 = Slow(
    tuple(name.capitalize() for name in (NINE[0], NINE[1], NINE[6], NINE[3], NINE[2], NINE[5], NINE[7], NINE[8])),
    lambda record: [modality_of(record).capitalize()],
    turned_around(
        "A&E / Admitted", ("01", "02", "05"), {"Same day": (0, 0), "By next day": (0, 1), "> 28 days": (29,)}
    )
    | turned_around(
        "OP / GP direct access",
        ("03", "04", "06", "07"),
        {"By next day": (0, 1), "By 7 days": (0, 7), "By 14 days": (0, 14), "> 28 days": (29,)},
    ),
    (with_dashes(england, 2), with_dashes(region, 2), provider_in_network),
)

AGES = (*(f"{age}-{age + 4}" for age in range(0, 90, 5)), "90 and over", "Not known")
ETHNIC = ("White", "Mixed", "Asian or Asian British", "Black or Black British", "Other Ethnic Groups")
DECILES = (*map(str, range(1, 11)), "Not known")


def by_patient(values, value_of, settings=None):
    """Columns for each value of a characteristic; all modalities together stand last."""
    return Slow(
        (*NINE, "All modalities"),
        lambda record: [modality_of(record), *(["All modalities"] if modality_of(record) in NINE else [])],
        {("", value): count(lambda record, value=value: value_of(record) == value) for value in values}
        | {("", "Total"): count()},
        (england, region),
        settings,
    )


BY_AGE_AND_SEX = by_patient(
    AGES,
    age_band_of,
    {"All": lambda _: True}
    | {sex: lambda record, sex=sex: sex_of(record) == sex for sex in ("Female", "Male", "Not known")},
)
BY_ETHNIC_GROUP = by_patient((*ETHNIC, "Not stated", "Not known"), ethnic_group_of)
BY_DEPRIVATION = by_patient(DECILES, decile_of)
USE_BY_BOARD = Slow(
    (NINE[0], NINE[3], NINE[7]),
    by_modality,
    {("", "Tests"): count(), ("", "Tests per 1,000 population"): per_1000()},
    (england_with_people, board_with_people),
    counts=lambda _: True,
)


def by_region_and_board(table: Slow) -> Slow:
    return Slow(table.labels, table.label_of, table.columns, (england, region, board), table.settings, table.counts)


_MODALITIES_BY_MONTH = (NINE, by_modality)
_GROUPS_BY_MONTH = (GROUPS, by_group)
_NAMES_OF_12 = tuple(
    name.capitalize()
    for name in (NINE[0], "Cone Beam Computed Tomography", NINE[1], "Endoscopy", NINE[2], NINE[3], NINE[5], NINE[6])
)
BY_REGION_AND_BOARD = {
    "1": Slow(*_MODALITIES_BY_MONTH, columns_by_month(count_of_month), (england,)),
    "2": Slow(*_MODALITIES_BY_MONTH, columns_by_month(median_of_month, wait), (england,)),
    "3": Slow(*_MODALITIES_BY_MONTH, columns_by_month(median_of_month, turnaround), (england,)),
    "4": Slow(*_GROUPS_BY_MONTH, columns_by_month(count_of_month), (england,), ALL_OR_GP),
    "5": Slow(*_GROUPS_BY_MONTH, columns_by_month(median_of_month, wait), (england,), ALL_OR_GP),
    "6": Slow(*_GROUPS_BY_MONTH, columns_by_month(median_of_month, turnaround), (england,), ALL_OR_GP),
    "10": TABLE_10,
    "11": TABLE_11,
    "12": Slow(
        _NAMES_OF_12,
        lambda record: [modality_of(record).capitalize()],
        columns_by_month(count_of_month),
        (england,),
        counts=lambda record: is_in_england(record) and EXAMS[record["IMAGING_CODE_NICIP"]][2] == "Y",
    ),
    "13": TABLE_13,
}
TABLES = {
    "7a": TABLE_7A,
    "7b": TABLE_7B,
    "8": TABLE_8,
    "9": TABLE_9,
    "10": TABLE_10,
    "11": TABLE_11,
    "13": TABLE_13,
    "Age-and-Sex": BY_AGE_AND_SEX,
    "Ethnic-Group": BY_ETHNIC_GROUP,
    "Deprivation-Decile": BY_DEPRIVATION,
    "Use-per-1000-Population": USE_BY_BOARD,
} | {f"{number} by region": by_region_and_board(table) for number, table in BY_REGION_AND_BOARD.items()}
