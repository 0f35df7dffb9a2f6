"""The computed sentences of the document, from protected tables alone.

They speak of the latest month, or of the year of an annual release (see `Spoken`). Nothing is said where a value is
hidden or absent. A modality enters a ranking, and a count a percentage or a change, only from `FEWEST_TESTS`
published tests up: below that, rounding alone moves a figure by more than two per cent. Percentages and changes are
those of `publish.disclosure.control`, worked out from published counts.
"""

from typing import Final

from publish.disclosure.control import percentage
from publish.period import in_words
from publish.reference.vocabulary import CancerGroup, cancer_groups
from publish.tables.catalogue import ALL_MODALITIES
from publish.tables.specification import ALL_SETTINGS, GP_DIRECT_ACCESS, YEAR
from publish.writing.content import ReleaseTables
from publish.writing.document_tables import by_volume
from publish.writing.spoken import Spoken
from publish.writing.wording import (
    FEWEST_TESTS,
    LITTLE_CHANGED,
    amount,
    days,
    enough,
    large_change,
    listed,
    many,
    moved,
    per_cent,
    ranked,
    tests,
    were,
)
from publish.writing.years import whole_period

COMMONEST: Final = 4  # modalities named in the text; the table has them all
CHEST_XRAY: Final = "Chest (X-ray)"


def headline_messages(tables: ReleaseTables, spoken: Spoken) -> tuple[str, ...]:
    """Activity, the year so far, modalities, waits, GP direct access: those messages that can be given.

    Rule: publication specification, The statistical release document.
    """
    return (
        *activity(spoken),
        *(year_activity(tables) if spoken.key != YEAR else ()),
        *commonest_modalities(spoken),
        *same_day_tests(tables, spoken),
        *longest_waits(tables, spoken),
        *gp_share(tables, spoken, CHEST_XRAY),
    )


def activity(spoken: Spoken) -> tuple[str, ...]:
    """All modalities in the period, and the change on a year earlier."""
    now, then = (counts.get(ALL_MODALITIES) for counts in (spoken.tests, spoken.tests_before))
    if not now:
        return ()
    first = (
        f"In {spoken.words} there {were(now)} {many(now, of=now)} imaging {tests(now)} on NHS patients in England."
    )
    return (" ".join((first, *compared(now, then, spoken.before))),)


def year_activity(tables: ReleaseTables) -> tuple[str, ...]:
    """All modalities in the year so far, and the change on the same months a year earlier.

    Not said of a single month, nor where a month of the year so far shows no total.
    """
    now = whole_period(tables.year_to_date)
    if not now or len(tables.year_to_date.months) == 1:
        return ()
    before = tables.year_before
    then = whole_period(before) if before else None
    period = in_words(tables.year_to_date.months)
    first = f"From {period} there {were(now)} {many(now, of=now)} {tests(now)}."
    return (" ".join((first, *compared(now, then, in_words(before.months) if before else ""))),)


def commonest_modalities(spoken: Spoken) -> tuple[str, ...]:
    """The modalities with the most tests in the period, and the share of the first."""
    counts = ranked({name: spoken.tests.get(label) for name, label in everyday_names()})
    if not counts:
        return ()
    most = counts[0][1]
    first = [name for name, count in counts if count == most]
    share = percentage(most, spoken.tests.get(ALL_MODALITIES)) if len(first) == 1 else None
    said = f"{many(most, of=most)} tests" + (f", {per_cent(share)} of the total" if share is not None else "")
    others = [f"{name} ({many(count, of=most)})" for name, count in counts[len(first) : COMMONEST]]
    followed = f", followed by {listed(others)}" if others else ""
    if len(first) > 1:
        return (f"The commonest modalities in {spoken.words} were {listed(first)}, with {said} each{followed}.",)
    return (f"The commonest modality in {spoken.words} was {first[0]}, with {said}{followed}.",)


def modality_changes(spoken: Spoken) -> tuple[str, ...]:
    """How the commonest modalities changed on a year earlier."""
    counts = ranked({label: spoken.tests.get(label) for _, label in everyday_names()})[:COMMONEST]
    names = {label: name for name, label in everyday_names()}
    by_name = {names[label]: large_change(now, spoken.tests_before.get(label)) for label, now in counts}
    changes = {name: by for name, by in by_name.items() if by is not None}
    courses = {
        "rose": [f"{name} ({amount(by)})" for name, by in changes.items() if by >= LITTLE_CHANGED],
        "fell": [f"{name} ({amount(by)})" for name, by in changes.items() if by <= -LITTLE_CHANGED],
        "was little changed": [name for name, by in changes.items() if abs(by) < LITTLE_CHANGED],
    }
    words = [f"{course} for {listed(named)}" for course, named in courses.items() if named]
    return (f"Compared with {spoken.before}, activity {'; it '.join(words)}.",) if words else ()


def same_day_tests(tables: ReleaseTables, spoken: Spoken) -> tuple[str, ...]:
    """The modalities of which at least half of the tests were done on the day of the request (median 0)."""
    names = [name for name, median in modality_medians(tables, "2", spoken) if median == 0]
    if not names:
        return ()
    return (f"At least half of {listed(names)} tests in {spoken.words} were done on the day of the request.",)


def longest_waits(tables: ReleaseTables, spoken: Spoken) -> tuple[str, ...]:
    """The modality with the longest median from request to test in the period, and the next two."""
    waits = [(name, median) for name, median in modality_medians(tables, "2", spoken) if median > 0]
    if not waits:
        return ()
    longest = waits[0][1]
    first = [name for name, median in waits if median == longest]
    others = [f"{name} ({days(median)})" for name, median in waits[len(first) : 3]]
    following = f", followed by {listed(others)}" if others else ""
    the_longest = longest_of(tables, "2", spoken, longest)
    wait = f"{the_longest} median time from request to test in {spoken.words} was {days(longest)}"
    return (f"{wait}, for {listed(first)}{following}.",)


