"""What the source of a page, or of a JSON file, tells besides what is shown (route METADATA)."""

import json
import re
from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]

from publish.disclosure.audit.properties.people import is_person
from publish.disclosure.audit.properties.pictures import PATH, comment_finds

_AUTHORS: Final = ("author", "creator", "contributor", "maintainer", "editor", "sender", "accountableperson")
_HIDING: Final = re.compile(r"display:\s*none|visibility:\s*hidden")
_NUMBER: Final = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_HIDDEN: Final = ("display:none", "visibility:hidden")


def parsed_page(content: bytes) -> Element | None:
    """The root of a page: in UTF-8 where it is that, otherwise as the page says; None where there is none."""
    try:
        content.decode()
    except UnicodeDecodeError:
        parser = etree.HTMLParser(no_network=True)
    else:
        parser = etree.HTMLParser(no_network=True, encoding="utf-8")
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    # Of an empty page lxml makes None, whatever its types say.
    return root if isinstance(getattr(root, "tag", None), str) else None


def is_hidden(element: Element, classes: frozenset[str]) -> bool:
    """Whether a browser does not show an element. Words for screen readers, moved out of sight, are shown."""
    style = element.get("style", "").lower().replace(" ", "")
    return (
        element.get("hidden") is not None
        or element.tag == "template"
        or (element.tag == "input" and element.get("type", "").lower() == "hidden")
        or any(hiding in style for hiding in _HIDDEN)
        or not classes.isdisjoint(element.get("class", "").split())
    )


def hiding_classes(root: Element) -> frozenset[str]:
    """The classes that the page's own styles hide on every device (what is hidden on paper alone is shown)."""
    styles = " ".join(str(words) for style in root.iter("style") for words in style.itertext())
    selectors = (selector.strip() for group in _hiding_selectors(styles) for selector in group.split(","))
    return frozenset(match[1] for selector in selectors if (match := re.fullmatch(r"\w*\.([\w-]+)", selector)))


def _hiding_selectors(styles: str) -> Iterator[str]:
    """The selectors of rules that hide, but for those within another rule (@media)."""
    pieces = re.split(r"([{}])", styles)
    within: list[str] = []
    for words, brace in zip(pieces[::2], pieces[1::2], strict=False):
        if brace == "{":
            within.append(words.rpartition(";")[2])
        elif within:
            selector = within.pop()
            if not within and _HIDING.search(words):
                yield selector


def page_finds(content: bytes) -> list[str]:
    """What a page tells, each in words: authors, comments, hidden elements, and data that are not shown.

    Rule: disclosure specification, route 6.
    """
    root = parsed_page(content)
    if root is None:
        return []
    return [*_authors(root), *_comments(root), *_hidden(root), *_data(root)]


def _authors(root: Element) -> Iterator[str]:
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").lower().replace(":", ".").rpartition(".")[2]
        if name in _AUTHORS and is_person(meta.get("content", "")):
            yield f"The page names a person as its {name}: {meta.get('content')}."


def _comments(root: Element) -> Iterator[str]:
    for comment in root.getroottree().iter(etree.Comment):
        yield from comment_finds(comment.text or "")


def _hidden(root: Element) -> Iterator[str]:
    """One for each outermost hidden element that holds a number."""
    classes = hiding_classes(root)
    hidden = {element for element in root.iter("*") if is_hidden(element, classes)}
    for element in root.iter("*"):
        if element in hidden and hidden.isdisjoint(element.iterancestors()):
            words = [*(str(piece) for piece in element.itertext()), element.get("value", "")]
            if numbers := _NUMBER.findall(" ".join(words)):
                yield f"A hidden element <{element.tag}> holds {_many(len(numbers), 'number')}."


def _data(root: Element) -> Iterator[str]:
    """Data for programs: JSON within the page, and attributes whose number the element does not show."""
    for script in root.iter("script"):
        if script.get("type", "").lower().endswith("json"):
            yield from json_finds((script.text or "").encode())
            if script.get("type", "").lower() == "application/json" and _NUMBER.search(script.text or ""):
                yield "Data within the page, which it does not show, hold numbers."
    unseen = {
        str(name)
        for element in root.iter("*")
        for name, value in element.attrib.items()
        if str(name).startswith("data-") and _is_unseen(str(value), element)
    }
    yield from (f"Attributes {name} hold numbers that are not shown." for name in sorted(unseen))


def _is_unseen(value: str, element: Element) -> bool:
    if not _NUMBER.fullmatch(value.strip()):
        return False
    return value.replace(",", "") not in "".join(str(piece) for piece in element.itertext()).replace(",", "")


def json_finds(content: bytes) -> list[str]:
    """The people that a JSON file names as authors, creators and the like, and paths it holds; each in words."""
    try:
        held = json.loads(content)
    except (ValueError, RecursionError):
        return []
    return list(dict.fromkeys(_walked(held, "")))


def _walked(held: object, key: str) -> Iterator[str]:
    """Depth first, with the name of the key that a value stands under."""
    waiting = [(held, key)]
    while waiting:
        value, under = waiting.pop()
        if isinstance(value, dict):
            waiting += [(inner, _under(str(name), under)) for name, inner in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [(inner, under) for inner in reversed(value)]
        elif isinstance(value, str):
            if under in _AUTHORS and is_person(value):
                yield f"It names a person as {under}: {value}."
            if PATH.search(value):
                yield "It holds a path of a file."


def _under(name: str, above: str) -> str:
    """The key itself, or that of the author whose name, title or mailbox it is."""
    own = re.split(r"[:/#.]", name)[-1].lower()
    return (
        above
        if above in _AUTHORS and own in ("name", "title", "email", "givenname", "familyname", "value")
        else own
    )


def _many(count: int, name: str) -> str:
    return f"{count:,} {name}{'s' * (count != 1)}"
