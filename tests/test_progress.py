"""What a run says of its pace."""

import pytest

from publish import progress
from publish.progress import Pace


@pytest.mark.parametrize(
    ("lasted", "read", "records", "said"),
    [
        (4.9, 50, 1000, ""),  # too soon to tell
        (10.0, 0, 0, ""),
        (10.0, 50, 1_000_000, ", 100,000 records a second, about 10 seconds left"),
        (10.0, 100, 1_000_000, ", 100,000 records a second, about 2 seconds left"),
        (600.0, 25, 90_000_000, ", 150,000 records a second, about 30 minutes left"),
    ],
)
def test_how_fast_and_how_long(monkeypatch, lasted, read, records, said):
    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    pace = Pace(100)
    pace.went_on(read, records)
    now += lasted
    assert str(pace) == said
