"""What reviewers have decided and said of a draft. `issues.toml`, beside the draft, holds it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Decision:
    """What was decided of a finding. `of` is its identity; `text` the words of an edited one."""

    of: str
    status: str  # accepted, edited or rejected
    by: str = ""
    text: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Added:
    """An issue written by hand. Months are ISO; `category` as in `Category`."""

    category: str
    org_code: str
    months: tuple[str, ...]
    text: str
    by: str = ""


@dataclass(frozen=True)
class Comment:
    """A remark on a table (`Table 1`) or one of its cells (`F14`), open until somebody resolves it."""

    number: int
    table: str
    text: str
    by: str
    cell: str = ""
    resolved: bool = False
    resolution: str = ""


@dataclass(frozen=True)
class Waiver:
    """Why a failed check does not stop the release. `check` is its name."""

    check: str
    reason: str
    by: str


@dataclass(frozen=True)
class Access:
    """Who is given the release before it is published, and from when (ISO date and time, UK time)."""

    name: str
    role: str
    since: str


@dataclass(frozen=True)
class ReviewState:
    """Everything that reviewers have decided and said."""

    decisions: tuple[Decision, ...] = ()
    added: tuple[Added, ...] = ()
    comments: tuple[Comment, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    access: tuple[Access, ...] = ()
