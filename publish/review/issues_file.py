"""`issues.toml`, beside the draft: what reviewers decided and said, written for people to read and to edit."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import tomli_w

from publish.errors import InputRefused, UsageError
from publish.folders import INTERNAL, replace_file
from publish.quality.provider_issue import Status
from publish.review.state import ReviewState
from publish.review.state_checks import state_from_json
from publish.writing.manifest import FILE_NAME as MANIFEST

FILE_NAME: Final = "issues.toml"
HEAD: Final = """\
# What reviewers decided of this draft. Change `status` of a decision to accepted, edited or rejected. One that is
# edited is published in the words of its `text`; one that is rejected needs a `reason`. An issue of your own is an
# [[added]] with category, org_code, months and text. The pack (publish review) writes this file too, without your
# comments.
"""


def read_state(folder: Path, content: Mapping[str, Any]) -> ReviewState:
    """What `issues.toml` in a release folder says of the draft in it; nothing decided where there is no such file.

    `content` is `internal/review.json` of that draft. Raises InputRefused where the file is no TOML, or says what
    is not understood or fits nothing in the draft.
    """
    file = folder / FILE_NAME
    if not file.is_file():
        return ReviewState()
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InputRefused(f"cannot be read as TOML ({error})", where=str(file), do="mend the line") from None
    try:
        return state_from_json(read, content)
    except UsageError as error:
        raise InputRefused(
            error.what, where=", ".join(filter(None, (str(file), error.where))), do=error.do
        ) from None


def write_state(state: ReviewState, folder: Path, content: Mapping[str, Any]) -> None:
    """Write `issues.toml`: every finding of the draft with what was decided of it, then all else that was said.

    `content` is `internal/review.json` of that draft.
    """
    replace_file(folder / FILE_NAME, "\n".join((HEAD, *_entries(state, content))))


def state_as_json(state: ReviewState) -> dict[str, Any]:
    """The state as plain values: the entries of each field of `ReviewState`."""
    return asdict(state)


def version_of(folder: Path) -> str:
    """What tells whether `issues.toml` was saved, or the draft made again, since it was read: a SHA-256 of both."""
    files = (file for file in (folder / FILE_NAME, folder / INTERNAL / MANIFEST) if file.is_file())
    return hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)).hexdigest()


def _entries(state: ReviewState, content: Mapping[str, Any]) -> Iterator[str]:
    decided = {decision.of: asdict(decision) for decision in state.decisions}
    for issue in content["issues"]:
        yield _comment(issue) + _entry("decisions", _decision(issue, decided.get(issue["id"], {})))
    for part, entries in state_as_json(state).items():
        for entry in entries if part != "decisions" else ():
            yield _entry(part, {field: value for field, value in entry.items() if value != ""})


def _decision(issue: Mapping[str, Any], decided: Mapping[str, Any]) -> dict[str, Any]:
    """A finding with its decision: the words of an edited one, of any other those that were drafted."""
    said = {name: decided[name] for name in ("by", "reason") if decided.get(name)}
    return {
        "of": issue["id"],
        "status": decided.get("status", str(Status.UNDECIDED)),
        "text": decided.get("text") or issue["text"],
        **said,
    }


def _comment(issue: Mapping[str, Any]) -> str:
    """What a reader of the file wants to know of a finding: how sure it is, and what was decided earlier."""
    earlier = "".join(f"# {line}\n" for line in (issue.get("earlier") or "").splitlines())
    return f"# {issue['confidence'].capitalize()} confidence.\n{earlier}"


def _entry(name: str, entry: Mapping[str, Any]) -> str:
    return f"[[{name}]]\n{tomli_w.dumps(entry)}"
