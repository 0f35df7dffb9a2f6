"""The review pack: what the page says, that nothing in it can run, and that it can be used by everybody."""

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pikepdf
import pytest

from publish.errors import InputRefused
from publish.review.pack import FILE_RULE, heat, render, write_pack
from publish.review.pack_chart import alternative, drawn, number_in_words, place_in_words
from tests.review.made_content import (
    evidence,
    full_year,
    issue,
    made_checklist,
    made_content,
    made_state,
    no_state,
)
from tests.review.made_content import tests as made_tests

LIVE = {"base": "/secret/", "version": "v1"}
HOSTILE = [
    "</script><script>throw 1</script>",
    "<img src=x onerror=throw(1)>",
    '" onmouseover="throw(1)" x=\'',
    "{{ 7 * 7 }} {% raw %}",
    "line\u2028separated\u2029",
    "\u202egnilttes\u202c \u2066right\u2069",
    "<!--<script>",
    "\ud800",
]


BLOCKS = {"td", "th", "p", "li", "caption", "blockquote"}


def read(page: str) -> Element:
    """The page as a strict reader of HTML has it, which knows no row of a table in a template."""
    known = re.sub(r'<template id="access-template">.*?</template>', "", page, flags=re.DOTALL)
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(known)


def words(element: Element) -> str:
    return " ".join("".join(texts(element)).split())


def texts(element: Element) -> Iterator[str]:
    yield element.text or ""
    for part in element:
        yield from texts(part)
        yield (" " if part.tag in BLOCKS else "") + (part.tail or "")


def find(page: Element, path: str) -> Element:
    found = page.find(path)
    assert found is not None, path
    return found


def with_class(page: Element, name: str) -> list[Element]:
    return [element for element in page.iter() if name in element.get("class", "").split()]


@pytest.fixture(scope="module")
def file_page() -> str:
    return render(made_content(), made_state(), made_checklist(), None)


@pytest.fixture(scope="module")
def live_page() -> str:
    return render(made_content(), made_state(), made_checklist(), LIVE)


@pytest.fixture(scope="module", params=["read only", "live"])
def page(request: pytest.FixtureRequest, file_page: str, live_page: str) -> Element:
    return read(file_page if request.param == "read only" else live_page)


# What it says


def test_the_title_names_the_release_and_its_readers(page: Element) -> None:
    assert words(find(page, ".//title")) == "2023-24-final: review pack, for reviewers only"
    assert [words(heading) for heading in page.iter("h1")] == ["Review of 2023-24-final"]


def test_notices_say_what_it_holds_and_that_it_is_made_up(page: Element) -> None:
    said = [words(notice) for notice in with_class(page, "notice")]
    assert said[:2] == [
        "For reviewers only: not for publication. This page holds numbers that are neither rounded nor suppressed.",
        "Made up: the records of this release are not real.",
    ]


def test_sections_begin_with_what_needs_a_decision(page: Element) -> None:
    assert [words(heading) for heading in page.iter("h2")] == [
        "1. What needs a decision",
        "2. Checks and audit",
        "3. What changed",
        "4. Evidence",
        "5. Comments and pre-release access",
        "6. Approve",
    ]


def test_the_summary_counts_what_is_open(page: Element) -> None:
    said = words(with_class(page, "summary")[0])
    assert said == "1 of 4 findings undecided; 1 of 5 checks failed; audit: 1 finding."


def test_findings_tell_who_when_how_sure_and_what_was_decided(page: Element) -> None:
    findings = {finding.get("data-id"): words(finding) for finding in page.iter("article")}
    assert list(findings) == [issue(number)["id"] for number in (0, 1, 2, 3)]
    accepted, edited, rejected, undecided = findings.values()
    assert (
        "Ashdown Hospitals NHS Foundation Trust (Q000) April 2023; about 4,500 records High confidence" in accepted
    )
    assert "Decided earlier: Accepted in 2024-02-provisional for May 2023" in accepted
    assert "Accepted by A. Reviewer" in accepted
    assert "To be published instead In other words." in edited
    assert "Rejected by B. Reader: A known change." in rejected
    assert "Tests found 1,204" in undecided and "Undecided" in undecided


