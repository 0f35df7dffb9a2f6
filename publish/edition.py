"""What every output of one release says about itself: period, status, dates, whether it is a draft."""

from dataclasses import dataclass
from datetime import date

from publish.house import House
from publish.period import MonthlyPeriod, date_in_words

MADE_UP_NOTICE = "Made-up records: a demonstration, not statistics."
DRAFT_NOTICE = "DRAFT: not for publication."


@dataclass(frozen=True)
class Edition:
    """One edition of a release. A draft and its public form differ in `draft` alone.

    `revised` are the tables (by their file stem) that were published before with other figures, and the day on
    which these replaced them. `embargoed`: it is made before its time of publication; its landing page says so.
    """

    period: MonthlyPeriod
    published: date
    next_published: date
    house: House
    draft: bool
    made_up: bool
    revised: tuple[tuple[str, date], ...] = ()
    embargoed: bool = False

    @property
    def name(self) -> str:
        """`2023-03-provisional` or `2022-23-final`, the name of the release and of its folder."""
        return f"{self.period.name}-{self.status.lower()}"

    @property
    def status(self) -> str:
        """`Provisional` or `Final`."""
        return self.period.status

    @property
    def published_in_words(self) -> str:
        """`20th July 2023`."""
        return date_in_words(self.published)

    def revised_in_words(self, table: str) -> str:
        """`8th February 2024`, of a table that was published with other figures before; else `-`."""
        day = dict(self.revised).get(table)
        return date_in_words(day) if day else "-"

    @property
    def notices(self) -> tuple[str, ...]:
        """What must stand at the top of every page and sheet: draft, made-up records."""
        return tuple(
            notice for notice, applies in ((DRAFT_NOTICE, self.draft), (MADE_UP_NOTICE, self.made_up)) if applies
        )

    def file_name(self, stem: str) -> str:
        """The stem with the marks of a draft and of made-up records before it."""
        return ("DRAFT-" if self.draft else "") + ("MADE-UP-" if self.made_up else "") + stem

    def dated(self, stem: str) -> str:
        """The stem with its marks, of a monthly release with the date of publication after it."""
        return self.file_name(stem if self.period.annual else f"{stem}-{self.published.isoformat()}")

    def table_stem(self, number: str, stem: str) -> str:
        """`DID-Table-1-2022-23-Modality-Provider-Counts-2023-07-20`, the published pattern, with the marks.

        Of an annual release without the date; of a table without a number `DID-2022-23-Regions-and-ICBs`.
        """
        return self.dated(
            f"DID-Table-{number}-{self.period.year}-{stem}" if number else f"DID-{self.period.year}-{stem}"
        )

    @property
    def accessible_stem(self) -> str:
        """`diagnostic-imaging-tables-2023-24`: in small letters, as the accessible points ask of a file name."""
        return self.file_name(f"diagnostic-imaging-tables-{self.period.name}").lower()
