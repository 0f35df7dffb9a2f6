"""Numbers in words: sentences that state what the tables hide or round (route TEXT)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from publish.disclosure.audit.finding import Finding, Route
from publish.disclosure.audit.reading.sheet import Text
from publish.disclosure.audit.rule import Rule

_WORDS: Final = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_SPELT: Final = {"a single": 1, **{word: number for number, word in enumerate(_WORDS, 1)}}

# A whole number: no part of a date, an age, a decimal, a code, a sum of money, or of a number with a unit.
_BEGUN: Final = r"(?<![\w.,/:£$€#–-])[1-9]"
_DIGITS: Final = rf"{_BEGUN}\d{{0,2}}(?:,\d{{3}})+(?![\d,]|\.\d)|{_BEGUN}\d*(?![\d/:]|[.,]\d|[-–]\d)"
_NUMBER: Final = rf"(?P<number>{_DIGITS}|\b(?:a single|{'|'.join(_WORDS)})\b)"
_THINGS: Final = (
    r"(?:tests?|scans?|exams?|examinations?|images?|records?|cases?|patients?|people|persons?|procedures?"
    r"|x-?rays|mris|ultrasounds|radiographs?|reports?|referrals?|requests?)"
)
_MAY_COUNT: Final = re.compile(rf"\d|\b(?:a single|{'|'.join(_WORDS)})\b", re.IGNORECASE)
# Words that may stand between a number and what it counts: none that begin another thing, and no units.
_STOP: Final = (
    r"(?:of|in|at|on|for|from|to|by|with|without|and|or|per|than|the|a|an|each|every|their|its|this|that|these|those"
    r"|is|are|was|were|be|been|has|have|had|do|does|did|will|can|may|as|it|they|which|who|whom|when|where|not|no|if"
    r"|cent|percent|million|thousand|hundred|billion|m|k|bytes?|kb|mb|gb"
    r"|days?|weeks?|months?|years?|quarters?|hours?|minutes?"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|groups?|types?|kinds?|tables?|columns?|rows?|sheets?|categories|modalities|providers?|trusts?|hospitals?"
    r"|commissioners?|regions?|areas?|sites?|boards?|settings?|digits?|decimals?|panels?|times?|parts?|step|way"
    r"|st|nd|rd|th|point|out|because|since|until|after|before|only)"
)
_SHARE: Final = r"\(\d[\d.]*\s?(?:%|per\s?cent)"
_BETWEEN: Final = (
    rf"(?:\s+{_SHARE}[^)]*\)(?:\s+of(?:\s+(?:all|the|its|their|these))?)?)?"
    rf"(?:\s+(?!{_STOP}\b)[A-Za-z][\w&/'’-]*){{0,5}}?\s+"
)
_COUNTED: Final = re.compile(rf"{_NUMBER}{_BETWEEN}(?P<thing>{_THINGS})\b(?![-–]\w)", re.IGNORECASE)
_STATED: Final = re.compile(
    rf"\b(?:number|count|total)s? of (?:[\w'’-]+ ){{0,5}}?(?P<thing>{_THINGS})\b[^.;:]{{0,60}}?"
    rf"(?::|=|\bwas|\bwere|\bis|\bof|\b(?:fell|rose|fallen|risen|increased|decreased)\b[^.;]{{0,20}}?\bto)\s+"
    rf"(?:only |just |exactly )?{_NUMBER}(?!\s*(?:%|per\s?cent|million|thousand|days?))",
    re.IGNORECASE,
)
_SHARED: Final = re.compile(rf"\((?P<number>{_DIGITS}) (?:out )?of (?P<whole>{_DIGITS})\)")
_PROPORTION: Final = re.compile(rf"(?P<number>{_DIGITS})\s+{_SHARE}")
_DATED: Final = re.compile(
    r"(?P<number>(?<![\w.,/£$€])[1-9]\d{0,2}(?:,\d{3})+) in "
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_THING: Final = re.compile(rf"\b{_THINGS}\b", re.IGNORECASE)

# What stands before a number that is a bound, a rate, a date, or the number of something.
_BOUND: Final = re.compile(
    r"\b(?:fewer than|less than|more than|greater than|at least|at most|up to|over|under|below|above|between|every"
    r"|each|per|nearest|multiples? of|minimum of|maximum of|threshold of|base of"
    r"|first|last|next|top|table|section|figure|chart|annex|paragraph|page|note|version"
    r"|step|phase|level|code|type|stage|tier|class|day|week|quarter|covid|nhs|aged?|1 in|one in)\s*$|[<>≤≥]\s*$",
    re.IGNORECASE,
)
_RANGE: Final = re.compile(rf"\b(?:\d[\d,]*|{'|'.join(_WORDS)}) (?:or|to|and|in)\s*$|\d\s?[–-]\s?$", re.IGNORECASE)
_DAY: Final = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\s*$",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_BEFORE_YEARS: Final = re.compile(
    r"(?:^|\b(?:in|since|during|from|to|by|of|for|until|before|after|and|year))\s*$", re.I
)
_OR_MORE: Final = re.compile(
    r"\s+(?:or|and)\s+(?:more|fewer|less|over|under|above|below)\b|\s+each\b", re.IGNORECASE
)
_SENTENCES: Final = re.compile(r"(?<!\bSt)(?<!\bNo)(?<!\be\.g)(?<!\bi\.e)(?<=[.!?;])\s+(?=[\W\d]*[A-Z])")

_TRUST: Final = re.compile(r" nhs (?:foundation )?trust$")  # what sentences leave out of a name

_MODALITIES: Final = (
    ("spect", r"SPECT|(?i:single photon emission(?: comput\w+ tomography)?)"),
    ("pet", r"PET|(?i:positron emission(?: tomography)?)"),
    ("mri", r"MRIs?|MR|(?i:magnetic resonance)"),
    ("ct", r"CTs?|CAT|(?i:comput(?:ed|eri[sz]ed)(?: axial)? tomography)"),
    ("ultrasound", r"(?i:ultrasounds?|ultrasonograph\w*|sonogra\w+)|US"),
    ("x-ray", r"(?i:x[- ]?rays?|radiographs?|plain radiography)"),
    ("fluoroscopy", r"(?i:fluoroscop\w+)"),
    ("nuclear medicine", r"(?i:nuclear medicine|scintigra\w+)|NM"),
    ("photography", r"(?i:(?:medical )?photograph\w*)"),
    ("endoscopy", r"(?i:endoscop\w+)"),
)
_MODALITY: Final = re.compile(
    "|".join(rf"(?P<m{number}>(?<!\w)(?:{words})(?!\w))" for number, (_, words) in enumerate(_MODALITIES))
)


@dataclass(frozen=True)
class HiddenCount:
    """A count that a table hides: who and what it is of, as the table prints it.

    `place` is the name of the provider, commissioner or area, or "England"; `code` and `label` (modality or test)
    may be empty.
    """

    place: str
    code: str
    label: str


def text_findings(texts: Iterable[Text], hidden: Iterable[HiddenCount], rule: Rule) -> list[Finding]:
    """Sentences that state a number which the tables hide or round; `low` and `high` are that number.

    A number below the threshold of tests, scans, patients and the like is one where its sentence names a place, or
    its code, of which a count is hidden; if the sentence names a modality, then one that is hidden there. A whole
    number at or above the threshold that is no multiple of the base is one wherever it stands. Bounds, ranges,
    rates, dates and statements of the rule are none. Rule: disclosure specification, route 7.
    """
    places = _Places(hidden)
    found: dict[tuple[Text, int], Finding] = {}
    for text in texts:
        for number, phrase, sentence in _stated(text.words):
            if reason := _reason(number, phrase, sentence, places, rule):
                found.setdefault((text, number), _finding(text, number, reason))
    return list(found.values())


@lru_cache(maxsize=2**16)
def _stated(words: str) -> tuple[tuple[int, str, str], ...]:
    """The counts that a text states, in what words, and in which sentence. Tables repeat their words often."""
    if not _MAY_COUNT.search(words):
        return ()
    sentences = _SENTENCES.split(words)
    return tuple((*count, sentence) for sentence in sentences for count in _numbers(sentence, words))


def _finding(text: Text, number: int, reason: str) -> Finding:
    return Finding(text.file, text.sheet, text.row, text.column, Route.TEXT, number, number, reason)


def _reason(number: int, phrase: str, sentence: str, places: "_Places", rule: Rule) -> str:
    """Why a number in a sentence is a finding; empty where it is none."""
    if number < rule.threshold:
        place = places.named_in(sentence)
        return f'"{phrase}" is stated of {place}, of which the tables hide a count.' if place else ""
    unrounded = rule.rounding_base > 1 and number % rule.rounding_base
    return f'"{phrase}" is stated, which is not rounded.' if unrounded else ""


def _numbers(sentence: str, around: str) -> Iterator[tuple[int, str]]:
    """The counts that a sentence states, and in what words."""
    for match in (*_COUNTED.finditer(sentence), *_STATED.finditer(sentence), *_PROPORTION.finditer(sentence)):
        if _is_count(match, sentence):
            yield _value(match["number"]), match[0]
    if _THING.search(sentence):
        shared = _SHARED.finditer(sentence)
        yield from ((_value(match[part]), match[0]) for match in shared for part in ("number", "whole"))
    if _THING.search(around):
        yield from ((_value(match["number"]), match[0]) for match in _DATED.finditer(sentence))


def _value(number: str) -> int:
    words = " ".join(number.lower().split())
    return _SPELT[words] if words in _SPELT else int(words.replace(",", ""))


def _is_count(match: re.Match[str], sentence: str) -> bool:
    """Whether a number is one: no bound, range, rate, day, year or the number of a table or a section."""
    before, after, number = sentence[: match.start("number")], sentence[match.end() :], match["number"]
    if _RANGE.search(before) or _OR_MORE.match(after) or (_DAY.search(before) and len(number) <= 4):
        return False
    if _YEAR.fullmatch(number) and _BEFORE_YEARS.search(before):
        return False
    return not _BOUND.search(before) if match.re is not _STATED else True


class _Places:
    """The places of which a count is hidden, by name and by code, and what is hidden of each."""

    def __init__(self, hidden: Iterable[HiddenCount]) -> None:
        self._labels: Mapping[str, set[str]] = defaultdict(set)
        self._codes: dict[str, str] = {}
        self._names: dict[str, str] = {}
        for count in dict.fromkeys(hidden):
            name = _plain(count.place)
            for spoken in (name, _TRUST.sub("", name)):
                self._labels[spoken].add(count.label)
                if spoken:
                    self._names.setdefault(spoken, count.place)
            if count.code.strip(" -"):
                self._codes[count.code.strip()] = name
        self._named = _any_of(self._names)
        self._coded = _any_of(self._codes)

    def named_in(self, sentence: str) -> str:
        """The place that a sentence names and of which a fitting count is hidden; empty where there is none."""
        names = [match[0] for match in self._named.finditer(_plain(sentence))]
        names += [self._codes[match[0]] for match in self._coded.finditer(sentence)]
        modalities = _modalities(sentence)
        fitting = (name for name in names if any(_fits(label, modalities) for label in self._labels[name]))
        name = next(fitting, None)
        return "" if name is None else self._names.get(name, "a provider")


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """One of these words, the longest that stands in a place; nothing where there are none."""
    longest: Sequence[str] = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)" if longest else r"(?!)")


def _plain(words: str) -> str:
    """Case-blind, with single blanks and one kind of apostrophe."""
    return " ".join(words.casefold().replace("’", "'").split())


def _modalities(words: str) -> set[str]:
    groups = (match.lastgroup or "" for match in _MODALITY.finditer(words))
    return {_MODALITIES[int(group[1:])][0] for group in groups}


def _fits(label: str, modalities: set[str]) -> bool:
    """Whether what is hidden may be what a sentence with these modalities is of."""
    return not label or not modalities or not modalities.isdisjoint(_modalities(label))