def test_the_surest_of_a_kind_come_first() -> None:
    findings = [issue(number) for number in (10, 5, 0)]
    page = read(render(made_content() | {"issues": findings}, no_state(), [], None))
    order = [finding.get("data-confidence") for finding in page.iter("article")]
    assert order == ["high", "medium", "low"]


def test_checks_tell_verdicts_places_and_waivers(page: Element) -> None:
    checks = {check.get("data-check"): words(check) for check in with_class(page, "check")}
    assert list(checks) == ["names-and-codes", "medians-in-range", "links", "totals-and-parts", "tables-agree"]
    assert "Waived by A. Reviewer: The new name is law from April." in checks["names-and-codes"]
    assert "Table 1, row 40: Q023" in checks["names-and-codes"]
    assert checks["totals-and-parts"].startswith("Passed Totals agree with their parts")


def test_the_checklist_tells_what_blocks_and_what_to_weigh(page: Element) -> None:
    blocking, to_weigh, done, again = [
        words(part) for part in page.iter("ul") if part.get("data-entries") is not None
    ]
    assert blocking == again == "1 finding is undecided. The audit found 1 cell that gives away a count."
    assert (to_weigh, done) == ("No date of the next release is given.", "There is data guidance.")


def test_everything_said_by_reviewers_is_shown(page: Element) -> None:
    said = words(find(page, ".//main"))
    assert "Coldharbour (Q002) moved to a new system in June 2023." in said
    assert "Table 1, cell F14 Resolved by B. Reader Is this right? How: Asked the provider: it is." in said
    assert "C. Minister Minister of State 2024-11-20 09:30" in said


def test_nothing_found_is_said_in_words() -> None:
    bare = {"issues": [], "checks": [], "revisions": None, "remarks": [], "modalities": []}
    audit = {"verdict": "clean", "said": "Nothing is given away.", "findings": [], "left_by_rule": 0}
    content = made_content() | bare | {"audit": audit}
    content["coverage"] = {"months": [], "providers": []}
    content["ledger"] = {"months": [], "reasons": [], "providers": []}
    said = words(find(read(render(content, no_state(), [], None)), ".//main"))
    assert "0 of 0 findings undecided; 0 of 0 checks failed; audit: clean." in said
    assert "There was no earlier release to compare with." in said
    assert "Nothing was found that a provider issue could be written of." in said


@pytest.mark.parametrize(
    ("tests", "expected", "cell"),
    [
        (49, 100, ("low", "▼49")),
        (50, 100, ("below", "50")),
        (80, 100, ("usual", "80")),
        (121, 100, ("above", "121")),
        (150, 100, ("above", "150")),
        (1510, 100, ("high", "▲1,510")),
        (0, 100, ("none", "none")),
        (None, 100, ("none", "none")),
        (12, None, ("new", "+")),
        (12, 0, ("new", "+")),
        (None, None, ("nothing", "")),
    ],
)
def test_cells_of_the_heat_map(tests: float | None, expected: float | None, cell: tuple[str, str]) -> None:
    assert heat(tests, expected) == cell


def test_a_chart_is_told_in_words() -> None:
    assert alternative(evidence(0)) == (
        "Tests by month, April 2023 to March 2024, in tests. Found: from 50 to 421. Expected: from 379 to 421. "
        "Marked: April 2023 (found 50, expected 400)."
    )


def test_a_line_is_broken_where_there_is_no_value() -> None:
    lines = [{"name": "found", "values": [10, None, 5]}]
    chart = drawn(["2023-04", "2023-05", "2023-06"], lines, ["2023-05"])
    assert chart.lines[0].path == "M124 16 M372 70"
    assert [label for _, label in chart.levels] == ["0", "5", "10"]
    assert chart.bands == ((186.0, 124.0, 248.0),)


@pytest.mark.parametrize(
    ("place", "said"),
    [("2023-04", "April 2023"), ("2023-04-07", "7 April 2023"), ("2023-13", "2023-13"), ("site A", "site A")],
)
def test_places_are_told_in_words(place: str, said: str) -> None:
    assert place_in_words(place) == said


# How it is made


def test_headings_never_skip_a_level(page: Element) -> None:
    levels = [int(element.tag[1]) for element in page.iter() if re.fullmatch(r"h[1-6]", str(element.tag))]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_no_id_is_used_twice_and_every_reference_has_one(page: Element) -> None:
    ids = Counter(element.get("id") for element in page.iter() if element.get("id"))
    assert not [name for name, count in ids.items() if count > 1]
    named = {element.get("aria-labelledby") for element in page.iter()} - {None}
    linked = {link.get("href", "")[1:] for link in page.iter("a")}
    assert named | linked <= set(ids)


