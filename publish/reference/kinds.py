"""The kinds of official file that can be imported: how each is recognised, what it says, how it is read."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publish.errors import InputRefused, UsageError, did_you_mean
from publish.reference import area_files, commissioning_files, exam_files, ods_files, population_files
from publish.reference.ods_files import Tables
from publish.reference.official_files import Grid, head_of, whole_of

Recognise = Callable[[Grid], bool]
Read = Callable[[Grid, str], Tables]


@dataclass(frozen=True)
class Kind:
    """A kind of official file: its name, what it holds, its layout in words, how to recognise and to read it."""

    name: str
    holds: str
    layout: str
    recognises: Recognise
    reads: Read


def read_official(kind: Kind, file: Path) -> Tables:
    """The rows of the store that a file of that kind gives, by table.

    Raises UsageError where the file cannot be opened; InputRefused where it is not in the layout of its kind.
    """
    head = head_of(file)
    if not kind.recognises(head):
        raise _wrong_layout(kind, head)
    if kind.name == "postcodes":
        tables = {"postcodes": area_files.read_postcodes(file, head.rows[0])}
    else:
        tables = kind.reads(whole_of(file), kind.name)
    if not any(rows.height for rows in tables.values()):
        raise InputRefused("holds no row below its heading", where=str(file), do="download it again")
    return tables


def kind_named(name: str) -> Kind:
    """The kind of that name. Raises UsageError where there is none."""
    given = name.strip().lower()
    wanted = ALIASES.get(given, given)
    if wanted in KINDS:
        return KINDS[wanted]
    raise UsageError(
        f"{name!r} is no kind of reference file.{did_you_mean(given, (*KINDS, *ALIASES))}",
        where="KIND",
        do=f"use one of {', '.join(KINDS)}",
    )


def _wrong_layout(kind: Kind, head: Grid) -> InputRefused:
    others = [other.name for other in KINDS.values() if other.name != "ods" and other.recognises(head)]
    meant = f" Did you mean kind {' or '.join(repr(other) for other in others)}?" if others else ""
    return InputRefused(
        f"is not in the layout of {kind.name}: expected {kind.layout}; found {_found(head)}.{meant}",
        where=str(head.file),
        do="name the kind that the file is, or give the file of this kind",
    )


def _found(head: Grid) -> str:
    rows = ods_files.organisation_rows(head)
    if rows is None:
        return head.found
    content = ods_files.content_of(rows)
    return f"{ods_files.WIDTH} columns of {content or 'organisations'}"


def _organisations(*contents: str) -> Recognise:
    """Whether a file has the 27 columns, and its rows are of one of these contents ("" for those not plain)."""

    def recognises(grid: Grid) -> bool:
        rows = ods_files.organisation_rows(grid)
        return rows is not None and (not contents or ods_files.content_of(rows) in contents)

    return recognises


def _headed(*names: str, but: tuple[str, ...] = ()) -> Recognise:
    """Whether the heading has all these names, and none of the others."""
    return lambda grid: set(names) <= set(grid.heading) and set(but).isdisjoint(grid.heading)


def _patterned(patterns: dict[str, tuple[str, ...]]) -> Recognise:
    return lambda grid: area_files.columns_of(grid.heading, patterns) is not None


def _nicip(grid: Grid) -> bool:
    return any(_headed(*names)(grid) for names in (exam_files.NICIP, exam_files.NICIP_TERMS))


def _unused(_grid: Grid, _kind: str) -> Tables:
    return {}  # postcodes are streamed from the file


_ODS: Final = "the 27 columns of the Organisation Data Service, without a heading, of"
_HOSPITALS: Final = ("organisationcode", "organisationname", "parentodscode", "postcode")
_EVERY: Final = (
    Kind("etr", "NHS trusts", f"{_ODS} NHS trusts", _organisations(ods_files.TRUSTS), ods_files.read_organisations),
    Kind(
        "ets",
        "sites of NHS trusts",
        f"{_ODS} sites with their trusts in column 15",
        _organisations(ods_files.TRUST_SITES),
        ods_files.read_sites,
    ),
    Kind(
        "epraccur",
        "GP practices and prescribing cost centres, with their commissioners",
        f"{_ODS} practices with their commissioners in column 15",
        _organisations(ods_files.PRACTICES),
        ods_files.read_organisations,
    ),
    Kind(
        "ephp",
        "independent providers",
        f"{_ODS} independent providers",
        _organisations(""),
        ods_files.read_organisations,
    ),
    Kind(
        "ephpsite",
        "sites of independent providers",
        f"{_ODS} sites with their providers in column 15",
        _organisations(ods_files.OTHER_SITES, ""),
        ods_files.read_sites,
    ),
    Kind("ods", "other organisations", f"{_ODS} any organisation", _organisations(), ods_files.read_organisations),
    Kind(
        "hospital-sites",
        "hospitals, a part of all sites",
        f"a heading with {', '.join(_HOSPITALS)}",
        _headed(*_HOSPITALS),
        ods_files.read_hospital_sites,
    ),
    Kind(
        "successions",
        "which organisation took the place of which",
        "predecessor, successor, (reason), date as 20200401; or a heading with old_code, new_code, date",
        lambda grid: ods_files.successions_columns(grid) is not None,
        ods_files.read_successions,
    ),
    Kind(
        "commissioners",
        "CCGs and sub-ICB locations",
        f"a heading with {', '.join(commissioning_files.COMMISSIONERS)}",
        _headed(*commissioning_files.COMMISSIONERS, "legal_start_date"),
        commissioning_files.read_commissioners,
    ),
    Kind(
        "icbs",
        "integrated care boards",
        f"a heading with {', '.join(commissioning_files.ICBS)}",
        _headed(*commissioning_files.ICBS),
        commissioning_files.read_icbs,
    ),
    Kind(
        "icb-changes",
        "which board went to which",
        f"a heading with {', '.join(commissioning_files.ICB_CHANGES)}",
        _headed(*commissioning_files.ICB_CHANGES),
        commissioning_files.read_icb_changes,
    ),
    Kind(
        "postcodes",
        "postcodes with their areas (ONSPD or NSPL)",
        "a heading with pcds, dointr, doterm and, with years in their names, lsoa21, msoa21, sicbl, ctry",
        _patterned(area_files.POSTCODES),
        _unused,
    ),
    Kind(
        "lsoas",
        "LSOAs with their MSOA, sub-ICB and ICB",
        "a heading with lsoa21_code and msoa21_code (or lsoa21cd, msoa21cd), and those of the sub-ICB and ICB",
        lambda grid: _patterned(area_files.LSOAS)(grid) and not _patterned(area_files.POSTCODES)(grid),
        area_files.read_lsoas,
    ),
    Kind(
        "imd",
        "deprivation deciles of LSOAs",
        "a heading with lsoa21_code and imd_decile",
        _patterned(area_files.IMD),
        area_files.read_imd,
    ),
    Kind(
        "nicip",
        "NICIP codes and their SNOMED codes",
        f"a heading with {', '.join(exam_files.NICIP)}; or with {', '.join(exam_files.NICIP_TERMS)}",
        _nicip,
        exam_files.read_nicip,
    ),
    Kind(
        "exam-lookup",
        "SNOMED codes with their modality, region, system and early diagnosis of cancer",
        f"a heading with {', '.join(exam_files.EXAM_LOOK_UP)}",
        _headed(*exam_files.EXAM_LOOK_UP),
        exam_files.read_exam_look_up,
    ),
    Kind(
        "local-codes",
        "submitters' own codes and their NICIP codes",
        f"JSON lines with {', '.join(name.upper() for name in exam_files.LOCAL_CODES)}",
        _headed(*exam_files.LOCAL_CODES),
        exam_files.read_local_codes,
    ),
    Kind(
        "population",
        "the population of integrated care boards",
        "a heading with EXTRACT_DATE, SUB_ICB_LOCATION_CODE (or CCG_CODE), SEX, AGE, NUMBER_OF_PATIENTS; "
        f"or with {', '.join(population_files.BOARDS)}",
        population_files.is_population,
        population_files.read_population,
    ),
)
KINDS: Final = {kind.name: kind for kind in _EVERY}
ALIASES: Final = {"onspd": "postcodes", "nspl": "postcodes", "exam-look-up": "exam-lookup"}
