"""One release: its stages in order, from files of records to a draft with its review pack."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Final

import polars as pl

from publish.counts.engines import Engine
from publish.counts.reduction import RULE_KEYS, Counts, add
from publish.counts.submitted import rules_in_words
from publish.disclosure.policy import Policy, load_policy
from publish.edition import Edition
from publish.embargo import was_public
from publish.errors import InputRefused, UsageError
from publish.folders import APPROVED, DRAFT, INTERNAL, LISTED, PROTECTED, PUBLIC, carry_over, whole, writable
from publish.house import House, load_house
from publish.period import YEARS, MonthlyPeriod, in_words, spans
from publish.progress import Tell
from publish.quality.earlier_years import EarlierYears, read_earlier_years
from publish.records.files import RecordFile
from publish.records.intake import Terms
from publish.records.overlap import is_part, overlap
from publish.reference.tables import ReferenceData, load_reference
from publish.release_review import Findings, MadeDraft, find, leave_review, refuse_edited
from publish.release_tables import left_out, release_tables
from publish.tables.catalogue import MONTHLY_TABLES
from publish.tables.ledger import COMPARISON_MONTH, IN_TABLES, by_outcome, make_ledger
from publish.writing.beside import beside_the_rest
from publish.writing.content import ReleaseTables
from publish.writing.manifest import APPROVAL, file_hashes, read_approval, revised_of, write_manifest
from publish.writing.protected_files import differing, save_tables

KEPT: Final = (PUBLIC, f"{INTERNAL}/{APPROVAL}", APPROVED)  # what is public, until the next approval
STORE: Final = ".counts"  # in the output folder, beside the releases


@dataclass(frozen=True)
class Settings:
    """What a release is made with: the user's files, or what is bundled where None.

    `previous` are folders of earlier published workbooks, with which an annual release compares. `revised` is the
    day on which tables with other figures replace those that are public. `unchecked` leaves what reads the finished
    files (accessibility, links, the audit, the comparison) to approval. `engine` counts the records.
    """

    output: Path
    reference_folder: Path | None = None
    config: Path | None = None
    policy: Path | None = None
    published: date | None = None
    previous: Sequence[Path] = ()
    terms: Terms = field(default_factory=Terms)
    revised: date | None = None
    unchecked: bool = False
    engine: Engine = field(default_factory=Engine)


@dataclass(frozen=True)
class Made:
    """What a run made: the folder of the release, its ledger (see `make_ledger`), and what a reader should know."""

    folder: Path
    ledger: pl.DataFrame
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Counted:
    """What the records of a run come down to: the counts of each file, all of them together, and the ledger."""

    by_file: dict[RecordFile, Counts]
    counts: Counts
    ledger: pl.DataFrame


def make_release(period: MonthlyPeriod, records: Sequence[str], settings: Settings, tell: Tell) -> Made:
    """Make the draft of the release for that period: a monthly, or an annual one.

    Raises UsageError and InputRefused where the settings or the records cannot be used; then nothing is changed.
    """
    house, policy = load_house(settings.config), load_policy(settings.policy)
    reference = load_reference(settings.reference_folder)
    published = _publication_date(period, house, settings.published)
    _refuse_early_revision(settings.revised, published)
    files = settings.engine.find(records)
    made_up = any(settings.engine.is_made_up(file) for file in files)
    earlier = _earlier_years(period, settings.previous, made_up=made_up)
    counted = _counted(files, period, reference, settings, tell)
    tell("Building the tables" + (", and looking for further counts to hide" if policy.hides_more else ""))
    folder = settings.output / f"{period.name}-{period.status.lower()}"
    edition = Edition(
        period=period,
        published=published,
        next_published=_next_publication_date(period, house, published),
        house=house,
        draft=True,
        made_up=made_up,
    )
    with whole(folder) as making:
        with beside_the_rest() as beside:
            tables, findings = _tables_and_findings(counted, edition, policy, reference, earlier, folder, tell)
            edition = replace(edition, revised=_revised(tables, folder, settings.revised))
            write_edition(tables, edition, making / DRAFT, beside, tell)
        remarks = (
            *_lacking_in_some(counted),
            *_remarks(counted.ledger, period, reference),
            *left_out(counted.counts, period, reference),
            *(earlier.remarks if earlier else ()),
            *_overlap(counted.by_file, settings.terms),
        )
        _write_internal(tables, counted, settings.terms, making)
        sources = _sources(counted, reference, settings) | {"remarks": remarks}
        hashes = file_hashes(making, LISTED)
        write_manifest(edition, policy, sources, hashes, making / INTERNAL)
        for kept in KEPT:
            carry_over(folder / kept, making / kept)
        made = MadeDraft(making, folder, tables, counted.ledger, edition, reference, remarks, hashes)
        leave_review(made, findings, settings.terms.submitted, tell, unchecked=settings.unchecked)
        refuse_edited(folder, findings.version)
    return Made(folder, counted.ledger, remarks)


def _tables_and_findings(
    counted: Counted,
    edition: Edition,
    policy: Policy,
    reference: ReferenceData,
    earlier: EarlierYears | None,
    folder: Path,
    tell: Tell,
) -> tuple[ReleaseTables, Findings]:
    """The tables of the release, and the provider issues that its counts show: looked for while tables are made."""
    with ThreadPoolExecutor(1) as aside:
        found = aside.submit(find, counted.counts, folder, edition, reference)
        figures = earlier.figures if earlier else None
        tables = release_tables(counted.counts, edition.period, reference, policy, figures)
        tell("Looking for provider issues")
        findings = found.result()
    return replace(tables, issues=findings.in_draft), findings


def _counted(
    files: Sequence[RecordFile], period: MonthlyPeriod, reference: ReferenceData, settings: Settings, tell: Tell
) -> Counted:
    """The records counted, from the store where they stand there; refused where they do not fit the period."""
    store = writable(settings.output) / STORE
    by_file = settings.engine.count(files, reference, settings.terms, store, tell, annual=period.annual)
    for file in files:
        if not is_part(file):  # an extract in several files may go beyond the months of the release
            _refuse_other_months(file, by_file[file], period)
    counts = add(by_file.values())
    ledger = make_ledger(counts, period, MONTHLY_TABLES)
    _refuse_empty_month(ledger, period)
    return Counted(by_file, counts, ledger)


def _write_internal(tables: ReleaseTables, counted: Counted, terms: Terms, folder: Path) -> None:
    """Write what is kept with the draft and never published: protected tables, ledger, the rules broken."""
    internal = folder / INTERNAL
    internal.mkdir()
    save_tables(tables, folder / PROTECTED)
    counted.ledger.write_csv(internal / "ledger.csv")
    if terms.apply_to(list(counted.by_file)):
        broken = counted.counts.rules.group_by(RULE_KEYS).agg(pl.col("records").sum())
        rules_in_words(broken.sort(RULE_KEYS, nulls_last=True)).write_csv(internal / "rules.csv")


def _sources(counted: Counted, reference: ReferenceData, settings: Settings) -> dict[str, object]:
    """What the manifest says the release was made from."""
    return {
        "inputs": [_input_entry(file, counts) for file, counts in counted.by_file.items()],
        "ledger": by_outcome(counted.ledger),
        "reference": [asdict(file) for file in reference.files],
        "previous": [str(folder) for folder in settings.previous],
    }


def write_edition(
    tables: ReleaseTables, edition: Edition, folder: Path, beside: ProcessPoolExecutor, tell: Tell
) -> None:
    """Write every file of an edition, draft or public, into a folder; some in the process `beside`."""
    # Loading what draws and writes takes longer than refusing a wrong path: it waits until it is needed.
    from publish.writing.outputs import write_outputs

    write_outputs(tables, edition, folder, beside, tell)


def _revised(tables: ReleaseTables, folder: Path, on: date | None) -> tuple[tuple[str, date], ...]:
    """The tables that are public with other figures, and the day of their revision; those of before keep theirs.

    Without a day they are left as they are: a check of the draft says so.
    """
    approval = read_approval(folder / INTERNAL)
    if approval is None or not was_public(approval) or not (folder / APPROVED).is_dir():
        return ()
    before = dict(revised_of(approval["manifest"]))
    now = dict.fromkeys(differing(tables, folder / APPROVED), on) if on else {}
    return tuple(sorted((before | now).items()))


def _refuse_other_months(file: RecordFile, counts: Counts, period: MonthlyPeriod) -> None:
    usable = period.usable
    if not set(counts.months) & {str(month) for month in usable}:
        raise InputRefused(
            f"holds no record with a test date in {in_words(usable)}",
            where=file.where,
            do="leave the file out of --records, or name another month or year",
        )


def _refuse_empty_month(ledger: pl.DataFrame, period: MonthlyPeriod) -> None:
    latest = ledger.filter(pl.col("month") == str(period.latest), pl.col("outcome") == IN_TABLES)
    if latest.is_empty():
        raise InputRefused(
            f"no record of {period.latest.words} reaches the tables",
            where="--records",
            do="name the month or year of the latest records, or add the file that holds that month",
        )


def _earlier_years(period: MonthlyPeriod, folders: Sequence[Path], *, made_up: bool) -> EarlierYears | None:
    """What was published of earlier years; a monthly release does not compare with them."""
    if folders and not period.annual:
        raise UsageError(
            "a monthly release does not compare with earlier years",
            where="--previous",
            do="leave it out, or name a financial year to release",
        )
    return read_earlier_years(folders, period.year, made_up=made_up) if folders else None


def _publication_date(period: MonthlyPeriod, house: House, given: date | None) -> date:
    """The day given, or the one of the calendar."""
    published = given or house.publication_date(period)
    if published <= period.latest.last_day:
        raise UsageError(
            f"{published} is not after {period.latest.words}",
            where="--published",
            do="give a day after the latest month",
        )
    if published.year not in YEARS:
        raise UsageError(
            f"{published} is after {YEARS[-1]}", where="--published", do="give the year of the publication"
        )
    return published


def _refuse_early_revision(revised: date | None, published: date) -> None:
    if revised and revised < published:
        raise UsageError(
            f"{revised} is before the day of publication, {published}",
            where="--revised",
            do="give the day on which the tables are published again",
        )


def _next_publication_date(period: MonthlyPeriod, house: House, published: date) -> date:
    """The first day after this publication that the calendar has for a later monthly release."""
    later = (house.publication_date(MonthlyPeriod(period.latest.plus(months))) for months in count(1))
    return next(day for day in later if day > published)


def _input_entry(file: RecordFile, counts: Counts) -> dict[str, object]:
    return {**file.identity, "records": counts.records, "months": counts.months}


def _remarks(ledger: pl.DataFrame, period: MonthlyPeriod, reference: ReferenceData) -> tuple[str, ...]:
    """What the user should know of a release that was made all the same."""
    held = set(ledger.filter(pl.col("outcome").is_in([IN_TABLES, COMPARISON_MONTH]))["month"])
    blank = [month for month in period.months if str(month) not in held]
    earlier = [month for month in period.usable if str(month) not in held and month not in period.months]
    cases = (
        (blank, "No record of {}: these columns are blank."),
        (earlier, "No record of {}: the document cannot compare with records of these months."),
    )
    remarks = [text.format(spans(months)) for months, text in cases if months]
    if reference.sites.is_empty():
        remarks.append(
            "No table of sites was given (--reference-data): a site's provider is told from its first characters, "
            "and providers with sites in several regions are kept out."
        )
    return tuple(remarks)


def _lacking_in_some(counted: Counted) -> tuple[str, ...]:
    """Items of patients that some files have and others have not."""
    by_item: dict[str, list[str]] = {}
    for file, of_file in counted.by_file.items():
        for item in set(of_file.lacking) - set(counted.counts.lacking):
            by_item.setdefault(item, []).append(file.name)
    return tuple(
        f"{item} is not in {', '.join(files)}: it counts as not known there."
        for item, files in sorted(by_item.items())
    )


def _overlap(counted: dict[RecordFile, Counts], terms: Terms) -> tuple[str, ...]:
    return overlap({file: counts.months for file, counts in counted.items()}, terms)