def test_every_control_has_a_label(page: Element) -> None:
    labelled = {control for label in page.iter("label") for control in label.iter() if words(label)}
    controls = [element for element in page.iter() if element.tag in ("input", "select", "textarea")]
    assert [control.attrib for control in controls if control not in labelled] == []
    assert all(words(button) for button in page.iter("button"))


def test_tables_have_captions_and_headers_with_a_scope(page: Element) -> None:
    tables = list(page.iter("table"))
    assert len(tables) > 8
    assert all(words(find(table, "caption")) for table in tables)
    assert {header.get("scope") for header in page.iter("th")} == {"col", "row"}


def test_pictures_have_a_text(page: Element) -> None:
    pictures = list(page.iter("{http://www.w3.org/2000/svg}svg")) or list(page.iter("svg"))
    drawn_ones = [picture for picture in pictures if picture.get("class") != "sample"]
    assert len(drawn_ones) == 4 + 9
    assert all(picture.get("role") == "img" and picture.get("aria-label") for picture in drawn_ones)


def test_it_asks_nothing_of_anybody(page: Element) -> None:
    asking = {"src", "srcset", "action", "formaction", "background", "poster", "style"}
    assert not [element.attrib for element in page.iter() if asking & set(element.attrib)]
    assert {link.get("href") for link in page.iter("link")} == {"data:,"}
    assert page.get("lang") == "en-GB"


def test_a_read_only_page_has_no_controls_and_says_how_to_decide(file_page: str) -> None:
    page = read(file_page)
    assert not list(page.iter("form")) and not list(page.iter("textarea")) and not list(page.iter("fieldset"))
    assert [words(button) for button in page.iter("button")] == ["Dark colours"]
    assert with_class(page, "control") == []
    assert "To decide, run publish review 2023-24-final." in words(find(page, ".//aside"))
    assert json.loads(find(page, ".//script[@id='held']").text or "")["live"] is None
    rules = [meta.get("content") for meta in page.iter("meta") if meta.get("http-equiv")]
    assert rules == [FILE_RULE]


def test_a_live_page_holds_the_state_and_carries_the_nonce() -> None:
    page = read(render(made_content(), made_state(), [], LIVE | {"nonce": "abc"}))
    held = json.loads(find(page, ".//script[@id='held']").text or "")
    assert held["live"] == {**LIVE, "state": made_state()}
    running = [script for script in page.iter("script") if script.get("type") is None]
    assert [part.get("nonce") for part in (*running, *page.iter("style"))] == ["abc"] * 3


def hostile(value: Any, text: str) -> Any:
    """The same content with every word of a person replaced."""
    if isinstance(value, dict):
        kept = {"months", "along", "marked", "category", "confidence", "status", "verdict", "interval", "latest"}
        return {name: one if name in kept else hostile(one, text) for name, one in value.items()}
    if isinstance(value, list):
        return [hostile(one, text) for one in value]
    return text if isinstance(value, str) else value


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("live", [None, LIVE])
def test_hostile_words_stay_words(text: str, live: dict[str, str] | None) -> None:
    made = render(hostile(made_content(), text), hostile(made_state(), text), hostile(made_checklist(), text), live)
    page = read(made)
    made.encode("utf-8")
    assert len(list(page.iter("script"))) == 3
    assert not list(page.iter("img"))
    assert not [name for element in page.iter() for name in element.attrib if name.startswith("on")]
    assert not re.search("[\u2028\u2029\u202a-\u202e\u2066-\u2069]", made)
    assert "49" not in words(next(page.iter("h1")))


def test_turning_characters_are_shown_by_their_number() -> None:
    content = made_content()
    content["issues"][0]["text"] = "A \u202etsurt\u202c B"
    page = read(render(content, no_state(), [], None))
    assert words(with_class(page, "drafted")[0]) == "A [U+202E]tsurt[U+202C] B"


