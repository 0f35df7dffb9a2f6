"""Made-up records of the 18 items, any stretch of them at a time."""

from typing import Final

import numpy as np
import polars as pl

from publish.records.items import ITEMS
from publish.synthetic.dates import Intervals, dates
from publish.synthetic.draws import Flags, Whole, look_up, places, words
from publish.synthetic.exams import exam_codes
from publish.synthetic.flaws import spoil
from publish.synthetic.patients import Persons, patients
from publish.synthetic.plan import MODALITIES, SETTINGS, Plan
from publish.synthetic.sites import sites

SCHEMA: Final = pl.Schema((item.name, pl.Date if item.is_date else pl.String) for item in ITEMS)
_OLDEST: Final = 110 * 366  # days: no patient of the bundled ages is older
_MONTH: Final = 31  # days
_SNOMED_ONLY: Final = 0.4  # part of the records; the others carry the NICIP code only
_FIRST_SITE: Final = 1.6  # above 1: a provider's first site does most
_REFERRERS: Final = ("C9999998", "G9999998", "R9999981", "H9999998", "M9999998")
_REFERRED: Final = (92, 4, 2, 2)  # in a hundred, by a consultant or GP and by the others
_GP_PRACTICE: Final = "V81999"
_FIRST_ACCESSION: Final = 10**9


def make_records(plan: Plan, first: int, count: int) -> pl.DataFrame:
    """So many records from that place on: the items of SCHEMA. The same plan and stretch give the same records."""
    draw = np.random.default_rng((plan.seed, 3, first))
    cell = plan.cells_of(first, count)
    of = _intervals(plan, cell, draw)
    without_requests = plan.habits.without_requests[cell["provider"]]
    columns = {
        **patients(_persons(plan, cell, of, draw), plan.tables.homes, draw),
        "PATIENT_SOURCE_SETTING": words(SETTINGS, cell["setting"]),
        **_referral(plan, cell, draw),
        **dates(of, without_requests, _unreported(plan, cell), draw),
        **_exam(plan, cell, draw),
        "SITE_CODE_IMAGING": _site(plan, cell, draw),
        "RADIOLOGICAL_ACCESSION_NUM": _accession(first, count),
    }
    return spoil(pl.DataFrame(columns, schema_overrides=SCHEMA).select(SCHEMA.names()), first, plan.flaws)


def _intervals(plan: Plan, cell: dict[str, Whole], draw: np.random.Generator) -> Intervals:
    """Test dates, and waits at the pace of the provider."""
    start, weekday_pattern = plan.month_starts[cell["month"]], cell["month"] * 2 + cell["urgent"]
    request = look_up(plan.tables.request_to_test, cell["request_to_test"], draw)
    report = look_up(plan.tables.test_to_report, cell["test_to_report"], draw)
    return Intervals(
        test=start + look_up(plan.tables.days, weekday_pattern, draw),
        request_to_test=np.rint(request * plan.habits.request_pace[cell["provider"]]).astype(np.int64),
        test_to_report=np.rint(report * plan.habits.report_pace[cell["provider"]]).astype(np.int64),
    )


def _persons(plan: Plan, cell: dict[str, Whole], of: Intervals, draw: np.random.Generator) -> Persons:
    """Who comes to the providers: nobody is born after the request."""
    age = look_up(plan.tables.ages, cell["modality"], draw)
    women = draw.random(len(age)) * 100 < plan.women[cell["modality"]]
    return Persons(
        birth=of.test - np.maximum(age, of.request_to_test),
        women=women.astype(np.int64),
        region=plan.providers["region"].to_numpy()[cell["provider"]],
        earliest=int(plan.month_starts.min()) - _OLDEST,
        latest=int(plan.month_starts.max()) + _MONTH,
    )


def _unreported(plan: Plan, cell: dict[str, Whole]) -> Flags:
    """The records of the provider and modality without report dates."""
    org_code, modality = plan.habits.unreported
    of_provider = (plan.providers["org_code"] == org_code).to_numpy()
    return of_provider[cell["provider"]] & (cell["modality"] == MODALITIES.index(modality))


def _referral(plan: Plan, cell: dict[str, Whole], draw: np.random.Generator) -> dict[str, pl.Series]:
    """Default referrer codes by type; the provider itself refers, except for GP direct access."""
    others = places(_REFERRED, len(cell["gp"]), draw)
    referring = [*plan.providers["org_code"], _GP_PRACTICE]
    return {
        "REFERRER": words(_REFERRERS, np.where(others > 0, others + 1, cell["gp"])),
        "REFERRING_ORG_CODE": words(referring, np.where(cell["gp"] == 1, len(referring) - 1, cell["provider"])),
    }


def _exam(plan: Plan, cell: dict[str, Whole], draw: np.random.Generator) -> dict[str, pl.Series]:
    """A NICIP code, or the SNOMED code alone where the exam has one."""
    codes = exam_codes()
    exam = look_up(plan.tables.exams, cell["exams"], draw)
    none, has_snomed = codes.height, codes["snomed_code"].is_not_null().to_numpy()
    snomed_only = has_snomed[exam] & (draw.random(len(exam)) < _SNOMED_ONLY)
    return {
        "IMAGING_CODE_NICIP": words([*codes["nicip_code"], None], np.where(snomed_only, none, exam)),
        "IMAGING_CODE_SNOMED": words([*codes["snomed_code"], None], np.where(snomed_only, exam, none)),
    }


def _site(plan: Plan, cell: dict[str, Whole], draw: np.random.Generator) -> pl.Series:
    """One of the provider's sites."""
    first, count = (plan.providers[name].to_numpy()[cell["provider"]] for name in ("first_site", "sites"))
    which = np.floor(draw.random(len(count)) ** _FIRST_SITE * count).astype(np.int64)
    return words(sites()["site_code"].to_list(), first + which)


def _accession(first: int, count: int) -> pl.Series:
    """Numbers in the order of the records: unique in the file."""
    number = pl.Series(np.arange(_FIRST_ACCESSION + first, _FIRST_ACCESSION + first + count))
    return "M" + number.cast(pl.String)
