"""What the CSV file of a link says about itself (CSVW, as the files of a release)."""

from publish.disclosure.control import NO_DATA, SUPPRESSED, ProtectedTable
from publish.disclosure.policy import Policy
from publish.writing.csv_metadata import CONTEXT, DIALECT, Json, column, notes, one_of, value_column

ENGLAND = "Empty for England."
DEFINITIONS = (
    "Every test stands once, in the band of the nearest event of the same person. 'before' and 'after' say where "
    "the test stands: '1 to 7 days before' is a test in the week before its event. Of two events as near, the one "
    "after the test counts.",
    "Where a total is hidden (all tests of a row, England's of a band, all modalities together), what it adds up "
    "is left out.",
)


def linked_metadata(table: ProtectedTable, policy: Policy, file_name: str) -> Json:
    """The metadata of the linked table's file; columns as `link.published` gives them."""
    spec = table.spec
    columns = [
        one_of("level", "Level", "Whether the row is for England or for a provider.", ("England", "Provider")),
        column("org_code", "Organisation code", f"Code of the provider. {ENGLAND}", "string", required=False),
        column("provider_name", "Provider name", f"Name of the provider. {ENGLAND}", "string", required=False),
        one_of("modality", "Modality", "The modality.", (label.text for label in spec.labels)),
        one_of("band", "Band", "Where the test stands from its nearest event.", spec.setting_texts),
        value_column((table,)),
        one_of(
            "status",
            "Status of the value",
            f"Why there is no value: '{SUPPRESSED}' where it is of too few tests or persons to be shown, "
            f"'{NO_DATA}' where there is no such test. Empty where there is a value.",
            (SUPPRESSED, NO_DATA),
            required=False,
        ),
    ]
    return {
        "@context": CONTEXT,
        "url": file_name,
        "dc:title": spec.title,
        "dc:description": f"{spec.summary}.",
        "rdfs:comment": [*DEFINITIONS, _persons(policy), *notes(policy)],
        "lang": "en",
        "dialect": DIALECT,
        "tableSchema": {
            "columns": columns,
            "primaryKey": ["level", "org_code", "provider_name", "modality", "band"],
        },
    }


def _persons(policy: Policy) -> str:
    return f"A count is hidden as well where its tests are those of fewer than {policy.threshold} persons."
