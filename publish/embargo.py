"""When a release becomes public: at a time of day in the United Kingdom, on its date of publication."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from publish.edition import Edition
from publish.period import time_of_day
from publish.writing.manifest import edition_of

UK: Final = ZoneInfo("Europe/London")


def publication_time(edition: Edition) -> datetime:
    """The moment from which the release may be read by everyone: 9.30am UK time on its date.

    Rule: publication specification, Calendar.
    """
    return datetime.combine(edition.published, time_of_day(edition.house.publication_time), tzinfo=UK)


def was_public(approval: Mapping[str, Any]) -> bool:
    """Whether what was approved (see `read_approval`) was so at or after its time of publication."""
    at = datetime.fromisoformat(approval["approved_at"])
    return not under_embargo(edition_of(approval["manifest"], draft=False), at)


def under_embargo(edition: Edition, now: datetime) -> bool:
    """Whether that moment is still to come."""
    return now.astimezone(UTC) < publication_time(edition).astimezone(UTC)
