"""Contract-shaped content of a review pack: a small one that is read by eye, and one as large as a full year."""

from math import pi, sin
from typing import Any

MONTHS = [f"2023-{number:02}" for number in range(4, 13)] + ["2024-01", "2024-02", "2024-03"]
REGIONS = [
    "East of England",
    "London",
    "Midlands",
    "North East and Yorkshire",
    "North West",
    "South East",
    "South West",
    "Independent sector",
]
MODALITIES = [
    "Plain Radiography",
    "Diagnostic Ultrasonography",
    "Computerized Axial Tomography",
    "Magnetic Resonance Imaging",
    "Fluoroscopy",
    "Nuclear Medicine",
    "Positron Emission Tomography",
    "Single Photon Emission Computerized Tomography",
    "Medical Photography",
]
PLACES = [
    "Ashdown",
    "Brackwater",
    "Coldharbour",
    "Dunmere",
    "Eastmarch",
    "Fenwick and Long Sutton",
    "Great Holme",
    "Harrowdale",
    "Ivybank",
    "Kettlesea",
]
KINDS = ["Hospitals NHS Foundation Trust", "University Teaching Hospitals NHS Trust", "Community Health", "Imaging"]
TABLES = [f"Table {number}" for number in (*range(1, 7), "7a", "7b", *range(8, 14))]
EARLIER = "Accepted in 2024-02-provisional for May 2023: 'No data for May 2023.'"
CATEGORIES = ["shortfall", "excess", "missing-dates", "setting", "change"]
CONFIDENCES = ["high", "medium", "low"]
WORDS = {
    "shortfall": "{} ({}) submitted only part of its activity for {}, an estimated shortfall of 4,500 records.",
    "excess": "{} ({}) submitted the same records twice for {}: an estimated 1,200 records too many.",
    "missing-dates": "{} ({}) had no request date in 41% of its cases for {} (2,300 cases).",
    "setting": "{} ({}) coded most GP direct access tests as Other for {}.",
    "change": "{} ({}) started to submit in {}.",
}


def provider(number: int) -> tuple[str, str]:
    """The code and name of one made-up provider."""
    name = f"{PLACES[number % 10]} {KINDS[number // 10 % 4]}"
    return f"Q{number:03}", f"{name} {number // 40 + 1}" if number >= 40 else name


def expected(number: int) -> list[int]:
    """What a provider is expected to submit, month by month."""
    usual = 400 + number * number % 9973 * 4
    return [round(usual * (1 + 0.06 * sin(month * pi / 3))) for month in range(len(MONTHS))]


def tests(number: int) -> list[int | None]:
    """What it did submit: most near what was expected, one month in some forty clearly off."""
    found: list[int | None] = []
    for month, value in enumerate(expected(number)):
        turn = (number * 7 + month * 11) % 41
        share = {0: 0.12, 1: 1.9, 2: 0.0, 3: 0.74, 4: 1.28}.get(turn, 0.94 + turn % 13 / 100)
        found.append(None if turn == 2 else round(value * share))
    return found


def coverage(providers: int) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    for number in range(providers):
        code, name = provider(number)
        latest = "2024-02-29" if number % 37 == 5 else "2024-03-31"
        row = {
            "org_code": code,
            "provider_name": name,
            "region": REGIONS[number % len(REGIONS)],
            "usual": 400 + number * number % 9973 * 4,
            "latest": latest,
            "submitted": None if number % 9 == 4 else f"2024-0{5 + number % 2}-{1 + number % 28:02}",
            "tests": tests(number),
            "expected": expected(number),
        }
        rows.append(row)
    if providers > 3:  # one that has just begun
        rows[3] |= {"tests": [None] * 9 + [310, 402, 388], "expected": [None] * 12, "usual": 0}
    return {"months": MONTHS, "providers": rows}


def evidence(number: int) -> dict[str, Any]:
    """Months for most; days for some."""
    if number % 10 == 9:
        days = [f"2023-06-{day:02}" for day in range(1, 31)]
        values = [900 if 12 <= day <= 15 else 80 + day * 7 % 23 for day in range(1, 31)]
        usual = [91] * 30
        return chart("Tests by day", days, values, usual, days[11:15])
    usual = expected(number)
    values: list[int | None] = [*usual]
    values[number % 12] = None if number % 7 == 3 else usual[number % 12] // 8
    return chart("Tests by month", MONTHS, values, usual, [MONTHS[number % 12]])


