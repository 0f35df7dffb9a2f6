"""The styles of the accessible edition: plain Arial, no colour but that of links, no borders, no fills.

Rule: accessible spreadsheets, 3 Formatting (F3 to F7), 1 Tables (T6, T13, T14).
"""

from collections.abc import Iterable
from typing import Final

from publish.writing.accessible_sheets import Line

SIZE, TITLE_SIZE, SECTION_SIZE = 12, 16, 14  # points
LINK_BLUE: Final = "#0000FF"  # contrast 8.6 to 1 on white
LINE_HEIGHT: Final = 0.21  # inches, of Arial 12
HEADING, FIGURES_HEADING, TEXT = "Column_20_heading", "Figures_20_heading", "Text"
_FONT: Final = '<style:font-face style:name="Arial" svg:font-family="Arial" style:font-family-generic="swiss"/>'
FONTS: Final = f"<office:font-face-decls>{_FONT}</office:font-face-decls>"
_OASIS: Final = "urn:oasis:names:tc:opendocument:xmlns"
_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<office:document-styles xmlns:office="{_OASIS}:office:1.0" xmlns:style="{_OASIS}:style:1.0" '
    f'xmlns:table="{_OASIS}:table:1.0" xmlns:number="{_OASIS}:datastyle:1.0" '
    f'xmlns:fo="{_OASIS}:xsl-fo-compatible:1.0" xmlns:svg="{_OASIS}:svg-compatible:1.0" office:version="1.4">'
)
_USUAL: Final = (
    '<style:default-style style:family="table-cell">'
    '<style:text-properties style:font-name="Arial" fo:font-size="{size}pt" fo:language="en" fo:country="GB" '
    'style:use-window-font-color="true"/></style:default-style>'
    '<style:style style:name="Default" style:family="table-cell"/>'
)
_STYLE: Final = (
    '<style:style style:name="{name}" style:display-name="{shown}" style:family="table-cell" '
    'style:parent-style-name="Default"{format}>'
    '<style:table-cell-properties fo:wrap-option="{wrap}" style:vertical-align="top" '
    'style:text-align-source="fix" fo:padding-left="0.06in" fo:padding-right="0.06in"/>'
    '<style:paragraph-properties fo:text-align="{align}"/>'
    '<style:text-properties fo:font-size="{size}pt"{more}/></style:style>'
)
_NUMBERS: Final = (
    '<number:number-style style:name="Numbers{decimals}"><number:number number:decimal-places="{decimals}" '
    'number:min-integer-digits="1" number:grouping="true"/>'
    "</number:number-style>"
)
_PAGES: Final = (
    '<office:automatic-styles><style:page-layout style:name="Landscape"><style:page-layout-properties '
    'fo:page-width="420mm" fo:page-height="297mm" style:print-orientation="landscape" fo:margin="15mm"/>'
    "</style:page-layout></office:automatic-styles>"
    '<office:master-styles><style:master-page style:name="Default" style:page-layout-name="Landscape">'
    '<style:header style:display="false"/><style:footer style:display="false"/></style:master-page>'
    "</office:master-styles>"
)
_BOLD: Final = ' fo:font-weight="bold"'
_LINKED: Final = f' style:text-underline-style="solid" style:use-window-font-color="false" fo:color="{LINK_BLUE}"'


def figures(decimals: int) -> str:
    """The name of the style of figures with so many decimals."""
    return f"Figures_20_{decimals}"


def width_style(inches: float) -> str:
    """The name of the style of columns so wide."""
    return f"width{inches * 10:.0f}"


def row_style(lines: int) -> str:
    """The name of the style of rows so many lines high."""
    return f"lines{lines}"


def common_styles(decimals: Iterable[int]) -> str:
    """The part `styles.xml`: the styles of cells, of numbers with so many decimals, and of printed pages."""
    every = tuple(sorted(set(decimals)))
    cells = (
        _style(Line.TITLE.value, size=TITLE_SIZE, more=_BOLD, wrap=False),
        _style(Line.SECTION.value, size=SECTION_SIZE, more=_BOLD, wrap=False),
        _style(Line.SAID.value, wrap=False),
        _style(Line.PARAGRAPH.value),
        _style(Line.LINK.value, more=_LINKED),
        _style(TEXT),
        _style(HEADING, more=_BOLD),
        _style(FIGURES_HEADING, align="end", more=_BOLD),
        *(_style(figures(number), align="end", numbers=f"Numbers{number}") for number in every),
    )
    formats = (_NUMBERS.format(decimals=number) for number in every)
    usual = _USUAL.format(size=SIZE)
    return (
        f"{_HEAD}{FONTS}"
        f"<office:styles>{''.join(formats)}{usual}{''.join(cells)}</office:styles>{_PAGES}</office:document-styles>"
    )


def sizes(widths: Iterable[float], lines: Iterable[int]) -> str:
    """The styles of columns and rows, and of the sheets."""
    columns = (
        f'<style:style style:name="{width_style(width)}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width:.1f}in"/></style:style>'
        for width in sorted(set(widths))
    )
    rows = (
        f'<style:style style:name="{row_style(number)}" style:family="table-row"><style:table-row-properties '
        f'style:row-height="{number * LINE_HEIGHT + 0.02:.2f}in" style:use-optimal-row-height="{_adapts(number)}"/>'
        "</style:style>"
        for number in sorted(set(lines))
    )
    sheet = (
        '<style:style style:name="sheet" style:family="table" style:master-page-name="Default">'
        '<style:table-properties table:display="true"/></style:style>'
    )
    return f"<office:automatic-styles>{''.join((*columns, *rows))}{sheet}</office:automatic-styles>"


def _adapts(lines: int) -> str:
    """Whether a program may work out the height of a row itself: of one with wrapped text not.

    LibreOffice does so for the screen, and then crops the last line where the printed page has one more.
    """
    return "true" if lines == 1 else "false"


def _style(
    name: str, *, size: int = SIZE, align: str = "start", more: str = "", wrap: bool = True, numbers: str = ""
) -> str:
    return _STYLE.format(
        name=name,
        shown=name.replace("_20_", " "),
        format=f' style:data-style-name="{numbers}"' if numbers else "",
        wrap="wrap" if wrap else "no-wrap",
        align=align,
        size=size,
        more=more,
    )
