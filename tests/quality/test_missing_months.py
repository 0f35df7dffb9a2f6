"""Providers that reported nothing in a month, from what Table 1 shows."""

from datetime import date

import polars as pl

from publish.disclosure.control import protect
from publish.disclosure.policy import load_policy
from publish.period import FinancialYear
from publish.quality.missing_months import missing_months
from publish.tables.catalogue import TABLE_1
from publish.tables.truth import YEAR, TrueTable

MONTHS = FinancialYear(2023).months[:4]

#  provider       code    tests in April, May, June, July
REPORTED = [
    ("ENGLAND", "-", (900, 0, 900, 900)),
    ("Large Trust", "RL1", (500, 0, 500, 500)),
    ("another trust", "RA1", (0, 0, 500, 0)),
    ("Complete Trust", "RC1", (500, 500, 500, 500)),
    ("Few tests in a month are tests", "RF1", (500, 1, 500, 500)),
    ("Small Provider", "NS1", (40, 0, 0, 40)),
    ("Succeeded in June", "RS1", (500, 500, 0, 0)),
    ("Succeeded in part in May", "RS2", (500, 0, 500, 500)),
    ("Succeeded in July", "RS3", (500, 0, 0, 0)),
]
SUCCESSIONS = pl.DataFrame(
    {"predecessor": ["RS1", "RS2", "RS3"], "valid_from": [date(2023, 6, 1), date(2023, 5, 1), date(2023, 7, 1)]}
)


def test_missing_months():
    rows = [
        {"region_code": "Y56", "org_code": code, "provider_name": name, "label": "Fluoroscopy", "setting": ""}
        | {
            "level": "England" if code == "-" else "Provider",
            "column": "",
            "of": None,
            "period": period,
            "tests": tests,
            "dated": tests,
            "value": float(tests),
        }
        for name, code, by_month in REPORTED
        for period, tests in zip((*map(str, MONTHS), YEAR), (*by_month, sum(by_month)), strict=True)
    ]
    activity = protect(
        TrueTable(TABLE_1, MONTHS, pl.DataFrame(rows, schema_overrides={"of": pl.Int64})), load_policy()
    )
    assert missing_months(activity, SUCCESSIONS) == (
        "another trust (RA1) did not report any activity for April and May 2023, and July 2023.",
        "Large Trust (RL1) did not report any activity for May 2023.",
        "Succeeded in July (RS3) did not report any activity for May and June 2023.",
        "Succeeded in part in May (RS2) did not report any activity for May 2023.",
    )
