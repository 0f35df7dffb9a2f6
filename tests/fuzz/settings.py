"""How much is tried: the same examples on every machine, few enough for every run of the tests."""

from hypothesis import HealthCheck, settings

quick = settings(max_examples=150, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
slow = settings(quick, max_examples=60)
