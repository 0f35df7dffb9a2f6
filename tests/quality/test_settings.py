"""Patient source settings that look mislabelled: tests by setting in, what is said of them out."""

import pytest

from publish.period import AnnualPeriod, Month
from publish.quality.issues import find_issues
from publish.quality.provider_issue import Category
from tests.quality.made_counts import CT, YEAR, Line, counts_with, reference


def settings(*lines, first=YEAR.months[0]):
    found = find_issues(counts_with(*lines, first=first), AnnualPeriod.of(YEAR), reference())
    return [issue for issue in found if issue.category is Category.SETTING]


def as_row(issue):
    return issue.kind, " ".join(map(str, issue.months)), issue.estimated_records, str(issue.confidence)


PROVIDERS = [
    # outpatients (03) and another setting, April to March                 setting, months, records, confidence
    ("100 " * 12, "07", "5 " * 12, []),
    ("100 " * 12, "07", "5 5 5 5 5 15 5 5 5 5 5 5", []),
    ("100 100 100 100 100 100 100 100 100 100 0 100", "07", "5 5 5 5 5 5 5 5 5 5 105 5", [
        ("07", "2024-02", 9_800, "high")]),
    ("100 100 100 100 100 100 70 70 100 100 100 100", "06", "2 2 2 2 2 2 32 32 2 2 2 2", [
        ("06", "2023-10 2023-11", 6_200, "medium")]),
    # so for most of the year, and still not as usual
    ("100 100 100 100 20 20 20 20 20 20 20 20", "07", "1 1 1 1 81 81 81 81 81 81 81 81", [
        ("07", "2023-08 2023-09 2023-10 2023-11 2023-12 2024-01 2024-02 2024-03", 64_000, "medium")]),
    # another setting is told, but never surely
    ("100 100 100 100 100 100 30 100 100 100 100 100", "04", "10 10 10 10 10 10 80 10 10 10 10 10", [
        ("04", "2023-10", 7_200, "medium")]),
    # a default all year round is rare
    ("100 " * 12, "06", "50 " * 12, [("06", " ".join(map(str, YEAR.months)), 60_000, "low")]),
]  # fmt: skip


@pytest.mark.parametrize(("outpatients", "setting", "tests", "expected"), PROVIDERS)
def test_a_provider(outpatients, setting, tests, expected):
    found = settings(Line("RT1", outpatients), Line("RT1", tests, setting=setting))
    assert [(kind, months, sure) for kind, months, _, sure in map(as_row, found)] == [
        (kind, months, sure) for kind, months, _, sure in expected
    ]
    for issue, (_, _, records, _) in zip(found, expected, strict=True):
        assert issue.estimated_records == pytest.approx(records, rel=0.1)


def test_a_default_in_one_modality():
    found = settings(
        Line("RT1", "400 " * 12),
        Line("RT1", "60 60 60 100 100 100 100 100 100 100 100 100", modality=CT),
        Line("RT1", "40 40 40 0 0 0 0 0 0 0 0 0", modality=CT, setting="07"),
    )
    assert [(issue.modality, *as_row(issue)) for issue in found] == [
        (CT, "07", "2023-04 2023-05 2023-06", 12_000, "high")
    ]
    assert found[0].text == (
        f"RT1 (RT1) reported 40% of its {CT} records from April to June 2023 with the patient source setting "
        "‘Other’, compared with fewer than 1%: about 12,000 of them appear to be from other settings."
    )


def test_what_all_providers_do_is_no_issue():
    """From this year on outpatients of every provider are told by another setting."""
    before, after = f"{'100 ' * 12} {'0 ' * 12}", f"{'0 ' * 12} {'100 ' * 12}"
    everyone = [
        Line(f"RT{number}", months, of=10_000, setting=setting, first=Month(2022, 4))
        for number in range(20, 50)
        for months, setting in ((before, "03"), (after, "07"))
    ]
    assert {str(issue.confidence) for issue in settings(*everyone, first=Month(2022, 4))} <= {"low"}
