"""The gate before publication: what is about to be published is attacked first, with what was published before."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from publish.disclosure.audit.attack import Audited
from publish.disclosure.audit.attack import audit as attack
from publish.disclosure.audit.finding import Finding
from publish.disclosure.audit.rule import Rule
from publish.disclosure.policy import Policy
from publish.errors import Disclosed
from publish.folders import INTERNAL
from publish.json_files import write_json
from publish.progress import Tell

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


def write_audit(audited: Audited, folder: Path) -> None:
    """Write every finding, and what each route came to, into `audit.json`."""
    write_json(folder / AUDIT_FILE, audited.as_json())


def refuse_findings(audited: Audited, release: Path) -> None:
    """Stop a release from which something can be learnt: raises Disclosed, naming cells and routes.

    All findings are left in `audit.json` beside the draft, which stays as it is.
    """
    if not audited.findings:
        return
    write_audit(audited, release / INTERNAL)
    named = "; ".join(f"{cell_of(finding)} ({finding.route})" for finding in audited.findings[:MOST_NAMED])
    more = len(audited.findings) - MOST_NAMED
    rest = f"; and {more:,} more" if more > 0 else ""
    raise Disclosed(
        f"something can be learnt that the rule hides: {named}{rest}",
        where=str(release),
        do=f"see {INTERNAL}/{AUDIT_FILE}, and make the release again with a policy that hides it",
    )


def cell_of(finding: Finding) -> str:
    """`DID-Table-10-….xlsx, Table 10, F14`."""
    cell = f"{finding.column}{finding.row}" if finding.column.isupper() else f"row {finding.row} {finding.column}"
    place = (finding.file, finding.sheet, cell.strip() if finding.row else "")
    return ", ".join(part for part in place if part)
