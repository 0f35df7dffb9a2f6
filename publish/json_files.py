"""What a command finds, as a JSON file for other programs."""

import json
from pathlib import Path
from typing import Any

from publish.errors import InputRefused


def write_json(file: Path, found: dict[str, Any]) -> None:
    """Write plain values as JSON. Raises InputRefused where nothing can be written there."""
    text = json.dumps(found, indent=2, ensure_ascii=False)
    try:
        file.write_text(f"{text}\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputRefused(
            "cannot be written", where=str(file), do="give a file in a folder that exists"
        ) from error
