"""The checks of a draft, each with a plain verdict: the figures in memory, and the finished files."""

from publish.review.checks.draft import CheckedDraft as CheckedDraft
from publish.review.checks.listing import FINISHED as FINISHED
from publish.review.checks.listing import checks_of_files as checks_of_files
from publish.review.checks.listing import run_checks as run_checks
