"""The structure of the XML form of DIDS v1.0, and whether a file fits it (rule DIDS076).

The schema is made from the items, so that what is checked and what is read cannot differ. Every part must be there;
within a part every item may be absent and may stand in any place, as what is missing is judged record by record.
"""

from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from lxml import etree
from lxml.etree import _LogEntry as LogEntry  # pyright: ignore[reportPrivateUsage]

from publish.errors import InputRefused
from publish.records.items import ITEMS

NAMESPACE: Final = "http://www.datadictionary.nhs.uk/data_dictionary/messages/DIDS-v1-0/"
ROOT, RECORD, ACTIVITY = "DIDS", "DIDSRecord", "ImagingActivity"
_AT_A_TIME: Final = 2**20  # bytes
_DO: Final = "ask the submitter for a file in the XML form of DIDS v1.0"
_SCHEMA: Final = """
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{namespace}" elementFormDefault="qualified">
  <xs:element name="{root}"><xs:complexType><xs:sequence>
    <xs:element name="{record}" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      {parts}
    </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
_WITH_ATTRIBUTE: Final = """
<xs:element name="{name}" {occurs}><xs:complexType>
  <xs:attribute name="{attribute}" use="required"/><xs:anyAttribute processContents="skip"/>
</xs:complexType></xs:element>"""
_WITH_TEXT: Final = '<xs:element name="{name}" type="xs:string" {occurs}/>'
_WITH_ELEMENTS: Final = """
<xs:element name="{name}" {occurs}><xs:complexType><xs:all>{elements}</xs:all></xs:complexType></xs:element>"""
_WRONG: Final = {
    "SCHEMAV_CVC_ELT_1": "the root is not DIDS of the v1.0 namespace",
    "SCHEMAV_ELEMENT_CONTENT": "an element is unknown, out of its place, or there twice",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_1": "text stands where none belongs",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": "text stands where none belongs",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": "an attribute is unknown",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2": "an attribute is unknown",
    "SCHEMAV_CVC_COMPLEX_TYPE_4": "an attribute is missing",
    "SCHEMAV_CVC_TYPE_3_1_1": "an attribute is unknown",
    "SCHEMAV_CVC_TYPE_3_1_2": "an element is unknown, out of its place, or there twice",
}

Tree: TypeAlias = dict[str, "Tree | str"]


class _Doctype(Exception):
    """A document type declaration: with it come entities, and what is to be fetched."""


class _NothingKept:
    """A parser's target that keeps nothing, so that memory does not grow with the file."""

    def doctype(self, *_declared: object) -> None:
        raise _Doctype

    def close(self) -> None:
        pass


def check_structure(file: Path) -> None:
    """Refuse a file that is not XML or does not fit the structure of DIDS v1.0; it is read in pieces.

    Raises InputRefused with the number of the line, and OSError where the file cannot be read.
    """
    parser, number = _parser(), 0
    try:
        with file.open("rb") as content:
            for number, piece in enumerate(iter(lambda: content.read(_AT_A_TIME), b"")):
                parser.feed(piece)
                _refuse_misfit(file, parser, number)
        parser.close()
    except _Doctype:
        raise _refusal(file, "has a DOCTYPE, which the form does not have", 0) from None
    except etree.LxmlError as error:
        _refuse_misfit(file, parser, number)
        raise not_well_formed(file, error) from None


def not_well_formed(file: Path, error: etree.LxmlError) -> InputRefused:
    """The refusal of a file that is no XML, or only the beginning of it."""
    return _refusal(file, "is not well-formed XML", getattr(error, "lineno", 0) or 0)


def _parser() -> etree.XMLParser:
    make: Any = etree.XMLParser
    return make(target=_NothingKept(), schema=_schema(), resolve_entities=False, no_network=True)


def _misfits(parser: etree.XMLParser) -> list[LogEntry]:
    return [entry for entry in parser.feed_error_log if entry.domain_name == "SCHEMASV"]


def _refuse_misfit(file: Path, parser: etree.XMLParser, piece: int) -> None:
    for misfit in _misfits(parser)[:1]:
        what = f"does not fit the structure of DIDS v1.0{_what_is_wrong(misfit)}"
        raise _refusal(file, what, _line_of_misfit(file, piece))


def _line_of_misfit(file: Path, piece: int) -> int:
    """The line on which what does not fit was found: the schema does not say, so its piece is read by line."""
    parser, before = _parser(), 0
    with file.open("rb") as content:
        for _ in range(piece):
            whole = content.read(_AT_A_TIME)
            before += whole.count(b"\n")
            parser.feed(whole)
        for number, line in enumerate(BytesIO(content.read(_AT_A_TIME)), start=1):
            with suppress(etree.LxmlError):  # what is not well formed comes after what does not fit
                parser.feed(line)
            if _misfits(parser):
                return before + number
    return 0


def _what_is_wrong(entry: LogEntry) -> str:
    """What the schema says of it, in words of our own: its own show what stands in the file."""
    if "Missing child element" in entry.message:
        return ": an element is missing"
    return f": {_WRONG[entry.type_name]}" if entry.type_name in _WRONG else ""


def _refusal(file: Path, what: str, line: int) -> InputRefused:
    on_line = f"line {line} " if line else ""
    return InputRefused(f"{on_line}{what} (rule DIDS076)", where=str(file), do=_DO)


def _schema() -> etree.XMLSchema:
    parts = "".join(
        _element(name, of, 'maxOccurs="unbounded"' if name == ACTIVITY else "") for name, of in _tree().items()
    )
    return etree.XMLSchema(
        etree.fromstring(_SCHEMA.format(namespace=NAMESPACE, root=ROOT, record=RECORD, parts=parts))
    )


def _tree() -> Tree:
    """The parts and their elements as they lie in each other; for an item's element, the attribute or nothing."""
    tree: Tree = {}
    for item in ITEMS:
        path, _, attribute = item.xml.partition("@")
        *above, name = path.split("/")
        inside = tree
        for part in above:
            inside = cast("Tree", inside.setdefault(part, {}))
        inside[name] = attribute
    return tree


def _element(name: str, of: Tree | str, occurs: str = 'minOccurs="0"') -> str:
    if isinstance(of, dict):
        elements = "".join(_element(inner, inside) for inner, inside in of.items())
        return _WITH_ELEMENTS.format(name=name, occurs=occurs, elements=elements)
    template = _WITH_ATTRIBUTE if of else _WITH_TEXT
    return template.format(name=name, occurs=occurs, attribute=of)
