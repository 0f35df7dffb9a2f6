"""When a release becomes public: at a time of day in the United Kingdom, on its date of publication."""

import re
from datetime import UTC, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from publish.edition import Edition
from publish.errors import UsageError

UK: Final = ZoneInfo("Europe/London")
_TIME: Final = re.compile(r"(\d{1,2})(?:[.:](\d{2}))? ?(am|pm)")


def publication_time(edition: Edition) -> datetime:
    """The moment from which the release may be read by everyone: 9.30am UK time on its date.

    Rule: publication specification, Calendar. Raises UsageError where the house details give no time of day.
    """
    return datetime.combine(edition.published, _time_of_day(edition.house.publication_time), tzinfo=UK)


def under_embargo(edition: Edition, now: datetime) -> bool:
    """Whether that moment is still to come."""
    return now.astimezone(UTC) < publication_time(edition).astimezone(UTC)


def _time_of_day(text: str) -> time:
    found = _TIME.fullmatch(text.strip().lower())
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (0, 60)
    if not found or not 1 <= hour <= 12 or minute > 59:
        raise UsageError(
            f"{text!r} is no time of day", where="[calendar] time of the house details", do="write it as 9.30am"
        )
    return time(hour % 12 + (12 if found[3] == "pm" else 0), minute)
