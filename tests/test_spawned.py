"""Processes beside the first one: what is raised in them, and that none outlives it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from publish.errors import InputRefused, PublishError
from publish.spawned import processes

SAID = "table.csv: is damaged\n  What to do: mend it"
OF_ITS_OWN = """
import os, time
from publish.spawned import processes

if __name__ == "__main__":
    with processes(1) as beside:
        print(beside.submit(os.getpid).result(), flush=True)
        beside.submit(time.sleep, 60).result()
"""


def refuse() -> None:
    raise InputRefused("is damaged", where="table.csv", do="mend it")


def test_what_a_user_did_wrong_is_said_as_if_it_were_found_here():
    with pytest.raises(PublishError) as refused, processes(1) as beside:
        beside.submit(refuse).result()
    assert (type(refused.value), str(refused.value), refused.value.exit_code) == (InputRefused, SAID, 3)


def running(process: int) -> bool:
    """Whether there is such a process, which is not waiting to be buried."""
    state = Path(f"/proc/{process}/stat")
    try:
        return state.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux lists them")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_none_outlives_the_first_whatever_ends_that(tmp_path, how):
    script = tmp_path / "script.py"
    script.write_text(OF_ITS_OWN, encoding="utf-8")
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        beside = int(run.stdout.readline())
        assert running(beside) and beside != os.getpid()
        run.send_signal(how)
    until = time.monotonic() + 20
    while running(beside) and time.monotonic() < until:
        time.sleep(0.01)
    assert not running(beside)


BROKEN = """
import publish.cli
from publish.spawned import processes

def broken():
    raise KeyError("a value of a record")

def run():
    with processes(1) as beside:
        beside.submit(broken).result()

if __name__ == "__main__":
    publish.cli.app = run
    publish.cli.main()
"""


def test_a_bug_beside_the_rest_is_shown_by_its_place_alone(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(BROKEN, encoding="utf-8")
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "publish: a bug (KeyError)" in done.stderr and f'File "{script}", line 6, in broken' in done.stderr
    assert "a value" not in done.stderr
