"""The review pack: one page with everything that a person needs who must put a name to a release.

It holds unrounded numbers and is never published. The page asks nothing of anybody: style, script and data stand in
it. Everything that can be read is written here; its script adds sorting, filtering and (when served) deciding.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError
from markupsafe import Markup

from publish.bundled import bundled
from publish.errors import InputRefused
from publish.folders import replace_file
from publish.period import Month, spans
from publish.quality.provider_issue import PUBLISHED, Category, Confidence, Status
from publish.review.pack_chart import alternative, drawn, number_in_words, place_in_words

PACK: Final = "review-pack.html"  # in the folder of a release, beside the draft
CATEGORIES: Final = {
    Category.CHANGE: "Changes of name, mergers, starts and stops",
    Category.SHORTFALL: "Shortfalls",
    Category.EXCESS: "Excesses",
    Category.MISSING_DATES: "Missing dates",
    Category.SETTING: "Source settings",
    Category.OTHER: "Other",
}
VERDICTS: Final = {"failed": "Failed", "look": "Look", "not run": "Not run", "passed": "Passed"}
# Below and above these per cents of what is expected a month is marked; nearer to 100 it is only tinted.
MARKED: Final = (50, 150)
TINTED: Final = (80, 120)
MARKS: Final = {"low": "▼", "high": "▲"}

# Characters that are not seen but can turn or hide what is: shown by their number instead.
_UNSEEN: Final = (
    *range(0x09),
    *range(0x0B, 0x0D),
    *range(0x0E, 0x20),
    *range(0x7F, 0xA0),
    0x061C,
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xD800, 0xE000),
    0xFEFF,
)
_SHOWN: Final = {code: f"[U+{code:04X}]" for code in _UNSEEN}
# A page that is opened as a file may run what stands in it and ask nothing of anybody.
FILE_RULE: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; connect-src 'none'"
)


def write_pack(
    content: Mapping[str, Any], state: Mapping[str, Any], checklist: Sequence[Mapping[str, Any]], file: Path
) -> None:
    """Write the read-only pack to `file`. Raises InputRefused as `render` does, or where it cannot be written."""
    page = render(content, state, checklist, None)
    try:
        replace_file(file, page)
    except OSError as error:
        raise InputRefused(
            "cannot be written", where=str(file), do="see that the folder exists and can be written to"
        ) from error


def render(
    content: Mapping[str, Any],
    state: Mapping[str, Any],
    checklist: Sequence[Mapping[str, Any]],
    live: Mapping[str, str] | None,
) -> str:
    """The whole page.

    `content` is `internal/review.json`, `state` what reviewers decided (fields of `ReviewState`), `checklist` its
    entries of `name`, `said`, `blocks` and `done`. `live` is None for a page that is read only; the server gives
    `base` (the address that every path begins with), `version` (of the state) and, where its security policy asks
    for one, a `nonce`. Raises InputRefused where `content` lacks something. Every value is escaped, and characters
    that are not seen are shown by their number.
    """
    try:
        return _pages().get_template("review.html.jinja").render(_shown(content, state, checklist, live))
    except (UndefinedError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise InputRefused(
            "does not hold what a review pack shows",
            where="internal/review.json",
            do="make the draft again with `publish release`",
        ) from error


@cache
def _pages() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(bundled("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_visible,
    )
    pages.filters.update(number=number_in_words, place=place_in_words, months=_months, json=_json)
    functions: dict[str, Any] = {"drawn": drawn, "alternative": alternative, "heat": heat, "change_on": _change_on}
    pages.globals.update(functions)
    return pages


def _visible(value: Any) -> Any:  # noqa: ANN401 - whatever a template writes
    return value.translate(_SHOWN) if isinstance(value, str) and not isinstance(value, Markup) else value


def _json(value: Any) -> Markup:  # noqa: ANN401 - any plain value
    """JSON that cannot end the script it stands in: without `<`, `>`, `&` and anything that is not ASCII."""
    text = json.dumps(value, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _months(months: Sequence[str]) -> str:
    return spans([Month.parse(month) for month in months]) if months else "no month"


def _shown(
    content: Mapping[str, Any],
    state: Mapping[str, Any],
    checklist: Sequence[Mapping[str, Any]],
    live: Mapping[str, str] | None,
) -> dict[str, Any]:
    decisions = {decision["of"]: decision for decision in state["decisions"]}
    findings = [_finding(issue, decisions) for issue in content["issues"]]
    return {
        **content,
        "state": state,
        "live": live,
        "file_rule": FILE_RULE,
        "groups": _groups(findings),
        "categories": CATEGORIES,
        "confidences": list(Confidence),
        "statuses": list(Status),
        "undecided": sum(finding["status"] == Status.UNDECIDED for finding in findings),
        "verdicts": VERDICTS,
        "waived": {waiver["check"]: waiver for waiver in state["waivers"]},
        "blocking": [entry for entry in checklist if entry["blocks"] and not entry["done"]],
        "to_weigh": [entry for entry in checklist if not entry["blocks"] and not entry["done"]],
        "done": [entry for entry in checklist if entry["done"]],
        "england": _england(content["coverage"]),
        "by_latest": sorted(content["coverage"]["providers"], key=lambda row: row["latest"] or ""),
        "held": _held(content, state, live),
    }


def _finding(issue: Mapping[str, Any], decisions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A finding with what was decided of it."""
    decision = decisions.get(issue["id"])
    status = decision["status"] if decision else str(Status.UNDECIDED)
    return {**issue, "decision": decision, "status": status, "published": status in PUBLISHED}


