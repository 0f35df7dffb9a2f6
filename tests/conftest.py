"""How the tests of properties run: the same values every time, and no limit by the clock of a busy machine."""

from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")
