"""What a command finds, as a JSON file for other programs."""

import json
from pathlib import Path
from typing import Any

from publish.errors import InputRefused
from publish.folders import replace_file


def write_json(file: Path, found: dict[str, Any] | list[Any]) -> None:
    """Write plain values as JSON. Raises InputRefused where nothing can be written there."""
    text = json.dumps(found, indent=2, ensure_ascii=False)
    try:
        replace_file(file, f"{text}\n")
    except OSError as error:
        raise InputRefused(
            "cannot be written", where=str(file), do="give a file in a folder that exists"
        ) from error
