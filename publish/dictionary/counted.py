"""What records come down to: the counts and the ledger."""

from collections.abc import Iterator
from types import ModuleType
from typing import Final

from publish.counts.reduction import (
    COMMISSIONER_KEYS,
    KEPT_OUT_KEYS,
    PATIENT_KEYS,
    RULE_KEYS,
    TEST_KEYS,
    Counts,
)
from publish.dictionary.markdown import columns_table, paragraphs
from publish.fields import reasons
from publish.tables import ledger

OF_TESTS: Final = {
    "month": "Month of the test, as 2023-03",
    "region_code": "Region under which the provider is listed",
    "icb_code": "Integrated care board under which the provider or its site is listed; empty where not known",
    "org_code": "Provider",
    "modality": "Modality, by its published name",
    "cancer_group": "Group of tests suitable for diagnosing cancer; empty for most tests",
    "interventional": "Whether the exam is interventional radiology",
    "setting": "Patient source setting, code 01 to 07",
    "interval": "Which interval `days` is of. Every test is counted once under each",
    "days": "Whole days of the interval; empty where a date is missing",
    "tests": "Number of tests",
}
OF_COMMISSIONERS: Final = OF_TESTS | {
    "commissioner_code": "English commissioner on the day of the test; empty where there is none",
    "setting": "Patient source setting: `04` for GP direct access, empty for any other",
    "days": "Whole days of the interval, 366 standing for 366 and over; empty where a date is missing",
}
OF_PATIENTS: Final = OF_TESTS | {
    "characteristic": "`age and sex`, `ethnic group` or `deprivation decile`. Every test is counted once under "
    "each",
    "sex": "`Female`, `Male` or `Not known`; empty but for age and sex",
    "band": "Age in bands of five years, ethnic group, or deprivation decile",
}
OF_KEPT_OUT: Final = {
    "month": "Month of the test; empty where it is not known",
    "org_code": "Provider; empty where it is not known",
    "reason": "Why the records are in no table",
    "records": "Number of records",
}
OF_RULES: Final = OF_KEPT_OUT | {
    "rule": "Code of a validation rule",
    "severity": "What becomes of a record that breaks it: `reject record` or `warning`",
    "records": "Number of records that break it; a record that breaks two is in two rows",
}
OF_LEDGER: Final = (
    OF_KEPT_OUT | {"reason": ""} | {"outcome": "What became of the records: one of the outcomes below"}
)
LEDGER_COLUMNS: Final = ("month", "org_code", "outcome", "records")


def of_counts() -> Iterator[str]:
    """The columns of `Counts`."""
    yield "## Counts"
    yield paragraphs(Counts)[0] + " Everything published is worked out from these few small tables."
    yield "`tests`:"
    yield columns_table((*TEST_KEYS, "tests"), OF_TESTS)
    yield "`commissioners`, for the annual tables alone:"
    yield columns_table((*COMMISSIONER_KEYS, "tests"), OF_COMMISSIONERS)
    yield "`patients`, for the annual tables alone:"
    yield columns_table((*PATIENT_KEYS, "tests"), OF_PATIENTS)
    yield "`kept_out`:"
    yield columns_table((*KEPT_OUT_KEYS, "records"), OF_KEPT_OUT)
    yield "`rules`, without rows where the records were not validated:"
    yield columns_table((*RULE_KEYS, "records"), OF_RULES)


def of_ledger() -> Iterator[str]:
    """The columns of the ledger and what can stand in it."""
    yield "## Ledger"
    yield (
        "`internal/ledger.csv` of a release: where every record went. The ledger of the data product counts "
        "fates: see [What comes out](data-product.md#what-comes-out)."
    )
    yield columns_table(LEDGER_COLUMNS, OF_LEDGER)
    yield "Outcomes, explained in [Make a release](make-a-release.md#records-kept-out-and-the-ledger):"
    yield "\n".join(f"- {outcome}" for outcome in outcomes())


def outcomes() -> tuple[str, ...]:
    """What can become of a record: `in the tables` first, then every reason that keeps one out."""
    return tuple(text for module in (ledger, reasons) for text in texts_of(module))


def texts_of(module: ModuleType) -> Iterator[str]:
    """The texts that a module names, in the order in which it does."""
    return (value for name, value in vars(module).items() if name.isupper() and isinstance(value, str))
