"""One small release of made-up records, made by the commands, for the tests that look at what came out."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

NAME = "2024-03-provisional"
RECORDS = 30_000


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    exit_code: int
    out: str
    err: str


def publish(*words: object, cwd: Path) -> Finished:
    """Run the command line as a user would: another process, another folder."""
    run = subprocess.run(
        [sys.executable, "-m", "publish", *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=300
    )
    return Finished(run.returncode, run.stdout, run.stderr)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of `publish demo`: made-up records, a draft, an approved release."""
    folder = tmp_path_factory.mktemp("demo")
    done = publish("demo", "--records", RECORDS, cwd=folder)
    assert done.exit_code == 0, done.err
    return folder / "outputs"


@pytest.fixture(scope="session")
def release(demo: Path) -> Path:
    """The release folder of the demonstration."""
    return demo / NAME
