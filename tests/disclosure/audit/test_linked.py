"""What binds counts holds for the counts behind them: little releases of every sort, and bounds by trying."""

from collections import Counter
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publish.disclosure.audit.reading.sheet import Sheet
from publish.disclosure.audit.recognising.linked import counts_of, linked
from publish.disclosure.audit.recognising.recognition import recognise
from publish.disclosure.audit.rule import Rule

MANY = settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
RULE = Rule()
PROVIDERS = (("Y56", "RAA", "First Trust"), ("Y56", "RBB", "Second Trust"), ("Y58", "RCC", "Third Trust"))
REGIONS = {"Y56": "London", "Y58": "South West"}
MODALITIES = ("Computerized Axial Tomography", "Magnetic Resonance Imaging", "Plain Radiography")
GROUP_OF = {"Chest and/or abdomen (CT)": 0, "Brain (MRI)": 1, "Chest (X-ray)": 2}
MONTHS = ("Apr", "May", "Jun", "Jul", "Aug", "Sep")
SETTINGS = {"A&E": "05", "Day case": "02", "Inpatient": "01", "Outpatient": "03", "GP Direct Access": "04"}
OTHERS = {"Other Health Care Provider": "06", "Other": "07"}
DAYS = (0, 1, 5, 10, 30, 70, None)  # from request to test
REPORTS = (0, 1, 6, 20, 40, None)  # from test to report
SEXES, AGES = ("Female", "Male", "Not known"), (3, 30, 90)

tests = st.builds(
    dict,
    provider=st.integers(0, 2),
    modality=st.integers(0, 2),
    month=st.integers(0, 5),
    setting=st.sampled_from(sorted({*SETTINGS.values(), *OTHERS.values()})),
    days=st.sampled_from(DAYS),
    report=st.sampled_from(REPORTS),
    sex=st.sampled_from(SEXES),
    age=st.sampled_from(AGES),
    grouped=st.booleans(),
    times=st.sampled_from((1, 1, 1, 2, 3, 4, 8)),
)
releases = st.lists(tests, min_size=1, max_size=14)


