"""Every registered adapter runs the conformance kit."""

import pytest

from boxwright.core.conformance import check
from boxwright.core.conformance.run import checks_of
from boxwright.core.plugins import adapters
from tests.adapters.limits import LIMITS

CASES = [(name, one) for name, adapter in adapters().items() for one in checks_of(adapter)]
EXAMPLES = 10  # data sets of each round trip, and 200 in the slow test


@pytest.mark.parametrize(("name", "one"), CASES, ids=[f"{name}-{one}" for name, one in CASES])
def test_a_built_in_adapter_conforms(name, one):
    failures = check(adapters()[name], LIMITS.get(name), examples=EXAMPLES, checks=[one])
    assert "\n".join(map(str, failures)) == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", adapters())
def test_many_random_data_sets_come_back(name):
    failures = check(adapters()[name], LIMITS.get(name), examples=200, checks=["round_trip"])
    assert "\n".join(map(str, failures)) == ""
