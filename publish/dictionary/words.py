"""The published words, and what the codes of records mean."""

from collections.abc import Iterator

from publish.dictionary.markdown import table
from publish.records.referrers import referrer_types
from publish.reference.vocabulary import (
    cancer_groups,
    default_practices,
    ethnic_categories,
    ethnic_groups,
    modalities,
    nhs_number_statuses,
    person_genders,
    source_settings,
)


def of_words() -> Iterator[str]:
    """The published words."""
    yield "## Words"
    yield "### Modalities"
    headings = ("Published name", "Everyday name", "Tables 1 to 3", "Table 12")
    yield table(
        headings,
        (
            (m.modality, m.common_name, "yes" if m.in_provider_tables else "no", m.interventional_name or "no")
            for m in modalities()
        ),
    )
    yield "### Groups of tests suitable for diagnosing cancer"
    yield table(
        ("Published name", "Value of `early_diagnosis_of_cancer` in the exam look-up"),
        ((group.cancer_group, group.early_diagnosis_of_cancer) for group in cancer_groups()),
    )
    yield "### Patient source settings"
    yield table(("Code", "Name"), ((setting.code, setting.source_setting) for setting in source_settings()))
    yield from of_codes()


def of_codes() -> Iterator[str]:
    """What the codes of the patient and of the referrer mean."""
    groups = ethnic_groups()
    yield "### Ethnic categories"
    yield table(
        ("Code", "Category", "Group"),
        ((code, category, groups[code]) for code, category in ethnic_categories().items()),
    )
    yield "### Person genders"
    yield table(("Code", "Meaning"), person_genders().items())
    yield "### NHS number statuses"
    yield table(("Code", "Meaning"), nhs_number_statuses().items())
    yield "### Default practices"
    yield table(("Code", "Meaning"), default_practices().items())
    yield "### Referrer types"
    yield "By the pattern of the code, as a regular expression of the whole of it."
    yield table(
        ("Pattern", "Referrer"), ((f"`{known.pattern}`", known.referrer_type) for known in referrer_types())
    )
