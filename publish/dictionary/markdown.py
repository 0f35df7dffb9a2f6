"""What the sections of the page are made of: tables, names, and what the code says of itself."""

import inspect
from collections.abc import Iterable, Sequence

Row = Sequence[str]


def table(headings: Row, rows: Iterable[Row]) -> str:
    """A Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def columns_table(names: Iterable[str], meanings: dict[str, str]) -> str:
    """Columns and what they are."""
    return table(("Column", "What it is"), ((f"`{name}`", meanings[name]) for name in names))


def in_code(names: Iterable[str]) -> str:
    """`a`, `b`."""
    return ", ".join(f"`{name}`" for name in names)


def described(thing: object) -> str:
    """Its documentation as one paragraph."""
    return " ".join(paragraphs(thing))


def paragraphs(thing: object) -> list[str]:
    """Its documentation, a text for each paragraph."""
    return [" ".join(part.split()) for part in (inspect.getdoc(thing) or "").split("\n\n")]
