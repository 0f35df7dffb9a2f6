"""What a user can get wrong: where, what, and what to do next. Never a traceback, never a patient value."""

from collections.abc import Iterable
from difflib import get_close_matches


class PublishError(Exception):
    """A mistake that a user can mend.

    `what` says what is wrong, `where` names the file, folder or option, `do` the next step.
    `exit_code` is what the command ends with.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.do = what, where, do

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        step = f"\n  What to do: {self.do}" if self.do else ""
        return f"{place}{self.what}{step}"


class UsageError(PublishError):
    """The command was called in a way it does not understand (exit code 2)."""


class InputRefused(PublishError):
    """Records or reference data that cannot be used (exit code 3)."""

    exit_code = 3


class Disclosed(PublishError):
    """Files from which something can be learnt that the rule hides (exit code 4)."""

    exit_code = 4


class NotApproved(PublishError):
    """A release that may not be published as it stands (exit code 5)."""

    exit_code = 5


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """A sentence naming the nearest known word, or nothing."""
    near = get_close_matches(given, list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