def report_times(tables: ReleaseTables, spoken: Spoken) -> tuple[str, ...]:
    """Which modalities are reported on the day of the test, and which wait longest for the report."""
    times = modality_medians(tables, "3", spoken)
    same_day = [name for name, median in times if median == 0]
    longest = [name for name, median in times if median == times[0][1] > 0]
    named = f"{listed(same_day)} tests in {spoken.words}"
    first = f"At least half of the reports on {named} were issued on the day of the test."
    if not longest:
        return (first,) if same_day else ()
    the_longest = longest_of(tables, "3", spoken, times[0][1])
    second = f"{the_longest} median time from test to report in {spoken.words} was {days(times[0][1])}"
    return (*((first,) if same_day else ()), f"{second}, for {listed(longest)}.")


def gp_share(tables: ReleaseTables, spoken: Spoken, label: str) -> tuple[str, ...]:
    """The share of GP direct access among one group of tests in the period."""
    everyone, by_gp = group_counts(tables, spoken, label)
    share = percentage(by_gp, everyone) if enough(everyone) else None
    if share is None or by_gp is None or everyone is None:
        return ()
    name = next(group.common_name for group in cancer_groups() if group.cancer_group == label)
    amounts = f"{by_gp:,.0f} of {everyone:,.0f}"
    return (f"In {spoken.words} GPs requested {per_cent(share)} of {name} tests directly ({amounts}).",)


def cancer_group_sentences(tables: ReleaseTables, spoken: Spoken) -> tuple[tuple[str, str], ...]:
    """Each group of tests that could help early diagnosis of cancer: its name, and what can be said of it."""
    said = ((group.cancer_group, cancer_group_sentence(tables, spoken, group)) for group in cancer_groups())
    return tuple((name, sentence) for name, sentence in said if sentence)


def cancer_group_sentence(tables: ReleaseTables, spoken: Spoken, group: CancerGroup) -> str:
    """Tests, share of GP direct access and medians of one group in the period; empty where none is shown."""
    everyone, by_gp = group_counts(tables, spoken, group.cancer_group)
    parts: list[str] = []
    if everyone:
        parts.append(
            f"There {were(everyone)} {everyone:,.0f} {tests(everyone)} in {spoken.words}{gp_part(everyone, by_gp)}."
        )
    parts.extend(median_sentence(tables, "5", "request to test", spoken, group.cancer_group))
    parts.extend(median_sentence(tables, "6", "test to report", spoken, group.cancer_group))
    return " ".join(parts)


def gp_part(everyone: float, by_gp: float | None) -> str:
    """`, 187,930 of them (29 per cent) through GP direct access`, or nothing where it is not shown."""
    if not by_gp:
        return ""
    share = percentage(by_gp, everyone) if enough(everyone) else None
    part = f" ({per_cent(share)})" if share is not None else ""
    return f", {by_gp:,.0f} of them{part} through GP direct access"


def median_sentence(
    tables: ReleaseTables, number: str, interval: str, spoken: Spoken, label: str
) -> tuple[str, ...]:
    """The medians of one group for all patients and for GP direct access, from the document's table `number`."""
    values = tables.england[number].england
    everyone, by_gp = (values.get((label, setting, spoken.key)) for setting in (ALL_SETTINGS, GP_DIRECT_ACCESS))
    if everyone is None:
        return ()
    wait = f"The median time from {interval} was {days(everyone)}"
    if by_gp is None:
        return (f"{wait} for all patients.",)
    if by_gp == everyone:
        return (f"{wait}, both for all patients and for GP direct access.",)
    return (f"{wait} for all patients and {days(by_gp)} for GP direct access.",)


def group_counts(tables: ReleaseTables, spoken: Spoken, label: str) -> tuple[float | None, float | None]:
    """The published tests of one group in a month: all requests, and GP direct access."""
    values = tables.england["4"].england
    return values.get((label, ALL_SETTINGS, spoken.key)), values.get((label, GP_DIRECT_ACCESS, spoken.key))


def modality_medians(tables: ReleaseTables, number: str, spoken: Spoken) -> list[tuple[str, float]]:
    """Everyday names and medians of the modalities with at least `FEWEST_TESTS` tests, longest first."""
    medians = tables.england[number].england
    found = [
        (name, medians[label, "", spoken.key])
        for name, label in everyday_names()
        if enough(spoken.tests.get(label)) and (label, "", spoken.key) in medians
    ]
    return sorted(found, key=lambda entry: -entry[1])


def longest_of(tables: ReleaseTables, number: str, spoken: Spoken, longest: float) -> str:
    """`The longest`; or of which modalities, where the table shows a longer median that rests on few tests."""
    medians = tables.england[number].england
    every = [medians.get((label, "", spoken.key), 0.0) for _, label in everyday_names()]
    if max(every) > longest:
        return f"Of modalities with at least {FEWEST_TESTS} tests, the longest"
    return "The longest"


def everyday_names() -> list[tuple[str, str]]:
    """Everyday name and published name of the modalities of Tables 1 to 3, by usual volume."""
    return [(modality.common_name, modality.modality) for modality in by_volume()]


def compared(now: float, before: float | None, period: str) -> tuple[str, ...]:
    """A sentence on the change since `period`, or none."""
    by = large_change(now, before)
    if by is None or before is None:
        return ()
    since = "from" if abs(by) < LITTLE_CHANGED else "compared with"
    return (f"Activity {moved(by)} {since} {period}, when there were {many(before, of=now)} tests.",)