def chart(title: str, along: list[str], found: list[Any], usual: list[Any], marked: list[str]) -> dict[str, Any]:
    lines = [{"name": "found", "values": found}, {"name": "expected", "values": usual}]
    numbers = [["Tests found", "1,204"], ["Tests expected", "5,710"], ["Estimated shortfall", "4,506"]]
    return {"title": title, "unit": "tests", "along": along, "lines": lines, "marked": marked, "numbers": numbers}


def issue(number: int) -> dict[str, Any]:
    code, name = provider(number)
    category = CATEGORIES[number % 5]
    months = [MONTHS[number % 12]]
    return {
        "id": f"{category} {code} {' '.join(months)}",
        "category": category,
        "org_code": code,
        "provider_name": name,
        "months": months,
        "modality": MODALITIES[2] if number % 6 == 1 else None,
        "site_code": f"{code}01" if number % 8 == 2 else None,
        "interval": "request_to_test" if category == "missing-dates" else None,
        "estimated_records": 4500 if category == "shortfall" else None,
        "confidence": CONFIDENCES[number // 5 % 3],
        "text": WORDS[category].format(name, code, "May 2023"),
        "status": "undecided",
        "evidence": None if category == "change" else evidence(number),
        "earlier": EARLIER if number % 6 == 0 else None,
    }


def modality(number: int) -> dict[str, Any]:
    level = 2_000_000 // (number + 1) ** 2
    return {
        "modality": MODALITIES[number],
        "months": MONTHS,
        "tests": [round(level * (1 + 0.07 * sin(month))) for month in range(12)],
        "before": [None if number == 8 else round(level * (0.95 + 0.07 * sin(month))) for month in range(12)],
    }


def ledger(providers: int) -> dict[str, Any]:
    reasons = ["in the tables", "no test date", "not an imaging test", "outside the period", "resubmitted later"]
    rows = [
        {"reason": reason, "records": sum(by_month), "by_month": by_month}
        for number, reason in enumerate(reasons)
        for by_month in [[3_400_000 // 30**number + month * 97 for month in range(12)]]
    ]
    by_provider: list[dict[str, Any]] = []
    for number in range(providers):
        code, name = provider(number)
        kept = sum(value or 0 for value in tests(number))
        out = number * 13 % 97
        row = {"org_code": code, "provider_name": name, "submitted": kept + out, "in_tables": kept, "kept_out": out}
        by_provider.append(row)
    return {"months": MONTHS, "reasons": rows, "providers": by_provider}


CHECKS = [
    ("totals-and-parts", "Totals agree with their parts", "passed", "All 1,240 totals agree within rounding.", []),
    ("tables-agree", "Tables agree with each other", "passed", "Tables 1, 4, 7b and 10 agree.", []),
    (
        "medians-in-range",
        "Medians are within last year’s range",
        "look",
        "4 of 900 medians lie outside last year’s range.",
        ["Table 2, Fluoroscopy, ENGLAND", "Table 3, Nuclear Medicine, Q004"],
    ),
    (
        "names-and-codes",
        "Names and codes are those of the reference data",
        "failed",
        "1 provider has a name that the reference data do not have on that date.",
        ["Table 1, row 40: Q023"],
    ),
    ("links", "Links lead somewhere", "not run", "Links were not followed: there is no network.", []),
]


def checks() -> list[dict[str, Any]]:
    keys = ("name", "title", "verdict", "said", "places")
    return [dict(zip(keys, check, strict=True)) | {"found": len(check[4])} for check in CHECKS]


def revisions(rows: int) -> dict[str, Any]:
    tables = [
        {
            "table": table,
            "changed": 40 + number,
            "suppression": number,
            "appeared": number % 3,
            "gone": 0,
            "largest": 1200 - number,
            "said": f"{40 + number} values changed, the largest by {1200 - number:,}.",
        }
        for number, table in enumerate(TABLES)
    ]
    moved = [
        {
            "table": TABLES[number % len(TABLES)],
            "place": f"F{14 + number}",
            "label": f"{provider(number % 200)[1]}, {MODALITIES[number % 9]}",
            "period": "May 2023",
            "old": "*" if number % 9 == 0 else f"{5000 - number * 5:,}",
            "new": f"{6200 - number * 5:,}",
            "kind": "suppression" if number % 9 == 0 else "revision",
        }
        for number in range(rows)
    ]
    said = ["14 tables were compared.", "England’s total rose by 0.3%."]
    return {"old": "2023-24 provisional, March 2024", "said": said, "tables": tables, "rows": moved}


def made_content(providers: int = 4, findings: int = 4, rows: int = 6) -> dict[str, Any]:
    """The content of a pack, as `internal/review.json` has it."""
    place = {
        "file": "Table 10.xlsx",
        "sheet": "Provider",
        "cell": "F14",
        "route": "a share",
        "detail": "One count.",
    }
    return {
        "release": {
            "name": "2023-24-final",
            "title": "Diagnostic Imaging Dataset",
            "period": "April 2023 to March 2024",
            "status": "Final",
            "published": "2024-11-21",
            "published_in_words": "21st November 2024",
            "made_up": True,
            "tables": TABLES,
        },
        "draft": {"draft/tables/Table 1.xlsx": "0" * 64},
        "issues": [issue(number) for number in range(findings)],
        "coverage": coverage(providers),
        "modalities": [modality(number) for number in range(len(MODALITIES))],
        "ledger": ledger(providers),
        "checks": checks(),
        "audit": {
            "verdict": "findings",
            "said": "1 cell gives away a count.",
            "findings": [place],
            "left_by_rule": 3,
        },
        "revisions": revisions(rows),
        "remarks": ["No records of earlier years were given."],
    }


def full_year() -> dict[str, Any]:
    """Content as large as that of a full year: 200 providers, 60 findings, 500 revisions."""
    return made_content(providers=200, findings=60, rows=500)


def made_state() -> dict[str, Any]:
    """A state with one of everything that reviewers can say."""
    return {
        "decisions": [
            {"of": issue(0)["id"], "status": "accepted", "by": "A. Reviewer", "text": "", "reason": ""},
            {
                "of": issue(1)["id"],
                "status": "edited",
                "by": "A. Reviewer",
                "text": "In other words.",
                "reason": "",
            },
            {
                "of": issue(2)["id"],
                "status": "rejected",
                "by": "B. Reader",
                "text": "",
                "reason": "A known change.",
            },
        ],
        "added": [
            {
                "category": "other",
                "org_code": "Q002",
                "months": ["2023-06", "2023-07"],
                "text": "Coldharbour (Q002) moved to a new system in June 2023.",
                "by": "B. Reader",
            }
        ],
        "comments": [
            {
                "number": 1,
                "table": "Table 1",
                "cell": "F14",
                "text": "Is this right?",
                "by": "B. Reader",
                "resolved": True,
                "resolution": "Asked the provider: it is.",
            },
            {
                "number": 2,
                "table": "Table 2",
                "cell": "",
                "text": "Say why the median rose.",
                "by": "B. Reader",
                "resolved": False,
                "resolution": "",
            },
        ],
        "waivers": [{"check": "names-and-codes", "reason": "The new name is law from April.", "by": "A. Reviewer"}],
        "access": [{"name": "C. Minister", "role": "Minister of State", "since": "2024-11-20T09:30"}],
    }


def no_state() -> dict[str, Any]:
    """Nothing decided or said yet."""
    return {"decisions": [], "added": [], "comments": [], "waivers": [], "access": []}


def made_checklist() -> list[dict[str, Any]]:
    """What blocks, what to weigh, and what is done."""
    entries = [
        ("findings-decided", "1 finding is undecided.", True, False),
        ("audit-clean", "The audit found 1 cell that gives away a count.", True, False),
        ("next-release-date", "No date of the next release is given.", False, False),
        ("data-guidance", "There is data guidance.", True, True),
    ]
    return [dict(zip(("name", "said", "blocks", "done"), entry, strict=True)) for entry in entries]