def _groups(findings: Sequence[Mapping[str, Any]]) -> list[tuple[Category, list[Mapping[str, Any]]]]:
    """The findings by category, those that are surest first."""
    surest = [str(confidence) for confidence in Confidence]
    ordered = sorted(findings, key=lambda finding: surest.index(finding["confidence"]))
    return [(category, [one for one in ordered if one["category"] == category]) for category in CATEGORIES]


def heat(tests: float | None, expected: float | None) -> tuple[str, str]:
    """The kind and the text of a cell of the heat map: tests in per cent of what was expected.

    Kinds: `none` (expected and not there), `low` (under 50%), `below`, `usual`, `above`, `high` (over 150%), `new`
    (tests where nothing was expected) and `nothing`.
    """
    if not expected:
        return ("new", "+") if tests else ("nothing", "")
    if not tests:
        return "none", "none"
    share = round(100 * tests / expected)
    low, high = MARKED
    if share < low or share > high:
        kind = "low" if share < low else "high"
        return kind, f"{MARKS[kind]}{share:,}"
    return ("below" if share < TINTED[0] else "above" if share > TINTED[1] else "usual"), f"{share}"


def _england(coverage: Mapping[str, Any]) -> dict[str, Any]:
    """All providers together: tests and what was expected, month by month."""
    rows, months = coverage["providers"], range(len(coverage["months"]))
    return {
        name: [sum(row[name][month] or 0 for row in rows) for month in months] for name in ("tests", "expected")
    }


def _change_on(tests: Sequence[float | None], before: Sequence[float | None]) -> str:
    """`+2.1%`: the months that are there in both years, against the year before."""
    both = [(now, then) for now, then in zip(tests, before, strict=True) if now is not None and then is not None]
    earlier = sum(then for _, then in both)
    return f"{100 * sum(now for now, _ in both) / earlier - 100:+.1f}%".replace("-", "−") if earlier else ""


def _held(content: Mapping[str, Any], state: Mapping[str, Any], live: Mapping[str, str] | None) -> dict[str, Any]:
    """What the page's script needs: numbers behind the heat map and, when served, the state."""
    coverage = content["coverage"]
    numbers = [[row["tests"], row["expected"]] for row in coverage["providers"]]
    deciding = {"base": live["base"], "version": live["version"], "state": state} if live else None
    return {"months": coverage["months"], "coverage": numbers, "live": deciding}
