"""The computed sentences of the document, from protected tables alone.

Nothing is said where a value is hidden or absent. A modality enters a ranking, and a count a percentage or a
change, only from `FEWEST_TESTS` published tests up: below that, rounding alone moves a figure by more than two
per cent. Percentages and changes are those of `publish.disclosure.control`, worked out from published counts.
"""

from collections.abc import Mapping
from typing import Final

from publish.disclosure.control import ProtectedTable, change, percentage
from publish.period import Month, in_words
from publish.reference.vocabulary import CancerGroup, cancer_groups, modalities
from publish.tables.catalogue import ALL_MODALITIES
from publish.tables.specification import ALL_SETTINGS, GP_DIRECT_ACCESS
from publish.tables.truth import YEAR
from publish.writing.content import ReleaseTables
from publish.writing.wording import FEWEST_TESTS, days, enough, listed

LITTLE_CHANGED: Final = 0.5  # per cent
COMMONEST: Final = 4  # modalities named in the text; the table has them all
CHEST_XRAY: Final = "Chest (X-ray)"


def headline_messages(tables: ReleaseTables, latest: Month) -> tuple[str, ...]:
    """Activity, the year so far, modalities, waits, GP direct access: those messages that can be given.

    Rule: publication specification, The statistical release document.
    """
    return (
        *month_activity(tables, latest),
        *year_activity(tables),
        *commonest_modalities(tables, latest),
        *same_day_tests(tables, latest),
        *longest_waits(tables, latest),
        *gp_share(tables, latest, CHEST_XRAY),
    )


def month_activity(tables: ReleaseTables, latest: Month) -> tuple[str, ...]:
    """All modalities in the latest month, and the change on the same month a year earlier."""
    values, before = tables.england["1"].england, latest.plus(-12)
    now, then = (values.get((ALL_MODALITIES, "", str(month))) for month in (latest, before))
    if not now:
        return ()
    first = (
        f"In {latest.words} there {were(now)} {many(now, of=now)} imaging {tests(now)} on NHS patients in England."
    )
    return (" ".join((first, *compared(now, then, before.words))),)


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


def commonest_modalities(tables: ReleaseTables, latest: Month) -> tuple[str, ...]:
    """The modalities with the most tests in the latest month, and the share of the first."""
    values = tables.england["1"].england
    counts = ranked({name: values.get((label, "", str(latest))) for name, label in everyday_names()})
    if not counts:
        return ()
    most = counts[0][1]
    first = [name for name, count in counts if count == most]
    share = percentage(most, values.get((ALL_MODALITIES, "", str(latest)))) if len(first) == 1 else None
    said = f"{many(most, of=most)} tests" + (f", {per_cent(share)} of the total" if share is not None else "")
    others = [f"{name} ({many(count, of=most)})" for name, count in counts[len(first) : COMMONEST]]
    followed = f", followed by {listed(others)}" if others else ""
    if len(first) > 1:
        return (f"The commonest modalities in {latest.words} were {listed(first)}, with {said} each{followed}.",)
    return (f"The commonest modality in {latest.words} was {first[0]}, with {said}{followed}.",)


def modality_changes(tables: ReleaseTables, latest: Month) -> tuple[str, ...]:
    """How the commonest modalities changed on the same month a year earlier."""
    values, before = tables.england["1"].england, latest.plus(-12)
    counts = ranked({label: values.get((label, "", str(latest))) for _, label in everyday_names()})[:COMMONEST]
    names = {label: name for name, label in everyday_names()}
    by_name = {names[label]: large_change(now, values.get((label, "", str(before)))) for label, now in counts}
    changes = {name: by for name, by in by_name.items() if by is not None}
    courses = {
        "rose": [f"{name} ({amount(by)})" for name, by in changes.items() if by >= LITTLE_CHANGED],
        "fell": [f"{name} ({amount(by)})" for name, by in changes.items() if by <= -LITTLE_CHANGED],
        "was little changed": [name for name, by in changes.items() if abs(by) < LITTLE_CHANGED],
    }
    words = [f"{course} for {listed(named)}" for course, named in courses.items() if named]
    return (f"Compared with {before.words}, activity {'; it '.join(words)}.",) if words else ()


