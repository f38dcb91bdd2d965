"""The conformance kit: proves an adapter, ours or a stranger's, in two lines of a test file.

    from boxwright.core.conformance import conformance

    test_conformance = conformance(ADAPTER)

pytest makes a case of each check. Without pytest, `check(ADAPTER)` returns the failures, each of which says
what is wrong, what was expected, what was found, and where to look. The kit makes its data itself, within the
Limits of what the format can hold, and needs Hypothesis: `pip install 'boxwright[conformance]'`.
"""

from boxwright.core.conformance.fault import Failure
from boxwright.core.conformance.limits import Limits
from boxwright.core.conformance.run import check, conformance

__all__ = ["Failure", "Limits", "check", "conformance"]
