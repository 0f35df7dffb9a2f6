"""Official files in small: rows as they stand in them."""

import gzip
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared" / "reference"
OFFICIAL = SHARED / "official"
COLUMNS = {
    1: "code",
    2: "name",
    3: "region",
    4: "icb",
    10: "postcode",
    11: "opened",
    12: "closed",
    13: "status",
} | {
    15: "parent",
    16: "joined",
    17: "left",
    26: "setting",
}


def ods(folder: Path, name: str, *rows: dict[str, str]) -> Path:
    """A file of 27 columns without a heading, all quoted."""
    numbers = {column: number for number, column in COLUMNS.items()}
    lines = []
    for row in rows:
        cells = [""] * 27
        for column, value in row.items():
            cells[numbers[column] - 1] = value
        lines.append(",".join(f'"{cell}"' for cell in cells))
    return written(folder, name, "\n".join(lines) + "\n")


def written(folder: Path, name: str, text: str | bytes) -> Path:
    """A file of that text; packed where its name ends in gz."""
    content = text if isinstance(text, bytes) else text.encode()
    file = folder / name
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return file


def trust(code: str, name: str, opened: str = "19910401", closed: str = "") -> dict[str, str]:
    """A row of etr."""
    return {"code": code, "name": name, "region": "Y56", "icb": "QMJ", "opened": opened, "closed": closed}


def practice(code: str, commissioner: str, joined: str, left: str = "", **more: str) -> dict[str, str]:
    """A row of epraccur."""
    row = {"code": code, "name": f"PRACTICE {code}", "region": "Y56", "opened": "19740401", "status": "ACTIVE"}
    return row | {"parent": commissioner, "joined": joined, "left": left, "setting": "RO76"} | more


def site(code: str, trust_code: str, joined: str = "", **more: str) -> dict[str, str]:
    """A row of ets."""
    row = {"code": code, "name": f"SITE {code}", "region": "Y56", "icb": "QMJ", "postcode": "N1 1AA"}
    return row | {"opened": "19950401", "parent": trust_code, "joined": joined} | more