def same_day_tests(tables: ReleaseTables, latest: Month) -> tuple[str, ...]:
    """The modalities of which at least half of the tests were done on the day of the request (median 0)."""
    names = [name for name, median in modality_medians(tables, "2", latest) if median == 0]
    if not names:
        return ()
    return (f"At least half of {listed(names)} tests in {latest.words} were done on the day of the request.",)


def longest_waits(tables: ReleaseTables, latest: Month) -> tuple[str, ...]:
    """The modality with the longest median from request to test in the latest month, and the next two."""
    waits = [(name, median) for name, median in modality_medians(tables, "2", latest) if median > 0]
    if not waits:
        return ()
    longest = waits[0][1]
    first = [name for name, median in waits if median == longest]
    others = [f"{name} ({days(median)})" for name, median in waits[len(first) : 3]]
    following = f", followed by {listed(others)}" if others else ""
    the_longest = longest_of(tables, "2", latest, longest)
    wait = f"{the_longest} median time from request to test in {latest.words} was {days(longest)}"
    return (f"{wait}, for {listed(first)}{following}.",)


def report_times(tables: ReleaseTables, latest: Month) -> tuple[str, ...]:
    """Which modalities are reported on the day of the test, and which wait longest for the report."""
    times = modality_medians(tables, "3", latest)
    same_day = [name for name, median in times if median == 0]
    longest = [name for name, median in times if median == times[0][1] > 0]
    named = f"{listed(same_day)} tests in {latest.words}"
    first = f"At least half of the reports on {named} were issued on the day of the test."
    if not longest:
        return (first,) if same_day else ()
    the_longest = longest_of(tables, "3", latest, times[0][1])
    second = f"{the_longest} median time from test to report in {latest.words} was {days(times[0][1])}"
    return (*((first,) if same_day else ()), f"{second}, for {listed(longest)}.")


def gp_share(tables: ReleaseTables, latest: Month, label: str) -> tuple[str, ...]:
    """The share of GP direct access among one group of tests in the latest month."""
    everyone, by_gp = group_counts(tables, latest, label)
    share = percentage(by_gp, everyone) if enough(everyone) else None
    if share is None or by_gp is None or everyone is None:
        return ()
    name = next(group.common_name for group in cancer_groups() if group.cancer_group == label)
    amounts = f"{by_gp:,.0f} of {everyone:,.0f}"
    return (f"In {latest.words} GPs requested {per_cent(share)} of {name} tests directly ({amounts}).",)


def cancer_group_sentences(tables: ReleaseTables, latest: Month) -> tuple[tuple[str, str], ...]:
    """Each group of tests that could help early diagnosis of cancer: its name, and what can be said of it."""
    said = ((group.cancer_group, cancer_group_sentence(tables, latest, group)) for group in cancer_groups())
    return tuple((name, sentence) for name, sentence in said if sentence)


def cancer_group_sentence(tables: ReleaseTables, latest: Month, group: CancerGroup) -> str:
    """Tests, share of GP direct access and medians of one group in the latest month; empty where none is shown."""
    everyone, by_gp = group_counts(tables, latest, group.cancer_group)
    parts: list[str] = []
    if everyone:
        parts.append(
            f"There {were(everyone)} {everyone:,.0f} {tests(everyone)} in {latest.words}{gp_part(everyone, by_gp)}."
        )
    parts.extend(median_sentence(tables, "5", "request to test", latest, group.cancer_group))
    parts.extend(median_sentence(tables, "6", "test to report", latest, group.cancer_group))
    return " ".join(parts)


def gp_part(everyone: float, by_gp: float | None) -> str:
    """`, 187,930 of them (29 per cent) through GP direct access`, or nothing where it is not shown."""
    if not by_gp:
        return ""
    share = percentage(by_gp, everyone) if enough(everyone) else None
    part = f" ({per_cent(share)})" if share is not None else ""
    return f", {by_gp:,.0f} of them{part} through GP direct access"


def median_sentence(
    tables: ReleaseTables, number: str, interval: str, latest: Month, label: str
) -> tuple[str, ...]:
    """The medians of one group for all patients and for GP direct access, from the document's table `number`."""
    values = tables.england[number].england
    everyone, by_gp = (values.get((label, setting, str(latest))) for setting in (ALL_SETTINGS, GP_DIRECT_ACCESS))
    if everyone is None:
        return ()
    wait = f"The median time from {interval} was {days(everyone)}"
    if by_gp is None:
        return (f"{wait} for all patients.",)
    if by_gp == everyone:
        return (f"{wait}, both for all patients and for GP direct access.",)
    return (f"{wait} for all patients and {days(by_gp)} for GP direct access.",)


