"""The disclosure rule as data."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publish.bundled import bundled
from publish.errors import UsageError
from publish.house import overlay, read_toml

LARGEST: Final = 1_000_000  # a rule that hides more hides the whole publication
MOST_DECIMALS: Final = 3


@dataclass(frozen=True)
class Policy:
    """Counts below `threshold` (but not zero) are hidden; others are shown to the nearest `rounding_base`.

    A median is hidden where its count is, and where it rests on fewer than `fewest_dates` tests with both dates.
    Percentages are shown to `percentage_decimals` decimals.
    """

    threshold: int
    rounding_base: int
    fewest_dates: int
    percentage_decimals: int = 0


def load_policy(file: Path | None = None) -> Policy:
    """The bundled policy, overlaid with that of `file`. Raises UsageError where it cannot be used."""
    settings = tomllib.loads((bundled("reference_data") / "policy.toml").read_text(encoding="utf-8"))
    if file is not None:
        overlay(settings, read_toml(file), where=str(file))
    for name, value in settings.items():
        least, most = (0, MOST_DECIMALS) if name == "percentage_decimals" else (1, LARGEST)
        if not least <= value <= most:
            raise UsageError(
                f"{name} = {value} is not from {least} to {most}",
                where=str(file),
                do="give a whole number in that range",
            )
    if 2 * settings["threshold"] < settings["rounding_base"]:
        raise UsageError(
            f"a count of {settings['threshold']} would be shown as 0, rounded to the nearest "
            f"{settings['rounding_base']}",
            where=str(file),
            do="give a threshold of at least half the rounding base",
        )
    return Policy(**settings)
