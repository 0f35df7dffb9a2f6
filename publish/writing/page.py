"""What the document and the landing page share: the templates, and how a file for download is described."""

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from publish.bundled import bundled

FILE_TYPES: Final = {
    ".csv": "CSV",
    ".html": "Web page",
    ".json": "Metadata in JSON",
    ".ods": "OpenDocument spreadsheet",
    ".pdf": "PDF",
    ".png": "PNG image",
    ".svg": "SVG image",
    ".xlsx": "Excel workbook",
}


def write_page(template: str, file: Path, **content: Any) -> Path:  # noqa: ANN401 - whatever the template names
    """Write a template's page to `file`: HTML that is also well-formed XML, every value escaped."""
    pages = Environment(
        loader=FileSystemLoader(bundled("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    pages.filters["type_and_size"] = type_and_size
    file.write_text(pages.get_template(template).render(content), encoding="utf-8", newline="\n")
    return file


def type_and_size(file: Path) -> str:
    """`Excel workbook, 210 KB`: what stands beside a link to a file."""
    return f"{FILE_TYPES.get(file.suffix, file.suffix.lstrip('.').upper() or 'file')}, {size(file.stat().st_size)}"


def size(count: int) -> str:
    """Bytes in KB (at least 1), from 1 MB up in MB to one decimal; 1 KB is 1,024 bytes."""
    kilobytes = (count + 512) // 1024
    return f"{max(kilobytes, 1)} KB" if kilobytes < 1024 else f"{count / 1024 / 1024:.1f} MB"
