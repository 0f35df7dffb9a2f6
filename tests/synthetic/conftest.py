import pytest

from tests.synthetic.made_up import RECORDS, Made, make


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Made:
    return make(RECORDS, tmp_path_factory.mktemp("made-up"))
