"""Whether tables that replace published ones say on which day.

Rule: publication specification, Workbook style: `Revised` has the date when a table is republished.
"""

from publish.embargo import was_public
from publish.folders import APPROVED, INTERNAL
from publish.review.checks.draft import CheckedDraft, Outcome, failed_where, how_many
from publish.writing.manifest import read_approval, revised_of
from publish.writing.protected_files import differing


def revised_tables(draft: CheckedDraft) -> Outcome:
    """Failed where a table has other figures than what is public of this release, and no new day of revision."""
    approval, public = read_approval(draft.folder / INTERNAL), draft.folder / APPROVED
    if approval is None or not was_public(approval) or not public.is_dir():
        return failed_where((), "", "Nothing of this release is public yet.")
    before, now = dict(revised_of(approval["manifest"])), dict(draft.edition.revised)
    changed = differing(draft.tables, public)
    undated = [table for table in changed if now.get(table) == before.get(table)]
    return failed_where(
        undated,
        f"{how_many(len(undated), 'table has', 'tables have')} other figures than what is public, and no new day "
        "of revision. Make the release again with --revised and the day.",
        f"{how_many(len(changed), 'table has', 'tables have')} other figures than what is public, each with a day.",
    )
