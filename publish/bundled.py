"""Where the templates and the reference data that come with the package are."""

from pathlib import Path

PACKAGE = Path(__file__).parent


def bundled(folder: str) -> Path:
    """The folder `templates` or `reference_data`: inside the installed package, or at the top of the project."""
    inside = PACKAGE / "bundled" / folder
    return inside if inside.is_dir() else PACKAGE.parent / folder
