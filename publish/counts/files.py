"""Files of records to counts: from the store where they stand there already, else read, and kept for the next run.

An extract is counted by itself. What submissions count depends on each other, as a later one replaces records of an
earlier: they are known in the store by all of them together, the terms and the reference data.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from publish.counts.annual import FROM_PATIENT
from publish.counts.reduction import NEEDED, Counts, reduce_file, reduce_records
from publish.counts.store import CountStore
from publish.counts.submitted import count_part
from publish.progress import Pace, Tell
from publish.records.files import RecordFile
from publish.records.intake import Terms, take_in
from publish.records.readers import items_there, read_records, refusing
from publish.records.values import with_local_codes_mapped
from publish.reference.tables import ReferenceData

_AT_ONCE: Final = 2  # files: one is read while another is counted, and two are held in memory
_RULES_VERSION: Final = 1  # goes up when the rules or the fates change, so that stored counts are made again


def count_files(
    files: Sequence[RecordFile],
    reference: ReferenceData,
    terms: Terms,
    store: Path,
    tell: Tell,
    *,
    annual: bool = False,
) -> dict[RecordFile, Counts]:
    """The counts of every file, in the order given; with `annual` also the sets that only the annual tables need.

    Raises InputRefused where a file cannot be read.
    """
    kept = CountStore(store, reference, annual)
    if terms.apply_to(files):
        return _count_submissions(files, reference, terms, kept, tell)
    return _count_extracts(files, reference, terms, kept, tell)


def _count_extracts(
    files: Sequence[RecordFile], reference: ReferenceData, terms: Terms, store: CountStore, tell: Tell
) -> dict[RecordFile, Counts]:
    """The counts of extracts. Each is kept as soon as it is counted: a run that was stopped goes on from there."""
    known = {file: known_by(file, terms.submitter) for file in files}
    counted = {file: store.counts_of(as_known) for file, as_known in known.items()}
    to_read = [file for file, counts in counted.items() if counts is None]
    pace = Pace(sum(file.size for file in to_read))
    with ThreadPoolExecutor(_AT_ONCE) as readers:
        reading = {
            file: readers.submit(_count_extract, file, known[file], reference, terms, store) for file in to_read
        }
        for number, file in enumerate(files, start=1):
            place = f"{file.path.name} ({number} of {len(files)})"
            if file not in reading:
                tell(f"Already counted: {place}")
                continue
            tell(f"Reading {place}{pace}")
            try:
                counted[file] = of_file = reading[file].result()
            except BaseException:
                readers.shutdown(wait=False, cancel_futures=True)
                raise
            pace.went_on(file.size, of_file.records)
    return {file: counts for file, counts in counted.items() if counts is not None}


def _count_extract(
    file: RecordFile, known: RecordFile, reference: ReferenceData, terms: Terms, store: CountStore
) -> Counts:
    of_patient = items_there(file, FROM_PATIENT) if store.annual else ()
    counts = None
    if file.kind == "parquet" and reference.local_codes.is_empty():  # no local code has to be mapped
        counts = reduce_file(file.path, reference, of_patient, annual=store.annual)
    if counts is None:
        records = read_records(file, needed=(*NEEDED, *of_patient), extras=True)
        with refusing(file.path):
            mapped = with_local_codes_mapped(records, reference, terms.submitter)
            counts = reduce_records(mapped, reference, annual=store.annual)
    store.keep(known, counts)
    return counts


def known_by(file: RecordFile, submitter: str | None) -> RecordFile:
    """The extract as its counts are stored: local codes are told by the submitter, where one is named."""
    return replace(file, sha256=_digest(submitter, file.sha256)) if submitter else file


def _count_submissions(
    files: Sequence[RecordFile], reference: ReferenceData, terms: Terms, store: CountStore, tell: Tell
) -> dict[RecordFile, Counts]:
    run = _identity(files, reference, terms)
    known = {file: replace(file, sha256=_digest(run, file.sha256)) for file in files}
    stored = {file: store.counts_of(as_known) for file, as_known in known.items()}
    found = {file: counts for file, counts in stored.items() if counts is not None}
    if len(found) == len(files):
        tell("Already counted: every file")
        return found
    # what is written between the stages names patients: it stays out of the output folder, and goes with the run
    with TemporaryDirectory() as work:
        parts = take_in(files, reference, terms, Path(work), tell)
        counted = {part.file: count_part(part, reference, annual=store.annual) for part in parts}
    for file, counts in counted.items():
        store.keep(known[file], counts)
    return {file: counted[file] for file in files}


def _identity(files: Sequence[RecordFile], reference: ReferenceData, terms: Terms) -> str:
    """What the counts of submissions hang on: all files in their order, the terms, the reference data."""
    agreed = (terms.submitted, terms.submitter, terms.validate, sorted(terms.withdrawn))
    return _digest(
        _RULES_VERSION, [file.sha256 for file in files], agreed, [file.sha256 for file in reference.files]
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
