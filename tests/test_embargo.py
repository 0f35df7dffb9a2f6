"""When a release becomes public: 9.30am by the clocks of the United Kingdom, in summer and in winter."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from publish.disclosure.policy import load_policy
from publish.embargo import publication_time, under_embargo, was_public
from publish.errors import UsageError
from publish.writing.manifest import read_manifest, write_manifest
from tests.samples import sample_edition

#  published           house's time   in UTC
TIMES = [
    (date(2023, 7, 20), "9.30am", datetime(2023, 7, 20, 8, 30, tzinfo=UTC)),  # summer time
    (date(2023, 11, 16), "9.30am", datetime(2023, 11, 16, 9, 30, tzinfo=UTC)),
    (date(2023, 11, 16), "9:30 AM", datetime(2023, 11, 16, 9, 30, tzinfo=UTC)),
    (date(2023, 11, 16), "12.15pm", datetime(2023, 11, 16, 12, 15, tzinfo=UTC)),
    (date(2023, 11, 16), "12am", datetime(2023, 11, 16, 0, 0, tzinfo=UTC)),
    (date(2024, 3, 31), "9.30am", datetime(2024, 3, 31, 8, 30, tzinfo=UTC)),  # the day on which the clocks change
]


def edition(published, time):
    one = sample_edition()
    return replace(one, published=published, house=replace(one.house, publication_time=time))


@pytest.mark.parametrize(("published", "time", "moment"), TIMES)
def test_the_moment_of_publication(published, time, moment):
    assert publication_time(edition(published, time)) == moment
    assert not under_embargo(edition(published, time), moment)
    assert under_embargo(
        edition(published, time), moment.replace(second=0) - (datetime(1, 1, 2) - datetime(1, 1, 1))
    )


@pytest.mark.parametrize(
    ("at", "public"), [("2023-07-20T08:29:59+00:00", False), ("2023-07-20T08:30:00+00:00", True)]
)
def test_what_was_approved_under_embargo_was_not_public(tmp_path, at, public):
    write_manifest(edition(date(2023, 7, 20), "9.30am"), load_policy(), {}, {}, tmp_path)
    assert was_public({"approved_at": at, "manifest": read_manifest(tmp_path)}) is public


@pytest.mark.parametrize("time", ["half past nine", "25am", "9.75am", "", "0am"])
def test_what_is_no_time_of_day_is_refused(time):
    with pytest.raises(UsageError, match="is no time of day"):
        publication_time(edition(date(2023, 7, 20), time))