def test_content_that_lacks_something_is_refused() -> None:
    content = made_content()
    del content["issues"][0]["months"]
    with pytest.raises(InputRefused, match="does not hold what a review pack shows"):
        render(content, no_state(), [], None)
    with pytest.raises(InputRefused, match="does not hold what a review pack shows"):
        render({}, no_state(), [], None)


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="cannot be written"):
        write_pack(made_content(), no_state(), [], tmp_path / "nowhere" / "review-pack.html")


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one.html", "two.html")]
    for file in files:
        write_pack(made_content(), made_state(), made_checklist(), file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_full_year_is_small() -> None:
    assert len(render(full_year(), made_state(), made_checklist(), LIVE).encode()) < 1_500_000


# In a browser

ADDRESS = "http://review.invalid"
SERVED = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; script-src 'nonce-n1'; style-src 'nonce-n1'; img-src data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'",
}


class Visit:
    """A page in Chromium, what it asked for and what went wrong; and the answers of a server that is not there."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.sent: list[dict[str, Any]] = []
        self.answers: dict[str, tuple[int, dict[str, Any]]] = {
            "state": (200, {"version": "v2"}),
            "checklist": (200, {"entries": [{"name": "a", "said": "All decided.", "blocks": True, "done": True}]}),
            "approve": (200, {"said": "Approved by D. Head."}),
        }
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda message: self.wrong.append(message.text) if message.type == "error" else None)

    def serve(self, html: str) -> None:
        """Answer as `publish review` would, with a strict policy."""
        self.page.route(f"{ADDRESS}/**", lambda route: self.answer(route, html))
        self.page.goto(f"{ADDRESS}/secret/")

    def answer(self, route: Any, html: str) -> None:
        path = route.request.url.rpartition("/")[2]
        if not path:
            return route.fulfill(status=200, headers=SERVED, body=html)
        if route.request.method == "POST":
            self.sent.append(json.loads(route.request.post_data))
        status, answer = self.answers[path]
        return route.fulfill(status=status, json=answer)

    def text(self, selector: str) -> str:
        return " ".join(self.page.locator(selector).inner_text().split())


@pytest.fixture
def visit(chromium: Any) -> Iterator[Callable[..., Visit]]:
    opened: list[Any] = []

    def visited(width: int = 1280, scheme: str = "light", script: bool = True) -> Visit:
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=script
        )
        opened.append(context)
        return Visit(context.new_page())

    yield visited
    for context in opened:
        context.close()


@pytest.fixture(scope="module")
def year_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("pack") / "review-pack.html"
    write_pack(full_year(), made_state(), made_checklist(), file)
    return file


@pytest.fixture
def live(visit: Callable[..., Visit]) -> Visit:
    seen = visit()
    seen.serve(render(made_content(), no_state(), made_checklist(), LIVE | {"nonce": "n1"}))
    return seen


def finding(seen: Visit, number: int) -> Any:
    return seen.page.locator(f'article[data-id="{issue(number)["id"]}"]')


@pytest.mark.parametrize("width", [1280, 1024, 400])
def test_a_full_year_asks_for_nothing_and_fits(visit: Callable[..., Visit], year_file: Path, width: int) -> None:
    seen = visit(width)
    seen.page.goto(year_file.as_uri())
    assert seen.asked == [year_file.as_uri()]
    assert seen.wrong == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [1280, 1024])
def test_the_heat_map_fits_and_its_header_stays(visit: Callable[..., Visit], year_file: Path, width: int) -> None:
    seen = visit(width)
    seen.page.goto(year_file.as_uri())
    assert seen.page.locator("#heat").bounding_box()["width"] <= width
    seen.page.locator('#heat tr[data-row="150"]').scroll_into_view_if_needed()
    bar, header = (seen.page.locator(part).first.bounding_box() for part in (".bar", "#heat thead th"))
    assert abs(bar["y"] + bar["height"] - header["y"]) < 2


def test_without_a_script_everything_can_be_read(visit: Callable[..., Visit], year_file: Path) -> None:
    seen = visit(script=False)
    seen.page.goto(year_file.as_uri())
    assert seen.page.locator("article").first.is_visible()
    assert seen.page.locator("#heat tr[data-row]").count() == 200
    assert seen.page.locator(".filter").first.is_hidden()


def test_a_table_is_sorted_by_keyboard(visit: Callable[..., Visit], year_file: Path) -> None:
    seen = visit()
    seen.page.goto(year_file.as_uri())
    header = seen.page.locator("#heat thead th").nth(3)
    header.get_by_role("button").focus()
    seen.page.keyboard.press("Enter")
    assert header.get_attribute("aria-sort") == "ascending"
    first = seen.page.locator("#heat tr[data-row] td:nth-child(4)").first
    assert first.inner_text() == "none"
    seen.page.keyboard.press("Enter")
    assert header.get_attribute("aria-sort") == "descending"
    assert first.inner_text() == "▲190"
    assert seen.text("#heat tbody.fixed th") == "All providers"


def test_a_table_is_filtered_by_keyboard(visit: Callable[..., Visit], year_file: Path) -> None:
    seen = visit()
    seen.page.goto(year_file.as_uri())
    seen.page.locator('.filter[data-table="heat"] input').focus()
    seen.page.keyboard.type("q12")
    assert seen.text('.filter[data-table="heat"] .shown') == "10 of 200 rows shown."
    seen.page.locator('.filter[data-table="heat"] select').select_option("London")
    assert seen.page.locator("#heat tr[data-row]:visible").count() == 2


def test_the_numbers_behind_a_row_are_a_key_away(visit: Callable[..., Visit], year_file: Path) -> None:
    seen = visit()
    seen.page.goto(year_file.as_uri())
    button = seen.page.locator('#heat tr[data-row="0"]').get_by_role("button")
    button.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    shown = seen.page.locator("#heat tr.behind").all_inner_texts()[0].split()
    assert shown == ["Tests", *(number_in_words(value) for value in made_tests(0))]


def test_findings_are_filtered(visit: Callable[..., Visit], year_file: Path) -> None:
    seen = visit()
    seen.page.goto(year_file.as_uri())
    search = seen.page.get_by_role("search", name="Findings")
    search.get_by_label("Kind").select_option("shortfall")
    search.get_by_label("Confidence").select_option("high")
    search.get_by_label("Provider").fill("ashdown")
    made = [issue(number) for number in range(60)]
    asked = [
        each["id"]
        for each in made
        if (each["category"], each["confidence"]) == ("shortfall", "high") and "Ashdown" in each["provider_name"]
    ]
    shown = seen.page.locator("article:visible").evaluate_all("all => all.map((one) => one.dataset.id)")
    assert 0 < len(asked) < len(made) and sorted(shown) == sorted(asked)
    assert seen.text("#finding-filter .shown") == f"{len(asked)} of 60 findings shown."


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


TOO_FAINT = """() => {
  const clear = (colour) => colour === "rgba(0, 0, 0, 0)";
  const seen = new Set();
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility() || element.closest("svg, .unseen, .skip, option")) continue;
    let behind = element;
    while (behind && clear(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
    const paper = getComputedStyle(behind ?? document.body).backgroundColor;
    seen.add(`${getComputedStyle(element).color} on ${paper}`);
  }
  return [...seen].sort();
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(visit: Callable[..., Visit], scheme: str) -> None:
    seen = visit(scheme=scheme)
    seen.serve(render(full_year(), made_state(), made_checklist(), LIVE | {"nonce": "n1"}))
    pairs = [pair.split(" on ") for pair in seen.page.evaluate(TOO_FAINT)]
    assert len(pairs) > 12
    light_and_dark = [sorted((luminance(ink), luminance(paper))) for ink, paper in pairs]
    ratios = [(light + 0.05) / (dark + 0.05) for dark, light in light_and_dark]
    assert [(pair, ratio) for pair, ratio in zip(pairs, ratios, strict=True) if ratio < 4.5] == []


def test_colours_are_switched(visit: Callable[..., Visit], year_file: Path) -> None:
    seen = visit()
    seen.page.goto(year_file.as_uri())
    paper = "getComputedStyle(document.body).backgroundColor"
    assert seen.page.evaluate(paper) == "rgb(255, 255, 255)"
    button = seen.page.get_by_role("button", name="Dark colours")
    button.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    assert seen.page.evaluate(paper) == "rgb(20, 25, 29)"


def test_in_print_every_finding_is_there_and_folded_parts_are_open(
    visit: Callable[..., Visit], year_file: Path, tmp_path: Path
) -> None:
    seen = visit()
    seen.page.goto(year_file.as_uri())
    seen.page.pdf(path=tmp_path / "pack.pdf", prefer_css_page_size=True)
    pdftotext = shutil.which("pdftotext")
    with pikepdf.open(tmp_path / "pack.pdf") as printed:
        sizes = {tuple(round(float(side)) for side in page.mediabox[2:]) for page in printed.pages}
    assert sizes == {(595, 842), (842, 595)}
    if not pdftotext:
        pytest.skip("pdftotext is not installed")
    text = printed_text(pdftotext, tmp_path / "pack.pdf")
    assert [number for number in range(1, 61) if not re.search(rf"(?m)^\s*{number}\. [A-Z]", text)] == []
    assert "Totals agree with their parts" in text
    assert "Dark colours" not in text
    assert text.count("Usual tests a") > 3  # the header of the heat map, on each of its pages


def printed_text(pdftotext: str, file: Path) -> str:
    return subprocess.run([pdftotext, "-layout", file, "-"], check=True, capture_output=True, text=True).stdout


# Deciding


def test_decisions_are_saved_under_the_name_of_who_made_them(live: Visit) -> None:
    live.page.get_by_label("Your name").fill("E. Statistician")
    finding(live, 0).get_by_label("Accept", exact=True).check()
    finding(live, 1).get_by_label("Accept with other words").check()
    finding(live, 1).get_by_label("Words to publish").fill("Other words.")
    finding(live, 2).get_by_label("Reject", exact=True).check()
    finding(live, 2).get_by_label("Reason for rejecting").fill("Known.")
    assert live.text("#unsaved") == "Changes are not saved"
    assert live.text("#undecided") == "1 of 4 findings undecided"
    live.page.keyboard.press("Control+s")
    live.page.get_by_text("Saved.", exact=True).wait_for()
    assert live.sent[0]["version"] == "v1"
    by = {"by": "E. Statistician"}
    assert live.sent[0]["state"] == {
        **no_state(),
        "decisions": [
            {"of": issue(0)["id"], "status": "accepted", "text": "", "reason": "", **by},
            {"of": issue(1)["id"], "status": "edited", "text": "Other words.", "reason": "", **by},
            {"of": issue(2)["id"], "status": "rejected", "text": "", "reason": "Known.", **by},
        ],
    }
    assert live.text('#checklist [data-entries="blocking"] + .none') == "Nothing."
    assert (live.text("#unsaved"), live.wrong) == ("", [])


def test_the_next_save_names_the_new_version(live: Visit) -> None:
    live.page.get_by_label("Your name").fill("E. Statistician")
    for choice in ("Accept", "Not decided"):
        finding(live, 0).get_by_label(choice, exact=True).check()
        live.page.get_by_role("button", name="Save").click()
        live.page.get_by_text("Saved.", exact=True).wait_for()
    assert [sent["version"] for sent in live.sent] == ["v1", "v2"]
    assert live.sent[1]["state"]["decisions"] == []


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("Accept", "Not saved: write your name first."),
        ("Reject", "Not saved: give a reason for rejecting the finding."),
    ],
)
def test_what_is_missing_is_asked_for_before_saving(live: Visit, choice: str, said: str) -> None:
    finding(live, 0).get_by_label(choice, exact=True).check()
    live.page.get_by_role("button", name="Save").click()
    assert live.text("#said").startswith(said)
    assert live.page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
    assert live.sent == []


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (409, "Not saved: Somebody else saved. Note what you changed, then load the page again"),
        (400, "Not saved: Somebody else saved."),
    ],
)
def test_a_refusal_is_told_in_words(live: Visit, status: int, said: str) -> None:
    live.answers["state"] = (status, {"error": "Somebody else saved."})
    live.page.get_by_label("Your name").fill("E. Statistician")
    finding(live, 0).get_by_label("Accept", exact=True).check()
    live.page.get_by_role("button", name="Save").click()
    live.page.locator("#said.wrong").wait_for()
    assert live.text("#said").startswith(said)
    assert live.text("#unsaved") == "Changes are not saved"
    assert live.page.locator("#said").get_attribute("aria-live") == "polite"


