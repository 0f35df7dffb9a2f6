"""The page of the 57 validation rules, made from the rules that the program runs.

To write it: python -m tests.docs.validation_rules > docs/validation-rules.md
"""

from collections import Counter

from publish.records.rules import RULES, Rule, Severity

WHERE_SEEN = {
    Severity.REJECT: "The record is rejected.",
    Severity.WARN: "The record is accepted, with the code of the rule beside it.",
    Severity.REFUSE_FILE: "The whole file is refused, and the command ends with exit code 3.",
}


def page() -> str:
    """The page in Markdown."""
    return "\n".join([*_introduction(), *_table(), ""])


def _introduction() -> list[str]:
    how_many = Counter(rule.severity for rule in RULES)
    return [
        "# Validation rules",
        "",
        "This page is made from the code by `python -m tests.docs.validation_rules`. Do not edit it: a test fails",
        "when it differs from what the code makes.",
        "",
        f"The {len(RULES)} rules of DIDS v1.0, as they are run on submissions. Which files are submissions, when a",
        "rule cannot run, and where the results stand: [The data product](data-product.md#validation).",
        "",
        "| Severity | Rules | What becomes of it |",
        "|---|---|---|",
        *(f"| {severity.value} | {how_many[severity]} | {WHERE_SEEN[severity]} |" for severity in Severity),
        "",
    ]


def _table() -> list[str]:
    return ["| Code | Severity | Item | What is wrong |", "|---|---|---|---|", *map(_row, RULES)]


def _row(rule: Rule) -> str:
    item = f"`{rule.item}`" if rule.item.isupper() and " " not in rule.item else rule.item
    return f"| {rule.code} | {rule.severity.value} | {item} | {rule.meaning} |"


if __name__ == "__main__":
    print(page(), end="")
