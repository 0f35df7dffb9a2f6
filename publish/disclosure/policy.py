"""The disclosure rule as data."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from publish.bundled import bundled
from publish.errors import UsageError, did_you_mean
from publish.house import overlay, read_toml

LARGEST: Final = 1_000_000  # a rule that hides more hides the whole publication
MOST_DECIMALS: Final = 3
NO_SECONDARY, BY_LINEAR_PROGRAM = "none", "lp"
SECONDARY: Final = (NO_SECONDARY, BY_LINEAR_PROGRAM)


@dataclass(frozen=True)
class Policy:
    """Counts below `threshold` are hidden, zero if `hides_zero`; others are shown to the nearest `rounding_base`.

    A median is hidden where its count is, and where it rests on fewer than `fewest_dates` tests with both dates.
    Percentages are shown to `percentage_decimals` decimals. `secondary` says which further counts are hidden so
    that hidden ones cannot be worked out: `none`, or those that linear programming finds (`lp`).
    """

    threshold: int
    rounding_base: int
    fewest_dates: int
    percentage_decimals: int = 0
    hides_zero: bool = False
    secondary: str = NO_SECONDARY

    @property
    def least_hidden(self) -> int:
        """The smallest count that is hidden."""
        return 0 if self.hides_zero else 1

    @property
    def hides_more(self) -> bool:
        """Whether counts are hidden only to protect others."""
        return self.secondary != NO_SECONDARY


def load_policy(file: Path | None = None) -> Policy:
    """The bundled policy, overlaid with that of `file`. Raises UsageError where it cannot be used."""
    settings = tomllib.loads((bundled("reference_data") / "policy.toml").read_text(encoding="utf-8"))
    if file is not None:
        overlay(settings, read_toml(file), where=str(file))
    for name, value in settings.items():
        if isinstance(value, int) and not isinstance(value, bool):
            _check_range(name, value, file)
    if 2 * settings["threshold"] < settings["rounding_base"]:
        raise UsageError(
            f"a count of {settings['threshold']} would be shown as 0, rounded to the nearest "
            f"{settings['rounding_base']}",
            where=str(file),
            do="give a threshold of at least half the rounding base",
        )
    _check_secondary(settings, file)
    return Policy(**settings)


def _check_range(name: str, value: int, file: Path | None) -> None:
    least, most = (0, MOST_DECIMALS) if name == "percentage_decimals" else (1, LARGEST)
    if not least <= value <= most:
        raise UsageError(
            f"{name} = {value} is not from {least} to {most}",
            where=str(file),
            do="give a whole number in that range",
        )


def _check_secondary(settings: dict[str, Any], file: Path | None) -> None:
    """Refuse a word that is not known, and secondary suppression of rounded counts, or where zero is hidden."""
    secondary, base = settings["secondary"], settings["rounding_base"]
    if secondary not in SECONDARY:
        raise UsageError(
            f"secondary = {secondary!r} is not known.{did_you_mean(secondary, SECONDARY)}",
            where=str(file),
            do="write " + " or ".join(f'"{word}"' for word in SECONDARY),
        )
    if secondary != NO_SECONDARY and (base > 1 or settings["hides_zero"]):
        besides = f"these are rounded to the nearest {base}" if base > 1 else "here zero is hidden"
        raise UsageError(
            f"secondary = {secondary!r} is for counts that are not rounded, with zero shown, and {besides}",
            where=str(file),
            do='set rounding_base = 1 and hides_zero = false, or secondary = "none"',
        )
