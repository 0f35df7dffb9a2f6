"""The commands shown in the pages of `docs/`, and what they print when they are run.

A block of the kind `console` with `<!-- run -->` on the line before it is run, in order, in one new folder for
each page. `<!-- run: exit 3 -->` says with which code its commands end. In what a command printed, a line `...`
stands for lines left out. The folder is shown as `/home/ana`. A block with `<!-- file: own.toml -->` before it is
put into that folder under that name.

To write what the commands print now into the pages: python -m tests.docs.examples docs/make-a-release.md …
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

HOME = "/home/ana"  # how the folder in which the commands run is shown
PROMPT, CONTINUED, LEFT_OUT = "$ ", "\\", "..."
BLOCK = re.compile(
    r"(<!-- (?:run(?:: exit (?P<code>\d))?|file: (?P<file>[\w.-]+)) -->\n+```\w+\n)(?P<text>.*?)(?=^```$)",
    re.M | re.S,
)
# The command as it is when installed, whatever the path of this Python.
COMMAND = "import sys; sys.argv[0] = 'publish'; from publish.cli import main; main()"
FUNCTIONS = f'python() {{ \'{sys.executable}\' "$@"; }}\npublish() {{ python -P -c "{COMMAND}" "$@"; }}\n'


@dataclass(frozen=True)
class Example:
    """A command of a page, what the page says it prints, and the code with which it ends."""

    command: str
    printed: str
    exit_code: int


@dataclass(frozen=True)
class Wrong:
    """An example that does not end or print as the page says."""

    example: Example
    exit_code: int
    printed: str


def examples(page: str) -> list[Example]:
    """Every command of a page that is run, in order."""
    return [example for block in BLOCK.finditer(page) for example in examples_of(block)]


def wrong(page: str, folder: Path) -> list[Wrong]:
    """Put the files of a page into the folder and run its commands, in order: those that the page has wrong."""
    found: list[Wrong] = []
    for block in BLOCK.finditer(page):
        put_file(block, folder)
        for example in examples_of(block):
            exit_code, printed = run(example.command, folder)
            if exit_code != example.exit_code or not fits(example.printed, printed):
                found.append(Wrong(example, exit_code, printed))
    return found


def put_file(block: re.Match[str], folder: Path) -> None:
    """Write the block to the file that it names, if it names one."""
    if block["file"]:
        (folder / block["file"]).write_text(block["text"], encoding="utf-8")


def examples_of(block: re.Match[str]) -> Iterator[Example]:
    """The commands of one block, each with the lines under it."""
    if block["file"]:
        return
    for part in re.split(r"^\$ ", block["text"], flags=re.M)[1:]:
        lines = part.splitlines()
        last = next(number for number, line in enumerate(lines) if not line.endswith(CONTINUED))
        command, printed = lines[: last + 1], lines[last + 1 :]
        yield Example("\n".join(command), "\n".join(printed).strip("\n"), int(block["code"] or 0))


def run(command: str, folder: Path) -> tuple[int, str]:
    """Run a command as the reader would, in that folder: its exit code, and what it printed."""
    settings = {"COLUMNS": "100", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-c", FUNCTIONS + command],
        cwd=folder,
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    lines = (line.rstrip() for line in done.stdout.replace(str(folder), HOME).splitlines())
    return done.returncode, "\n".join(lines).strip("\n")


def fits(shown: str, printed: str) -> bool:
    """Whether a command printed what the page shows, lines left out aside."""
    pattern = "".join(r"(?:.*\n)*?" if line == LEFT_OUT else re.escape(f"{line}\n") for line in shown.splitlines())
    return re.fullmatch(pattern, f"{printed}\n" if printed else "") is not None


def rewritten(page: str, folder: Path) -> str:
    """The page with what its commands print now; blocks with lines left out stay as they are where they fit."""

    def block(found: re.Match[str]) -> str:
        put_file(found, folder)
        if found["file"]:
            return found[0]
        parts: list[str] = []
        for example in examples_of(found):
            exit_code, printed = run(example.command, folder)
            if exit_code != example.exit_code:
                print(f"exit code {exit_code}, not {example.exit_code}: {example.command}\n{printed}")
            shown = example.printed if fits(example.printed, printed) else printed
            parts.append(f"{PROMPT}{example.command}\n" + (f"{shown}\n" if shown else ""))
        return found[1] + "".join(parts)

    return BLOCK.sub(block, page)


def main(pages: list[str]) -> None:
    """Rewrite the pages."""
    for name in pages:
        with TemporaryDirectory() as folder:
            text = rewritten(Path(name).read_text(encoding="utf-8"), Path(folder).resolve())
        Path(name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
