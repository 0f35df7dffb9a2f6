"""`issues.toml`: what people write into it is read, what fits nothing is refused, and nothing is lost."""

import json
from dataclasses import replace
from typing import Any

import pytest

from publish.errors import InputRefused, UsageError
from publish.review.issues_file import FILE_NAME, read_state, state_as_json, version_of, write_state
from publish.review.state import ReviewState
from publish.review.state_checks import state_from_json
from tests.review.made_content import issue, made_content, made_state

FIRST, SECOND = issue(0)["id"], issue(1)["id"]


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    return made_content()


@pytest.fixture(scope="module")
def state(content: dict[str, Any]) -> ReviewState:
    return state_from_json(made_state(), content)


def written(tmp_path, text: str, content: dict[str, Any]) -> ReviewState:
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
    return read_state(tmp_path, content)


def test_what_is_written_is_what_is_read(tmp_path, content, state) -> None:
    write_state(state, tmp_path, content)
    assert read_state(tmp_path, content) == state
    assert json.loads(json.dumps(state_as_json(state))) == made_state()


def test_the_same_state_gives_the_same_bytes_and_another_version_another_name(tmp_path, content, state) -> None:
    versions = [version_of(tmp_path)]
    for each in (state, state, replace(state, comments=())):
        write_state(each, tmp_path, content)
        versions.append(version_of(tmp_path))
    assert versions[1] == versions[2]
    assert len(set(versions)) == 3


def test_every_finding_stands_in_the_file_with_its_sentence(tmp_path, content) -> None:
    write_state(ReviewState(), tmp_path, content)
    text = (tmp_path / FILE_NAME).read_text(encoding="utf-8")
    assert text.count('status = "undecided"') == len(content["issues"])
    assert all(found["text"] in text for found in content["issues"])
    assert "# High confidence.\n# Accepted in 2024-02-provisional for May 2023" in text
    assert read_state(tmp_path, content) == ReviewState()


def test_a_word_is_changed_by_hand(tmp_path, content) -> None:
    write_state(ReviewState(), tmp_path, content)
    file = tmp_path / FILE_NAME
    text = file.read_text(encoding="utf-8").replace('"undecided"', '"accepted"', 1)
    state = written(tmp_path, text, content)
    assert [(decision.of, decision.status, decision.text) for decision in state.decisions] == [
        (FIRST, "accepted", "")
    ]


def test_words_are_edited_by_hand(tmp_path, content) -> None:
    text = f'[[decisions]]\nof = "{SECOND}"\nstatus = "edited"\ntext = "Other words."\nby = "A"\n'
    (decision,) = written(tmp_path, text, content).decisions
    assert (decision.status, decision.text, decision.by) == ("edited", "Other words.", "A")


def test_where_there_is_no_file_nothing_is_decided(tmp_path, content) -> None:
    assert read_state(tmp_path, content) == ReviewState()


SLIPS = [
    # what stands in the file, where it is said to be, what is said
    ("[[decisions]\n", "issues.toml", "cannot be read as TOML"),
    ("[[decison]]\n", "issues.toml", "'decison' is not understood. Did you mean 'decisions'?"),
    ("decisions = 3\n", "decisions", "it is no list of entries"),
    ("decisions = [3]\n", "decisions, number 1", "it is no entry with fields"),
    ('[[decisions]]\nstatus = "accepted"\n', "decisions, number 1", "it has no of"),
    ('[[decisions]]\nof = "{0}"\nstatus = 3\n', "decisions, number 1", "its status is not text in quotes"),
    (
        '[[decisions]]\nof = "{0}"\nstatus = "acepted"\n',
        "decisions, number 1",
        "'acepted' is no status here. Did you mean 'accepted'?",
    ),
    ('[[decisions]]\nof = "{0} "\nstatus = "accepted"\n', "decisions, number 1", "no finding of this draft is"),
    (
        '[[decisions]]\nof = "{0}"\nstatus = "accepted"\n' * 2,
        "decisions, number 2",
        "stands twice",
    ),
    (
        '[[decisions]]\nof = "{0}"\nstatus = "accepted"\ntext = "Other words."\n',
        "decisions, number 1",
        "its words are not those that were drafted, and its status is accepted",
    ),
    (
        '[[decisions]]\nof = "{0}"\nstatus = "undecided"\ntext = "Other words."\n',
        "decisions, number 1",
        "its words are not those that were drafted, and its status is undecided",
    ),
    ('[[decisions]]\nof = "{0}"\nstatus = "edited"\n', "decisions, number 1", "it is edited, and has no words"),
    ('[[decisions]]\nof = "{0}"\nstatus = "rejected"\n', "decisions, number 1", "it is rejected without a reason"),
    (
        '[[added]]\ncategory = "other"\norg_code = "Q999"\nmonths = ["2023-06"]\ntext = "x"\n',
        "added, number 1",
        "no provider of this release has the code 'Q999'",
    ),
    (
        '[[added]]\ncategory = "other"\norg_code = "Q001"\nmonths = ["2022-06"]\ntext = "x"\n',
        "added, number 1",
        "'2022-06' is no month here",
    ),
    (
        '[[added]]\ncategory = "other"\norg_code = "Q001"\nmonths = "2023-06"\ntext = "x"\n',
        "added, number 1",
        "its months is not a list of texts",
    ),
    (
        '[[added]]\ncategory = "odd"\norg_code = "Q001"\nmonths = ["2023-06"]\ntext = "x"\n',
        "added, number 1",
        "'odd' is no category here",
    ),
    (
        '[[added]]\ncategory = "other"\norg_code = "Q001"\nmonths = []\ntext = "x"\n',
        "added, number 1",
        "it has no months or no words",
    ),
    (
        '[[comments]]\nnumber = 1\ntable = "Table 1"\ntext = "x"\nby = "A"\nresolved = true\n',
        "comments, number 1",
        "it is resolved, and nothing says how",
    ),
    ('[[comments]]\nnumber = true\ntable = "T"\ntext = "x"\nby = "A"\n', "comments, number 1", "its number is not"),
    ('[[waivers]]\ncheck = "linsk"\nreason = "x"\nby = "A"\n', "waivers, number 1", "Did you mean 'links'?"),
    ('[[waivers]]\ncheck = "links"\nreason = " "\nby = "A"\n', "waivers, number 1", "without a reason"),
    (
        '[[waivers]]\ncheck = "links"\nreason = "x\\u0000"\nby = "A"\n',
        "waivers, number 1",
        "characters that",
    ),
    (f'[[waivers]]\ncheck = "links"\nreason = "{"x" * 4001}"\nby = "A"\n', "waivers, number 1", "too long"),
    ('[[access]]\nname = "C"\nrole = "x"\nsince = "soon"\n', "access, number 1", "'soon' is no date and time"),
]


@pytest.mark.parametrize(("text", "where", "said"), SLIPS, ids=[said for _, _, said in SLIPS])
def test_slips_are_refused_with_their_place(tmp_path, content, text, where, said) -> None:
    with pytest.raises(InputRefused) as refusal:
        written(tmp_path, text.replace("{0}", FIRST), content)
    assert said in refusal.value.what
    assert refusal.value.where.endswith(where)
    assert refusal.value.do


@pytest.mark.parametrize("sent", [{"decisions": None}, {"decisions": [None]}, {"decision": []}, {"added": [{}]}])
def test_what_a_page_sends_is_refused_in_the_same_way(content, sent) -> None:
    with pytest.raises(UsageError):
        state_from_json(sent, content)
