"""What the writers are given: the protected tables of one release, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

from publish.disclosure.control import ProtectedTable
from publish.disclosure.policy import Policy


@dataclass(frozen=True)
class ReleaseTables:
    """The protected tables of a monthly release.

    `provider` are the published tables by number (`1` to `6`, `12`), England and providers, the year so far.
    `england` are the tables of the document by number, England rows only, for thirteen months; `1` has a last
    label `All modalities`. `year_to_date` and `year_before` are `england["1"]` for the months of the year so far
    and for the same months a year earlier (None where the records lack any of them).
    `issues` are the provider issues, a sentence each. `policy` is the rule that protects the tables.
    """

    provider: Mapping[str, ProtectedTable]
    england: Mapping[str, ProtectedTable]
    year_to_date: ProtectedTable
    year_before: ProtectedTable | None
    issues: tuple[str, ...]
    policy: Policy
