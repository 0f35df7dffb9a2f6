"""What the rows of a table are of: a place, a label, a source setting, a sex."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from publish.disclosure.audit.reading.sheet import Sheet, Value
from publish.disclosure.audit.recognising.figures import EMPTY_MARKS, ENGLAND, Place, is_number
from publish.disclosure.audit.recognising.headings import (
    ALL_SETTINGS,
    EVERY,
    OTHER_SETTING,
    OTHER_SETTINGS,
    plain,
    setting_of,
)

_HEADINGS: Final = {
    "level": ("geography type", "level", "geography", "org type", "organisation type"),
    "region": (
        *("region", "region code", "nhs england region", "commissioning region", "commissioning region code"),
        *("area team", "area team code", "sha", "sha code"),
    ),
    "icb": ("icb", "icb code", "integrated care board code", "stp", "stp code"),
    "code": (
        *("org code", "organisation code", "provider code", "code", "trust code", "ccg code", "pct code"),
        *("sub-icb location code", "sub icb location code", "sub-icb code", "commissioner code", "organisation"),
        *("provider org code", "ods code"),
    ),
    "name": (
        *("provider name", "provider", "trust name", "trust", "ccg name", "sub-icb location name"),
        *("sub icb location name", "sub-icb location", "sub icb location", "commissioner name", "commissioner"),
        *("name", "area", "area name", "org name", "organisation name", "pct name", "pct", "ccg", "sub-icb name"),
    ),
    "label": (
        *("modality", "test", "body site", "bodysite", "test group", "imaging test", "modality or test"),
        *("imaging modality", "exam type", "test type", "group of tests"),
    ),
    "setting": ("source setting", "patient source setting", "setting", "patient source", "referral source"),
    "sex": ("sex", "gender"),
    "other": (
        *(
            "region name",
            "network",
            "imaging network",
            "ons code",
            "population",
            "population (people)",
            "report turnaround time band",
        ),
        *("period_type", "measure", "status", "icb name", "stp name", "area team name", "sha name"),
        *("commissioning region name", "integrated care board name"),
    ),
}
KEYS: Final = {heading: key for key, headings in _HEADINGS.items() for heading in headings}
OF_COMMISSIONERS: Final = re.compile(r"\b(ccg|pct|sub-icb|sub icb|commissioner)")
_PLACES: Final = ("level", "region", "icb", "code", "name")
_OF_ENGLAND: Final = frozenset(
    {"england", "england total", "total england", "all england", "national", "national total", "england - total"}
)
_OF_ALL: Final = frozenset(
    {"total", "grand total", "all", "all providers", "all commissioners", "all organisations"}
)
# Regions by their names (publication specification, "Definitions"): a file may have these alone.
_REGIONS: Final = {
    "north": "Y54",
    "north of england": "Y54",
    "midlands and east": "Y55",
    "midlands and east of england": "Y55",
    "london": "Y56",
    "south": "Y57",
    "south of england": "Y57",
    "south west": "Y58",
    "south west of england": "Y58",
    "south east": "Y59",
    "south east of england": "Y59",
    "midlands": "Y60",
    "east of england": "Y61",
    "north west": "Y62",
    "north east and yorkshire": "Y63",
}
MODALITIES: Final = frozenset(
    {
        *(
            "computerized axial tomography",
            "diagnostic ultrasonography",
            "fluoroscopy",
            "magnetic resonance imaging",
        ),
        *("medical photography", "nuclear medicine procedure", "plain radiography", "positron emission tomography"),
        *("single photon emission computerized tomography", "endoscopy", "cone beam computed tomography"),
    }
)
FEWEST_MODALITIES: Final = 8  # of a table whose total is of all of them
ALL_LABELS: Final = "all modalities"
_ALL_LABELS: Final = frozenset({"total", "all", "all modalities", "all tests", "grand total", "total activity"})
# Names of modalities and of groups of tests that are written in several ways.
_LABELS: Final = {
    "ct": "computerized axial tomography",
    "computerised axial tomography": "computerized axial tomography",
    "computerised axial tomography (ct)": "computerized axial tomography",
    "computerized axial tomography (ct)": "computerized axial tomography",
    "computed tomography": "computerized axial tomography",
    "ct scan": "computerized axial tomography",
    "mri": "magnetic resonance imaging",
    "magnetic resonance imaging (mri)": "magnetic resonance imaging",
    "ultrasound": "diagnostic ultrasonography",
    "ultrasonography": "diagnostic ultrasonography",
    "diagnostic ultrasound": "diagnostic ultrasonography",
    "x-ray": "plain radiography",
    "x ray": "plain radiography",
    "plain x-ray": "plain radiography",
    "plain radiography (x-ray)": "plain radiography",
    "nuclear medicine": "nuclear medicine procedure",
    "pet": "positron emission tomography",
    "pet scan": "positron emission tomography",
    "positron emission tomography (pet)": "positron emission tomography",
    "spect": "single photon emission computerized tomography",
    "single photon emission computerised tomography": "single photon emission computerized tomography",
    "cone beam ct": "cone beam computed tomography",
    "fluoroscopic procedure": "fluoroscopy",
    "chest x-ray": "chest (x-ray)",
    "mri on the brain": "brain (mri)",
    "brain mri": "brain (mri)",
    "ultrasound on abdomen or pelvis": "abdomen and/or pelvis (ultrasound)",
}


class OfRow(NamedTuple):
    """What all figures of a row are of, in the words of `Key`."""

    basis: str
    label: str
    place: Place
    setting: str
    sex: str


def key_columns(heads: Sequence[Value]) -> dict[str, int]:
    """The column of each key. Where two name an organisation, as `Provider` and `Provider name`, the first is its
    code.
    """
    named = [(KEYS[plain(cell)], place) for place, cell in enumerate(heads) if plain(cell) in KEYS]
    keys = dict(reversed(named))
    names = [place for key, place in named if key == "name"]
    if len(names) > 1 and "code" not in keys:
        keys["code"], keys["name"] = names[:2]
    return keys


def label_of(text: str) -> str:
    """A modality or a group of tests in one way of writing."""
    words = plain(text)
    return ALL_LABELS if words in _ALL_LABELS else _LABELS.get(words, words)


def sex_of(text: str) -> str:
    """A sex in lower case; `EVERY` for all."""
    words = plain(text)
    return EVERY if words in {"all", "total", "persons"} else words


def place_of(words: Mapping[str, str]) -> Place:
    """Level, region code and own code of a row, by the words of its key columns."""
    name, level = plain(words.get("name", "")), plain(words.get("level", ""))
    region, icb, code = (words.get(key, "") for key in ("region", "icb", "code"))
    region = _REGIONS.get(plain(region), region)
    if level == "england" or name in _OF_ENGLAND or plain(region) in _OF_ENGLAND:
        return ENGLAND
    if not (region or icb or code) and (not name or name in _OF_ALL):
        return ENGLAND
    if name.startswith("no ") or level.startswith("no "):
        return "None", "", ""
    if code or level in {"provider", "commissioner", "sub-icb location", "ccg"}:
        return "Organisation", region, code or name
    if icb or level in {"icb", "integrated care board"}:
        return "ICB", region, icb or name
    return _by_name(region, name, level)


def _by_name(region: str, name: str, level: str) -> Place:
    """The place of a row without a code of its own."""
    if region or level == "region":
        return "Region", region or _REGIONS.get(name, name), ""
    return ("Region", _REGIONS[name], "") if name in _REGIONS else ("Organisation", "", name)


class Rows:
    """Reads what the rows of a table are of.

    What is printed once for several rows holds for those below it that have nothing there, up to an empty row.
    """

    def __init__(
        self, sheet: Sheet, span: tuple[int, int], keys: Mapping[str, int], figures: Sequence[int], basis: str
    ) -> None:
        self.rows = sheet.rows
        self.keys, self.figures, self.basis = keys, figures, basis
        self.places = [keys[key] for key in _PLACES if key in keys]
        self.names: dict[Place, str] = {}
        self.not_read: dict[str, None] = {}
        self._above: dict[str, str] = {}
        settings = {plain(cell) for cell in self._column("setting")}
        self.both_others = "other health care provider" not in settings
        self.regions_once = self._regions_once(*span)
        labels = (
            {label_of(str(row[keys["label"]])) for row in self._with_figures(*span)} if "label" in keys else set()
        )
        self.total = ALL_LABELS if len(labels & MODALITIES) >= FEWEST_MODALITIES else _total(labels)

    def _column(self, key: str) -> Iterator[Value]:
        place = self.keys.get(key)
        if place is not None:
            yield from (row[place] for row in self.rows if place < len(row) and row[place] is not None)

    def _with_figures(self, first: int, end: int) -> Iterator[Sequence[Value]]:
        """Rows with a label and figures."""
        rows = (row for row in self.rows[first:end] if _filled(row, self.keys.get("label")))
        return (row for row in rows if any(_filled(row, place) for place in self.figures))

    def _regions_once(self, first: int, end: int) -> bool:
        """Whether regions are printed once for their organisations: most of these have none."""
        region, own = self.keys.get("region"), self.keys.get("code", self.keys.get("name"))
        if region is None or own is None:
            return False
        filled = [_filled(row, region) for row in self.rows[first:end] if _filled(row, own)]
        return any(filled) and sum(filled) * 2 < len(filled)

    def read(self, number: int) -> OfRow | None:
        """What a row is of; None where it is no row of figures."""
        row = self.rows[number]
        if not any(_filled(row, place) for place in self.figures):
            self._above = {}
            return None
        words = self._carried(row, {key: _word(row, place) for key, place in self.keys.items()})
        label = label_of(words.get("label", ""))
        if not label or ("name" in self.keys and not words["name"]):
            self._leave(number, "a row without a name or a label")
            return None
        setting = setting_of(words.get("setting", ""))
        if setting == EVERY and plain(words.get("setting", "")) not in ALL_SETTINGS:
            self._leave(number, words["setting"])
            return None
        if setting == OTHER_SETTING and self.both_others:
            setting = OTHER_SETTINGS
        place = self._apart(place_of(words), words.get("name", ""))
        label = self.total if label == ALL_LABELS else label
        return OfRow(self.basis, label, place, setting, sex_of(words.get("sex", "")))

    def _leave(self, number: int, why: str) -> None:
        """Say that a row is left out, where it has numbers."""
        row = self.rows[number]
        if any(place < len(row) and is_number(row[place]) for place in self.figures):
            self.not_read[why] = None

    def _carried(self, row: Sequence[Value], words: dict[str, str]) -> dict[str, str]:
        """The words of a row, with those of the row above where it leaves them out.

        A total of labels without a place may be of any: it is no row of the place above it.
        """
        above = self._above
        if self.places and not any(_filled(row, place) for place in self.places):
            if label_of(words.get("label", "")) != ALL_LABELS:
                words |= {key: above[key] for key in _PLACES if key in above}
            same = True
        else:
            same = all(words.get(key) == above.get(key) for key in _PLACES)
        if same and words.get("setting") and not _filled(row, self.keys.get("label")):
            words["label"] = above.get("label", "")
        if self.regions_once and words.get("code") and not words["region"]:
            words["region"] = above.get("region", "")
        self._above = words
        return words

    def _apart(self, place: Place, name: str) -> Place:
        """The place, told from an earlier one of its codes with another name: an organisation that was renamed has
        a row for each name, and a region's tests of no known board stand below those of the region.
        """
        if plain(self.names.setdefault(place, name or place[0])) == plain(name or place[0]) or place == ENGLAND:
            return place
        level, region, code = place
        other = ("ICB", region, plain(name)) if level == "Region" else (level, region, f"{code} {plain(name)}")
        self.names.setdefault(other, name)
        return other


def _total(labels: Iterable[str]) -> str:
    """The label of a total of some labels: another one where they are others."""
    return f"total of {', '.join(sorted({*labels} - {ALL_LABELS}))}"


def _filled(row: Sequence[Value], place: int | None) -> bool:
    return place is not None and place < len(row) and row[place] is not None


def _word(row: Sequence[Value], place: int) -> str:
    cell = str(row[place]).strip() if place < len(row) and row[place] is not None else ""
    return "" if cell in EMPTY_MARKS else cell