def group_counts(tables: ReleaseTables, latest: Month, label: str) -> tuple[float | None, float | None]:
    """The published tests of one group in a month: all requests, and GP direct access."""
    values = tables.england["4"].england
    return values.get((label, ALL_SETTINGS, str(latest))), values.get((label, GP_DIRECT_ACCESS, str(latest)))


def modality_medians(tables: ReleaseTables, number: str, latest: Month) -> list[tuple[str, float]]:
    """Everyday names and medians of the modalities with at least `FEWEST_TESTS` tests, longest first."""
    counts, medians = tables.england["1"].england, tables.england[number].england
    keys = {name: (label, "", str(latest)) for name, label in everyday_names()}
    found = [(name, medians[key]) for name, key in keys.items() if enough(counts.get(key)) and key in medians]
    return sorted(found, key=lambda entry: -entry[1])


def longest_of(tables: ReleaseTables, number: str, latest: Month, longest: float) -> str:
    """`The longest`; or of which modalities, where the table shows a longer median that rests on few tests."""
    medians = tables.england[number].england
    every = [medians.get((label, "", str(latest)), 0.0) for _, label in everyday_names()]
    if max(every) > longest:
        return f"Of modalities with at least {FEWEST_TESTS} tests, the longest"
    return "The longest"


def whole_period(table: ProtectedTable) -> float | None:
    """All modalities over all months of a table; None unless every one of its months shows a total."""
    values = table.england
    complete = all((ALL_MODALITIES, "", str(month)) in values for month in table.months)
    return values.get((ALL_MODALITIES, "", YEAR)) if complete else None


def everyday_names() -> list[tuple[str, str]]:
    """Everyday name and published name of the modalities of Tables 1 to 3, by usual volume."""
    listed_modalities = sorted((m for m in modalities() if m.in_provider_tables), key=lambda m: m.volume_order)
    return [(modality.common_name, modality.modality) for modality in listed_modalities]


def ranked(counts: Mapping[str, float | None]) -> list[tuple[str, float]]:
    """The counts that are shown and large enough to rank, largest first; ties keep their order."""
    large = [(name, count) for name, count in counts.items() if count is not None and enough(count)]
    return sorted(large, key=lambda entry: -entry[1])


def large_change(now: float | None, before: float | None) -> float | None:
    """The change in per cent between two counts that are both large enough, else None."""
    return change(now, before) if enough(now) and enough(before) else None


def compared(now: float, before: float | None, period: str) -> tuple[str, ...]:
    """A sentence on the change since `period`, or none."""
    by = large_change(now, before)
    if by is None or before is None:
        return ()
    since = "from" if abs(by) < LITTLE_CHANGED else "compared with"
    return (f"Activity {moved(by)} {since} {period}, when there were {many(before, of=now)} tests.",)


def moved(by: float) -> str:
    """`rose by 3.2 per cent`, `fell by …`, or `was little changed` below half a per cent."""
    if abs(by) < LITTLE_CHANGED:
        return "was little changed"
    return f"{'rose' if by > 0 else 'fell'} by {amount(by)}"


def amount(by: float) -> str:
    """`3.2 per cent`: the size of a change, whichever way it went."""
    return f"{abs(by):.1f} per cent"


def per_cent(share: float) -> str:
    """`29 per cent`, `less than 1 per cent`."""
    return f"{share:.0f} per cent" if share else "less than 1 per cent"


def many(count: float, of: float) -> str:
    """A count in words: `1.71 million`, `78.9 thousand`, `6,545`, on the scale that suits `of`.

    Rule: publication specification (millions to two decimals); thousands and single tests where small. The counts
    of a sentence share a scale, but none is ever shown as zero or to a single digit of it.
    """
    if of >= 500_000 and count >= 100_000:
        return f"{count / 1_000_000:.2f} million"
    if of >= 10_000 and count >= 1_000:
        return f"{count / 1_000:.1f} thousand"
    return f"{count:,.0f}"


def tests(count: float) -> str:
    """`test` of one, else `tests`."""
    return "test" if count == 1 else "tests"


def were(count: float) -> str:
    """`was` of one, else `were`."""
    return "was" if count == 1 else "were"