def test_leaving_with_changes_is_warned_of(live: Visit) -> None:
    asked: list[str] = []
    live.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    finding(live, 0).get_by_label("Accept", exact=True).check()
    live.page.reload()
    assert asked == ["beforeunload"]


def test_all_of_high_confidence_are_accepted_and_undone(live: Visit) -> None:
    group = live.page.locator('.group[data-category="excess"]')
    group.get_by_role("button", name="Accept all of high confidence").click()
    assert finding(live, 1).get_attribute("data-status") == "accepted"
    assert finding(live, 0).get_attribute("data-status") == "undecided"
    group.get_by_role("button", name="Undo").click()
    assert finding(live, 1).get_attribute("data-status") == "undecided"


def test_waivers_comments_access_and_issues_by_hand_are_saved(live: Visit) -> None:
    page = live.page
    page.get_by_label("Your name").fill("E. Statistician")
    page.get_by_label("Reason to waive this check").fill("It is right.")
    comment = page.locator("#add-comment")
    comment.get_by_label("Table").select_option("Table 7a")
    comment.get_by_label("Cell").fill("f14")
    comment.get_by_label("Comment", exact=True).fill("Why?")
    comment.get_by_role("button", name="Add the comment").click()
    page.locator("#comment-list").get_by_label("How it was resolved").fill("Because.")
    page.locator("#comment-list").get_by_role("button", name="Resolve").click()
    access = page.locator("#add-access")
    access.get_by_label("Name").fill("C. Minister")
    access.get_by_label("Role").fill("Minister")
    access.get_by_label("From").fill("2024-11-20T09:30")
    access.get_by_role("button", name="Add the person").click()
    added = page.locator("#add-issue")
    added.get_by_label("Provider code").fill("Q001")
    added.get_by_label("From").select_option("2023-05")
    added.locator('[name="last"]').select_option("2023-06")
    added.get_by_label("Sentence to publish").fill("A sentence.")
    added.get_by_role("button", name="Add the issue").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.", exact=True).wait_for()
    by = "E. Statistician"
    assert live.sent[0]["state"] == {
        "decisions": [],
        "added": [
            {
                "category": "other",
                "org_code": "Q001",
                "months": ["2023-05", "2023-06"],
                "text": "A sentence.",
                "by": by,
            }
        ],
        "comments": [
            {
                "number": 1,
                "table": "Table 7a",
                "cell": "F14",
                "text": "Why?",
                "by": by,
                "resolved": True,
                "resolution": "Because.",
            }
        ],
        "waivers": [{"check": "names-and-codes", "reason": "It is right.", "by": by}],
        "access": [{"name": "C. Minister", "role": "Minister", "since": "2024-11-20T09:30"}],
    }
    assert live.text("#comment-list li > p >> nth=0") == "Table 7a, cell F14 Resolved by E. Statistician"
    assert live.text("#added li > p >> nth=0") == "Other, Q001, May 2023 to June 2023 by E. Statistician"


