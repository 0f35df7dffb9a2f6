"""The gate before publication: what is about to be published is attacked first."""

from collections.abc import Sequence
from pathlib import Path

from publish.disclosure.audit.attack import Audited
from publish.disclosure.audit.attack import audit as attack
from publish.disclosure.audit.rule import Rule
from publish.disclosure.policy import Policy, load_policy
from publish.progress import Tell


def rule_of(policy: Policy, *, strict: bool = False) -> Rule:
    """What the attacker knows of a policy. The two share no code: here one is told of the other."""
    return Rule(
        threshold=policy.threshold,
        rounding_base=policy.rounding_base,
        fewest_dates=policy.fewest_dates,
        secondary=policy.secondary == "lp",
        strict=strict,
    )


def attacked(
    folder: Path, against: Sequence[Path], policy: Path | None, tell: Tell, *, strict: bool = False
) -> Audited:
    """The audit of a folder by the bundled policy, or that of a file. Raises InputRefused, UsageError."""
    return attack(folder, against, rule_of(load_policy(policy), strict=strict), tell)
