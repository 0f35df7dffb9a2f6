"""The sites, exams and settings of a piece of records, and what they mean on the days that its tests span."""

from dataclasses import dataclass

import polars as pl

from publish.counts.pieces import EXAM, SETTING, SITE, Coded, Numbered, Piece
from publish.fields.imaging import classes_of_exams
from publish.fields.organisation import providers_of_sites
from publish.fields.setting import settings_of_codes
from publish.reference.tables import ReferenceData


@dataclass(frozen=True)
class Codes:
    """The codes of a piece, and what `providers_of_sites`, `classes_of_exams` and `settings_of_codes` say of them.

    `sites` has the provider as `org_code`.
    """

    piece: Piece
    site: Coded
    exam: Coded
    setting: Coded
    sites: pl.DataFrame
    exams: pl.DataFrame
    settings: pl.DataFrame

    def told(self, sites: pl.DataFrame, exams: pl.DataFrame, settings: pl.DataFrame) -> tuple[Numbered, ...]:
        """What these frames say of the site, the exam and the setting of each record; any `reason` as
        `site_reason`, `exam_reason` and `setting_reason`.
        """
        return (
            self.piece.told_by(self.site, sites, reason="site_reason"),
            self.piece.told_by(self.exam, exams, reason="exam_reason"),
            self.piece.told_by(self.setting, settings, reason="setting_reason"),
        )


def codes_of(piece: Piece, reference: ReferenceData) -> Codes:
    """The codes of a piece looked up, each once."""
    site, exam, setting = (piece.coded(given) for given in (SITE, EXAM, SETTING))
    return Codes(
        piece,
        site,
        exam,
        setting,
        providers_of_sites(site.codes, reference, *piece.span).rename({"PROVIDER_CODE": "org_code"}),
        classes_of_exams(exam.codes, reference, *piece.span),
        settings_of_codes(setting.codes),
    )