def test_what_was_added_can_be_taken_away(live: Visit) -> None:
    access = live.page.locator("#add-access")
    access.get_by_label("Name").fill("C. Minister")
    access.get_by_label("Role").fill("Minister")
    access.get_by_label("From").fill("2024-11-20T09:30")
    access.get_by_role("button", name="Add the person").click()
    live.page.locator("#access").get_by_role("button", name="Take away").click()
    live.page.get_by_role("button", name="Save").click()
    live.page.get_by_text("Saved.", exact=True).wait_for()
    assert live.sent[0]["state"]["access"] == []


def test_approval_waits_for_saving_and_tells_the_answer(live: Visit) -> None:
    live.page.get_by_label("Your name").fill("E. Statistician")
    finding(live, 0).get_by_label("Accept", exact=True).check()
    live.page.get_by_label("Name put to the release").fill("D. Head")
    approve = live.page.get_by_role("button", name="Approve 2023-24-final")
    approve.click()
    assert live.text("#approval-said") == "Not approved: save your changes first."
    live.page.get_by_role("button", name="Save").click()
    live.page.get_by_text("Saved.", exact=True).wait_for()
    approve.click()
    live.page.get_by_text("Approved by D. Head.").wait_for()
    assert live.sent[-1] == {"version": "v2", "by": "D. Head"}


def test_a_refused_approval_tells_what_blocks(live: Visit) -> None:
    live.answers["approve"] = (409, {"error": "3 findings are undecided: decide them."})
    live.page.get_by_label("Name put to the release").fill("D. Head")
    live.page.get_by_role("button", name="Approve 2023-24-final").click()
    live.page.locator("#approval-said.wrong").wait_for()
    assert live.text("#approval-said") == "Not approved: 3 findings are undecided: decide them."
