"""The patient source setting."""

import polars as pl

from publish.fields.reasons import SETTING_MISSING, SETTING_UNKNOWN, first_reason
from publish.records.values import code
from publish.reference.vocabulary import source_settings


def settings_of_codes(settings: pl.DataFrame) -> pl.DataFrame:
    """What the source settings as they stand in the records mean.

    `settings` has PATIENT_SOURCE_SETTING. Columns of the result: this, `setting` (code 01 to 07) and `reason`
    (null where the setting is known; rules DIDS020, 021).
    """
    given = code("PATIENT_SOURCE_SETTING")
    known = given.is_in([setting.code for setting in source_settings()])
    return settings.with_columns(
        setting=pl.when(known).then(given),
        reason=first_reason((given.is_null(), SETTING_MISSING), (~known, SETTING_UNKNOWN)),
    )
