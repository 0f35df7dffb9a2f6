"""Provider issues as the outputs list them: under headings by kind, and as notes to the tables they touch.

Rule: publication specification, Provider issues. Headings and sentences are ours.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from publish.disclosure.control import ProtectedTable
from publish.quality.provider_issue import Category, ProviderIssue, Status
from publish.reference.vocabulary import cancer_groups, modalities
from publish.tables.specification import Level, TableSpec

NO_ISSUES: Final = (
    "No issue with the data of a provider is known that would affect these figures. Others may exist."
)
ISSUES: Final = "Please bear these points in mind when you use the figures of the providers named."
TO_BE_DECIDED: Final = "(To be decided) "
OTHER: Final = "The following providers had other issues affecting their results for the months shown:"
HEADINGS: Final = {
    (Category.CHANGE, None): "The following changes to providers occurred:",
    (Category.SHORTFALL, None): "The following providers had shortfalls in their data for the months shown:",
    (Category.EXCESS, None): OTHER,
    (Category.OTHER, None): OTHER,
    (Category.MISSING_DATES, "request_to_test"): (
        "The following providers did not submit dates of request for many of their tests. These tests are missing "
        "from times from request to test:"
    ),
    (Category.MISSING_DATES, "test_to_report"): (
        "The following providers did not submit dates of report for many of their tests. These tests are missing "
        "from times from test to report:"
    ),
    (
        Category.SETTING,
        None,
    ): "The following providers had patient source settings that appear to be wrongly labelled:",
}


def sentence_of(issue: ProviderIssue) -> str:
    """What is said of it; in a draft a mark stands before what is not decided yet."""
    return (TO_BE_DECIDED if issue.status is Status.UNDECIDED else "") + issue.text


def by_heading(issues: Sequence[ProviderIssue]) -> list[tuple[str, list[str]]]:
    """The headings that have issues, in published order, each with its sentences."""
    listed: dict[str, list[str]] = {}
    for key, heading in HEADINGS.items():
        said = [sentence_of(issue) for issue in issues if _kind(issue) == key]
        if said:
            listed.setdefault(heading, []).extend(said)
    return list(listed.items())


def sentences(issues: Sequence[ProviderIssue]) -> list[str]:
    """Every sentence in the order of the headings."""
    return [said for _, listed in by_heading(issues) for said in listed]


def notes_on(table: ProtectedTable, issues: Sequence[ProviderIssue]) -> list[str]:
    """The sentences of the issues that touch a table, as notes to it."""
    if not issues:
        return []
    listed = _providers_of(table)
    return sentences([issue for issue in issues if touches(issue, table.spec) and _is_in(issue, listed)])


def touches(issue: ProviderIssue, spec: TableSpec) -> bool:
    """Whether an issue affects figures of a table.

    Missing dates touch what rests on them, a mislabelled setting what is divided by setting; all else touches every
    table that has the modality.
    """
    if issue.category is Category.MISSING_DATES:
        return spec.interval == issue.interval and _rests_on_days(spec)
    if issue.category is Category.SETTING:
        return bool(spec.settings) or any(
            name == "setting" for column in spec.columns for name, _ in column.gathers
        )
    if issue.category is Category.CHANGE:
        return Level.PROVIDER in spec.basis.levels
    return issue.modality is None or issue.modality in set(_modalities_of(spec))


def _kind(issue: ProviderIssue) -> tuple[Category, str | None]:
    of_dates = issue.category is Category.MISSING_DATES
    return issue.category, (issue.interval or "request_to_test") if of_dates else None


def _rests_on_days(spec: TableSpec) -> bool:
    return spec.measure.is_median or any(column.days or column.undated for column in spec.columns)


def _modalities_of(spec: TableSpec) -> Iterator[str]:
    """The modalities that the labels of a table are of."""
    names = {modality.modality_id: modality.modality for modality in modalities()}
    groups = {group.cancer_group: names[group.modality_id] for group in cancer_groups()}
    for label in spec.labels:
        for value in label.gathers or names.values():
            yield groups.get(value, value)


def _providers_of(table: ProtectedTable) -> frozenset[str] | None:
    """The codes of the providers that a table lists; None where it lists none."""
    if Level.PROVIDER not in table.spec.basis.levels:
        return None
    return frozenset(table.cells["org_code"].unique())


def _is_in(issue: ProviderIssue, listed: frozenset[str] | None) -> bool:
    return listed is None or not issue.org_code or issue.org_code in listed
