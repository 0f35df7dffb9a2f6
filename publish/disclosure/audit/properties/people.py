"""Whether a name left in a file is that of a person."""

import re
from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORDS: Final = re.compile(r"[^\W_]+")
_ORGANISATIONS: Final = _set(
    """
    nhs england english department office ministry agency authority board bureau council government cabinet
    parliament service services trust foundation hospital hospitals infirmary clinic surgery university
    universities college institute school royal national public health healthcare care social digital statistics
    statistical statistician statisticians analysis analyses analytics analyst analysts performance information
    intelligence insight insights operational data dataset imaging diagnostic diagnostics publication
    publications publishing editorial press media communications team teams unit branch division directorate
    group groups programme centre center committee commission commissioning society association limited ltd plc
    llp inc corporation company organisation organization staff contributors authors desk system systems support
    admin administrator user users owner author unknown anonymous test template default guest none
    """
)
_PROGRAMS: Final = _set(
    """
    openpyxl xlsxwriter libreoffice openoffice odfdo odfpy pandas polars python matplotlib seaborn plotly
    rmarkdown knitr quarto openxlsx writexl typst latex tex pdftex xetex luatex lualatex pandoc microsoft excel
    word powerpoint writer calc impress draw windows adobe acrobat photoshop illustrator indesign inkscape figma
    sas spss stata tableau bi apache poi aspose epplus closedxml exceljs sheetjs google chrome chromium firefox
    skia cairo ghostscript quartz macos publish oracle sql reports wordpress drupal html css java javascript php
    """
)
_LINKING: Final = _set("of for the and on in to by")
_WITHIN_NAMES: Final = _set("de da di du la le van von der den dos el al bin mc mac st")
_NAME: Final = re.compile(r"^[A-Z][^\W\d_]*(?:['’.-][^\W\d_]*)*$")
_MAILBOX: Final = re.compile(r"^([^\W\d_]+)[._][^\W\d_]+\d*@\S+$")
_LOGIN: Final = re.compile(r"^(?:[\w.-]+\\)?([a-z][a-z.]{3,}\d{0,3})$", re.IGNORECASE)
_ACRONYM: Final = 5  # letters; a longer word all in capitals is a login or a surname


def is_person(name: str) -> bool:
    """Whether `name` is that of a person, not of an organisation, a team or a program.

    It is judged part by part: what stands in brackets or after a semicolon is a name of its own. A part that has
    a word of organisations (NHS, office, trust, team, statistics) or of programs (openpyxl, Excel, typst), or a
    linking word (of, for), is none. Of the rest these are people: two to five words of letters that begin with
    capitals ("Jane Smith", "SMITH, Jane"), a mailbox with two names (jane.smith@...), a single name or login
    (HOME\\jsmith). A short word all in capitals is an acronym (ONS). Rule: disclosure specification, route 6.
    """
    return any(_names_person(part.strip(" ,.-")) for part in re.split(r"[()\[\];]", name))


def _names_person(part: str) -> bool:
    if _MAILBOX.match(part):
        return not _known({word.lower() for word in _WORDS.findall(part.split("@")[0])})
    words = part.replace(",", " ").split()
    if _known({word.lower() for word in _WORDS.findall(part)}):
        return False
    return _is_login(part) if len(words) == 1 else _is_full_name(words)


def _known(words: set[str]) -> bool:
    return bool(words & (_ORGANISATIONS | _PROGRAMS | _LINKING)) or any(word.startswith("nhs") for word in words)


def _is_login(word: str) -> bool:
    return bool(_LOGIN.match(word) or _NAME.match(word)) and not (word.isupper() and len(word) <= _ACRONYM)


def _is_full_name(words: list[str]) -> bool:
    names = [word for word in words if word.lower() not in _WITHIN_NAMES]
    return 2 <= len(words) <= 5 and bool(names) and all(_NAME.match(word) for word in names)
