"""The releases that stand beside one: which came before it, and what is public of them."""

from collections.abc import Iterator
from pathlib import Path

from publish.edition import Edition
from publish.folders import INTERNAL, PUBLIC
from publish.period import parse_period
from publish.writing.manifest import FILE_NAME, read_manifest


def earlier_public(release: Path, edition: Edition) -> list[Path]:
    """What everyone has of this publication already: what is public of this release, and of the one before it.

    The one before is the release beside it with the latest date of publication before its own.
    """
    own = [release / PUBLIC] if _has_files(release / PUBLIC) else []
    before = [folder / PUBLIC for folder in _before(release, edition) if _has_files(folder / PUBLIC)]
    return [*own, *before[-1:]]


def earlier_in_year(release: Path, edition: Edition) -> Path | None:
    """The release before this one of the same financial year; None where there is none beside it."""
    of_year = [folder for folder in _before(release, edition) if _year_of(folder) == str(edition.period.year)]
    return of_year[-1] if of_year else None


def _before(release: Path, edition: Edition) -> list[Path]:
    """The releases beside it that were published before it, and of made-up records only if it is; latest last."""
    return [folder for _, _, folder in sorted(_dated(release, edition))]


def _dated(release: Path, edition: Edition) -> Iterator[tuple[str, str, Path]]:
    for folder in release.parent.glob("*"):
        if folder.name != release.name and (folder / INTERNAL / FILE_NAME).is_file():
            about = read_manifest(folder / INTERNAL)["release"]
            if about["made_up_records"] == edition.made_up and about["published"] < edition.published.isoformat():
                yield about["published"], folder.name, folder


def _year_of(folder: Path) -> str:
    about = read_manifest(folder / INTERNAL)["release"]
    return str(parse_period(about["period"]).year) if "period" in about else ""


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())
