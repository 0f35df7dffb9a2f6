"""The manifest of a release: what it was made from, by what, and every file with its hash."""

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import UTC, date, datetime
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any, Final

from publish.disclosure.policy import Policy
from publish.edition import Edition
from publish.errors import NotApproved, UsageError, did_you_mean
from publish.folders import INTERNAL, put_back
from publish.house import House
from publish.period import parse_period

FILE_NAME: Final = "manifest.json"
APPROVAL: Final = "approval.json"
DISTRIBUTION: Final = "publish"


def write_manifest(
    edition: Edition, policy: Policy, sources: Mapping[str, Any], outputs: Mapping[str, str], folder: Path
) -> None:
    """Write `manifest.json` into `folder`.

    `sources` are the inputs, reference data and ledger as plain values; `outputs` are the files made, with their
    hashes.
    """
    manifest = {
        "release": {
            "name": edition.name,
            "period": edition.period.name,
            "status": edition.status,
            "published": edition.published.isoformat(),
            "next_published": edition.next_published.isoformat(),
            "made_up_records": edition.made_up,
            "revised": {table: day.isoformat() for table, day in edition.revised},
        },
        **sources,
        "policy": asdict(policy),
        "house": asdict(edition.house),
        "packages": package_versions(),
        "outputs": dict(outputs),
    }
    _write(manifest, folder / FILE_NAME)


def write_approval(
    by: str,
    at: datetime,
    reviewed: Mapping[str, Any],
    outputs: Mapping[str, str],
    manifest: Mapping[str, Any],
    folder: Path,
) -> None:
    """Write `approval.json` into `folder`.

    It says who approved and when, what the review came to, the files made public with their hashes, and has the
    manifest of what was approved. It stays beside what is public when a new draft is made with a manifest of
    its own.
    """
    approval = {"approved_by": by, "approved_at": at.astimezone(UTC).isoformat(timespec="seconds"), **reviewed}
    _write({**approval, "outputs": dict(outputs), "manifest": dict(manifest)}, folder / APPROVAL)


def read_approval(folder: Path) -> dict[str, Any] | None:
    """The approval of what is public; None where nothing was approved yet."""
    file = folder / APPROVAL
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def manifest_of(release: Path) -> dict[str, Any]:
    """The manifest of the release in a folder. Raises UsageError where there is none."""
    if release.name:  # the root of a disk has none
        put_back(release)
    if not (release / INTERNAL / FILE_NAME).is_file():
        others = [path.name for path in release.parent.glob("*") if (path / INTERNAL).is_dir()]
        raise UsageError(
            f"there is no release there.{did_you_mean(release.name, others)}",
            where=str(release),
            do="name a release that `publish release` made",
        )
    return read_manifest(release / INTERNAL)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest in `folder`."""
    return json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))


def edition_of(manifest: Mapping[str, Any], *, draft: bool) -> Edition:
    """The edition that the manifest describes, as a draft or as its public form."""
    release, house = manifest["release"], dict(manifest["house"])
    _refuse_other_version(release, house)
    return Edition(
        period=parse_period(release["period"]),
        published=date.fromisoformat(release["published"]),
        next_published=date.fromisoformat(release["next_published"]),
        house=House(address=tuple(house.pop("address")), **house),
        draft=draft,
        made_up=release["made_up_records"],
        revised=revised_of(manifest),
    )


def revised_of(manifest: Mapping[str, Any]) -> tuple[tuple[str, date], ...]:
    """The tables (by their file stem) that were revised, with the day of each."""
    return tuple((table, date.fromisoformat(day)) for table, day in manifest["release"]["revised"].items())


def _refuse_other_version(release: Mapping[str, Any], house: Mapping[str, Any]) -> None:
    """A draft of an older version may lack what an edition now says of itself."""
    if not {"period", "revised"} <= release.keys() or set(house) != {each.name for each in fields(House)}:
        raise NotApproved(
            "the draft was made by another version of this software",
            where=FILE_NAME,
            do="make the release again with `publish release`, review it, and approve that",
        )


def file_hashes(folder: Path, parts: Iterable[str]) -> dict[str, str]:
    """Every file under these parts of the folder, by its path from there, with the SHA-256 of its content."""
    files = sorted(file for part in parts for file in (folder / part).rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): sha256_of(file) for file in files}


def package_versions() -> dict[str, str]:
    """Python, this package and the packages it needs, with their versions."""
    needed = [text for text in requires(DISTRIBUTION) or () if "extra ==" not in text]
    names = sorted({DISTRIBUTION, *_names(needed)})
    return {"python": platform.python_version()} | {name: version(name) for name in names}


def _names(requirements: Iterable[str]) -> Iterable[str]:
    return (text.split(">")[0].split("=")[0].split("<")[0].strip() for text in requirements)


def _write(content: Mapping[str, Any], file: Path) -> None:
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def sha256_of(file: Path) -> str:
    """The SHA-256 of what a file holds."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