def shown(count):
    return "*" if 0 < count < 3 else 5 * ((count + 2) // 5)


def counted(release, keep):
    return sum(test["times"] for test in release if keep(test))


def top(title, period="2023/24"):
    return [[None, "Title:", title], [None, "Period:", period], [None, "Status:", "Final"], []]


class Printed:
    """Tables as they are published, and the true count behind every cell."""

    def __init__(self, release):
        self.release, self.sheets, self.behind = release, [], {}

    def table(self, name, above, heads, rows, columns):
        """`rows`: words and which tests; `columns`: which tests. Rows without tests are not printed."""
        cells, truth = [*above, [None, *heads]], {}
        for words, of_row in rows:
            counts = [
                counted(self.release, lambda test, c=column, r=of_row: r(test) and c(test)) for column in columns
            ]
            if counted(self.release, of_row) or "ENGLAND" in words:
                cells.append([None, *words, *map(shown, counts)])
                width = len(words) + 1
                truth |= {(len(cells), width + place + 1): count for place, count in enumerate(counts)}
        sheet = Sheet(f"{name}.xlsx", name, cells)
        self.sheets.append(sheet)
        self.behind[name] = truth

    def counts(self):
        """The counts of the tables and what is behind each; a key that two cells have must be of equal counts."""
        tables = [table for sheet in self.sheets for table in recognise(sheet)]
        assert len(tables) == len(self.sheets)
        truth = {}
        for table in tables:
            behind = self.behind[table.sheet.name]
            assert len(table.figures) == len(behind)
            for figure in table.figures:
                count = behind[figure.row, figure.column]
                assert truth.setdefault(figure.key, count) == count, figure.key
        return tables, truth


def everywhere(_):
    return True


def nowhere(_):
    return False


def places():
    yield ("-", "-", "ENGLAND"), everywhere
    for number, provider in enumerate(PROVIDERS):
        yield provider, lambda test, n=number: test["provider"] == n


def rows(*, groups=False, regions=False):
    """Words of a row, and which tests it counts."""
    found = [*places()]
    if regions:
        found += [
            ((code, None, name), lambda test, c=code: PROVIDERS[test["provider"]][0] == c)
            for code, name in REGIONS.items()
        ]
    for words, of_place in found:
        for label, modality in GROUP_OF.items() if groups else ((m, n) for n, m in enumerate(MODALITIES)):
            for all_or_gp in ("All", "GP Direct Access") if groups else ("",):

                def kept(test, p=of_place, m=modality, s=all_or_gp):
                    of_group = test["grouped"] or not groups
                    return (
                        p(test)
                        and test["modality"] == m
                        and of_group
                        and (s in ("", "All") or test["setting"] == "04")
                    )

                yield (*words, label, *([all_or_gp] if all_or_gp else [])), kept


def of(name, *values):
    return lambda test: test[name] in values


def between(name, first, last):
    return lambda test: test[name] is not None and first <= test[name] <= last


def both(one, other):
    return lambda test: one(test) and other(test)


HEADS = ("Region", "Org Code", "Provider name", "Modality")
MONTH_COLUMNS = [*(of("month", number) for number in range(6)), everywhere]


def monthly(printed, *, regions):
    printed.table(
        "Table 1",
        top("Table 1 DID - Count of Imaging Activity by Modality"),
        (*HEADS, *MONTHS, "Year to date"),
        rows(regions=regions),
        MONTH_COLUMNS,
    )


def bodysites(printed):
    printed.table(
        "Table 4",
        top("Table 4 DID - Count of Imaging Activity, Labelled by Body site"),
        ("Region", "Org Code", "Provider name", "Test", "Source setting", *MONTHS, "Year to date"),
        rows(groups=True),
        MONTH_COLUMNS,
    )


def by_setting(printed, *, apart):
    """For the months so far, as Table 1."""
    codes = [*SETTINGS.values(), *(OTHERS.values() if apart else ())]
    columns = [of("setting", code) for code in codes]
    columns += [] if apart else [of("setting", "06", "07")]
    heads = (*SETTINGS, *(OTHERS if apart else ["Other"]), "Total")
    printed.table(
        "Table 11",
        top("Table 11 DID - Count by Patient source setting", "April 2023 to September 2023"),
        (*HEADS, *heads),
        rows(),
        [*columns, everywhere],
    )


def by_days(printed):
    bands = ((0, 7), (8, 14), (15, 62), (63, 10**6))
    printed.table(
        "Table 7a",
        top("Table 7a DID - number of days from Date of Test Request to Date of Test", "2023/24 Apr-Sep"),
        (*HEADS, "0-7 days", "8-14 days", "15 \u2013 62 days", "More than 62 days", "Time not known", "Total"),
        rows(),
        [*(between("days", *band) for band in bands), of("days", None), everywhere],
    )


def turnaround(printed, quarter):
    """Bands that hold each other, for two groups of settings."""
    months = ((0, 1, 2), (3, 4, 5))[quarter]
    bands = [between("report", 0, 0), between("report", 0, 1), between("report", 29, 10**6), of("report", None)]
    first = both(of("setting", "01", "02", "05"), of("month", *months))
    other = both(of("setting", "03", "04", "06", "07"), of("month", *months))
    headings = ("Same day", "By next day", "> 28 days", "Not known", "Total cases")
    above = top("Table 13 DID - Report turnaround bands", ("2023/24 Apr-Jun", "2023/24 Jul-Sep")[quarter])
    above += [[*[None] * 5, "A&E / Admitted", *[None] * 5, "OP / GP direct access"]]
    columns = [both(group, band) for group in (first, other) for band in (*bands, everywhere)]
    heads = (*HEADS, *headings, None, *headings)
    kept = [*columns[:5], nowhere, *columns[5:]]
    printed.table(f"2023-24 Q{quarter + 1}", above, heads, rows(regions=True), kept)
    name = f"2023-24 Q{quarter + 1}"
    printed.behind[name] = {at: count for at, count in printed.behind[name].items() if at[1] != 11}


def by_patient(printed):
    ages = {"0-17": (0, 17), "18-64": (18, 64), "65 and over": (65, 200)}
    found = [
        ((modality, sex), both(of("modality", number), everywhere if sex == "All" else of("sex", sex)))
        for number, modality in enumerate(MODALITIES)
        for sex in ("All", *SEXES)
    ]
    printed.table(
        "Age and sex",
        top("Imaging tests by age and sex", "April to September 2023"),
        ("Modality", "Sex", *ages, "All"),
        found,
        [*(between("age", *ends) for ends in ages.values()), everywhere],
    )


def print_all(release, chosen):
    printed = Printed(release)
    parts = (
        lambda: monthly(printed, regions=chosen[0]),
        lambda: bodysites(printed),
        lambda: by_setting(printed, apart=chosen[1]),
        lambda: by_days(printed),
        lambda: turnaround(printed, 0),
        lambda: turnaround(printed, 1),
        lambda: by_patient(printed),
    )
    for part, wanted in zip(parts, chosen[2:], strict=True):
        if wanted:
            part()
    return printed


@MANY
@given(releases, st.lists(st.booleans(), min_size=9, max_size=9))
def test_every_relation_holds_for_the_counts_behind(release, chosen):
    tables, truth = print_all(release, chosen).counts()
    counts = counts_of(tables, RULE)
    links = linked(counts)
    assert not any(count.contradicted for count in counts.values())
    for key, count in counts.items():
        assert count.low <= truth[key] <= count.high
    for relation in links.relations:
        parts = sum(truth[links.keys[part]] for part in relation.parts)
        total = truth[links.keys[relation.total]]
        assert parts <= total if relation.open else parts == total, (relation.words, links.keys[relation.total])


def test_all_sorts_of_sums_are_found():
    every = product(range(3), range(3), range(6), ("01", "02", "03", "04", "05", "06", "07"))
    release = [
        dict(zip(("provider", "modality", "month", "setting"), each, strict=True))
        | {"days": DAYS[n % 7], "report": REPORTS[n % 6], "sex": SEXES[n % 3], "age": AGES[n % 2]}
        | {"grouped": n % 2 == 0, "times": 1 + n % 3}
        for n, each in enumerate(every)
    ]
    tables, _ = print_all(release, [True] * 9).counts()
    found = Counter(relation.words for relation in linked(counts_of(tables, RULE)).relations)
    assert set(found) == {
        *("months", "source settings", "bands of days", "sexes", "groups of patients", "regions"),
        *("providers or commissioners", "providers or commissioners of the region"),
        "tests among those of the modality",
    }
