"""House details: who publishes, how to reach them, the calendar. One file, `publication.toml`."""

import calendar
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from publish.bundled import bundled
from publish.errors import UsageError, did_you_mean
from publish.period import MonthlyPeriod, publication_date, time_of_day

LATEST_WEEKS: Final = 104  # two years: a release after that is a slip of the pen
_IN_WORDS: Final[dict[type, str]] = {
    str: "text in quotation marks",
    int: "a whole number",
    float: "a number with a decimal point",
    bool: "true or false",
    dict: "a section",
}


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
    press: str
    statistics_url: str
    waiting_times_url: str
    data_collection_url: str
    licence_name: str
    licence_url: str
    publication_weekday: str
    publication_time: str
    weeks_after_month: int
    weeks_after_year: int

    def publication_date(self, period: MonthlyPeriod) -> date:
        """The day on which the calendar puts the release for that period."""
        weekday = list(calendar.day_name).index(self.publication_weekday)
        weeks = self.weeks_after_year if period.annual else self.weeks_after_month
        return publication_date(period.latest, weekday, weeks)


def load_house(config: Path | None = None) -> House:
    """The bundled house details, overlaid key by key with those of `config`.

    Raises UsageError where the file cannot be read, or has a key or a value that is not understood.
    """
    details = tomllib.loads((bundled("reference_data") / "publication.toml").read_text(encoding="utf-8"))
    if config is not None:
        overlay(details, read_toml(config), where=str(config))
    publication, links, licence, dates = (details[part] for part in ("publication", "links", "licence", "calendar"))
    _check_calendar(dates, where=f"{config}, [calendar]")
    return House(
        address=tuple(publication.pop("address")),
        **publication,
        email=details["contact"]["email"],
        press=details["contact"]["press"],
        statistics_url=links["statistics"],
        waiting_times_url=links["waiting_times"],
        data_collection_url=links["data_collection"],
        licence_name=licence["name"],
        licence_url=licence["url"],
        publication_weekday=dates["weekday"],
        publication_time=dates["time"],
        weeks_after_month=dates["weeks_after_month"],
        weeks_after_year=dates["weeks_after_year"],
    )


def _check_calendar(dates: dict[str, Any], where: str) -> None:
    if dates["weekday"] not in list(calendar.day_name):
        raise UsageError(
            f"{dates['weekday']!r} is not a day of the week.{did_you_mean(dates['weekday'], calendar.day_name)}",
            where=f"{where} weekday",
            do='write it in full, as in weekday = "Thursday"',
        )
    time_of_day(dates["time"], where=f"{where} time")
    for weeks in ("weeks_after_month", "weeks_after_year"):
        if not 1 <= dates[weeks] <= LATEST_WEEKS:
            raise UsageError(
                f"{dates[weeks]} is not from 1 to {LATEST_WEEKS}",
                where=f"{where} {weeks}",
                do="give the weeks from the end of the latest month to the release",
            )


def read_toml(file: Path) -> dict[str, Any]:
    """The content of a TOML file. Raises UsageError where it cannot be read."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
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
        _check_kind(key, value, details[key], where)
        if isinstance(value, dict):
            overlay(details[key], value, where=f"{where}, [{key}]")
        else:
            details[key] = value


def _check_kind(key: str, value: object, bundled_value: object, where: str) -> None:
    """Refuse another kind of value than the bundled one, in a list too, and text that says nothing."""
    wanted, given = _kind(bundled_value), _kind(value)
    if given != wanted:
        raise UsageError(
            f"{key!r} should be {wanted}, not {given}", where=where, do="write it as the bundled file does"
        )
    texts: list[object] = value if isinstance(value, list) else [value]
    if any(isinstance(text, str) and not text.strip() for text in texts):
        raise UsageError(f"{key!r} is empty", where=where, do="write something there, or leave the key out")


def _kind(value: object) -> str:
    """What a value is, in words: a list by what it lists."""
    if not isinstance(value, list):
        return _IN_WORDS.get(type(value), "a date or time")
    listed: list[object] = value
    return " ".join(["a list", *sorted({f"of {_kind(part)}" for part in listed})])
