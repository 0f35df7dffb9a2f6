"""House details: who publishes, how to reach them, the calendar. One file, `publication.toml`."""

import calendar
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from publish.bundled import bundled
from publish.errors import UsageError, did_you_mean
from publish.period import Month, publication_date


@dataclass(frozen=True)
class House:
    """What every output says about who made it."""

    title: str
    source: str
    prepared_by: str
    organisation: str
    address: tuple[str, ...]
    classification: str
    email: str
    statistics_url: str
    waiting_times_url: str
    data_collection_url: str
    licence_name: str
    licence_url: str
    publication_weekday: str
    publication_time: str
    weeks_after_month: int

    def publication_date(self, latest: Month) -> date:
        """The day on which the calendar puts the release up to that month."""
        weekday = list(calendar.day_name).index(self.publication_weekday)
        return publication_date(latest, weekday, self.weeks_after_month)


def load_house(config: Path | None = None) -> House:
    """The bundled house details, overlaid key by key with those of `config`.

    Raises UsageError where the file cannot be read, or has a key or a value that is not understood.
    """
    details = tomllib.loads((bundled("reference_data") / "publication.toml").read_text(encoding="utf-8"))
    if config is not None:
        overlay(details, read_toml(config), where=str(config))
    publication, links, licence, dates = (details[part] for part in ("publication", "links", "licence", "calendar"))
    if dates["weekday"] not in list(calendar.day_name):
        raise UsageError(
            f"{dates['weekday']!r} is not a day of the week",
            where=f"{config}, [calendar] weekday",
            do='write it in full, as in weekday = "Thursday"',
        )
    return House(
        address=tuple(publication.pop("address")),
        **publication,
        email=details["contact"]["email"],
        statistics_url=links["statistics"],
        waiting_times_url=links["waiting_times"],
        data_collection_url=links["data_collection"],
        licence_name=licence["name"],
        licence_url=licence["url"],
        publication_weekday=dates["weekday"],
        publication_time=dates["time"],
        weeks_after_month=dates["weeks_after_month"],
    )


def read_toml(file: Path) -> dict[str, Any]:
    """The content of a TOML file. Raises UsageError where it cannot be read."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            f"cannot be read as TOML ({error})", where=str(file), do="mend the file and run again"
        ) from None


def overlay(details: dict[str, Any], own: dict[str, Any], where: str) -> None:
    """Put the user's values over the bundled ones, refusing keys and types that the bundled file lacks."""
    for key, value in own.items():
        if key not in details:
            raise UsageError(
                f"{key!r} is not a known setting.{did_you_mean(key, details)}",
                where=where,
                do=f"use one of {', '.join(details)}",
            )
        if type(value) is not type(details[key]):
            raise UsageError(
                f"{key!r} should be a {type(details[key]).__name__}, not a {type(value).__name__}",
                where=where,
                do="write it as the bundled file does",
            )
        if isinstance(value, dict):
            overlay(details[key], value, where=f"{where}, [{key}]")
        else:
            details[key] = value
