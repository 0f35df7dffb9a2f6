"""The gate before publication: what is about to be published is attacked first, with what was published before."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from publish.disclosure.audit.attack import Audited
from publish.disclosure.audit.attack import audit as attack
from publish.disclosure.audit.finding import Finding
from publish.disclosure.audit.rule import Rule
from publish.disclosure.policy import Policy
from publish.edition import Edition
from publish.errors import Disclosed
from publish.json_files import write_json
from publish.progress import Tell
from publish.writing.manifest import FILE_NAME, read_manifest

AUDIT_FILE: Final = "audit.json"  # in the internal folder of a release
MOST_NAMED: Final = 5


def rule_of(policy: Policy, *, strict: bool = False) -> Rule:
    """What the attacker knows of a policy. The two share no code: here one is told of the other."""
    return Rule(
        threshold=policy.threshold,
        rounding_base=policy.rounding_base,
        fewest_dates=policy.fewest_dates,
        hides_zero=policy.hides_zero,
        secondary=policy.hides_more,
        strict=strict,
    )


def attacked(folder: Path, against: Sequence[Path], policy: Policy, tell: Tell, *, strict: bool = False) -> Audited:
    """The audit of a folder that was published by a policy, with older folders. Raises InputRefused."""
    return attack(folder, against, rule_of(policy, strict=strict), tell)


def earlier_public(release: Path, edition: Edition, public: str, internal: str) -> list[Path]:
    """What an attacker has of this publication already: what is public of this release, and of the one before it.

    The one before is the release beside it with the latest date of publication before its own.
    """
    before: list[tuple[str, str, Path]] = []
    for folder in release.parent.glob("*"):
        if folder.name == release.name or not _has_files(folder / public) or not _has_manifest(folder / internal):
            continue
        about = read_manifest(folder / internal)["release"]
        if about["made_up_records"] == edition.made_up and about["published"] < edition.published.isoformat():
            before.append((about["published"], folder.name, folder / public))
    own = [release / public] if _has_files(release / public) else []
    return [*own, *(path for _, _, path in sorted(before)[-1:])]


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _has_manifest(folder: Path) -> bool:
    return (folder / FILE_NAME).is_file()


def write_audit(audited: Audited, folder: Path) -> None:
    """Write every finding, and what each route came to, into `audit.json`."""
    write_json(folder / AUDIT_FILE, audited.as_json())


def refuse_findings(audited: Audited, release: Path, internal: str) -> None:
    """Stop a release from which something can be learnt: raises Disclosed, naming cells and routes.

    All findings are left in `audit.json` beside the draft, which stays as it is.
    """
    if not audited.findings:
        return
    write_audit(audited, release / internal)
    named = "; ".join(f"{cell_of(finding)} ({finding.route})" for finding in audited.findings[:MOST_NAMED])
    more = len(audited.findings) - MOST_NAMED
    rest = f"; and {more:,} more" if more > 0 else ""
    raise Disclosed(
        f"something can be learnt that the rule hides: {named}{rest}",
        where=str(release),
        do=f"see {internal}/{AUDIT_FILE}, and make the release again with a policy that hides it",
    )


def cell_of(finding: Finding) -> str:
    """`DID-Table-10-….xlsx, Table 10, F14`."""
    cell = f"{finding.column}{finding.row}" if finding.column.isupper() else f"row {finding.row} {finding.column}"
    place = (finding.file, finding.sheet, cell.strip() if finding.row else "")
    return ", ".join(part for part in place if part)
