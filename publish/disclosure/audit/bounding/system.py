"""What the published tables say of each other, as one system of linear rows over unknown counts."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]

UNBOUNDED: Final = 2**40
"""What stands for "no upper limit" in `high`, and (with its sign) for an open side of a row."""


@dataclass(frozen=True)
class System:
    """Integer unknowns with bounds, and linear rows over them.

    `low` and `high` have one number for each unknown (0 or more; tests; `high` is UNBOUNDED where there is no
    limit). `rows` has whole, small coefficients, no stored zero, and no unknown twice in a row. Each row holds
    `least <= row . x <= most`: an equation has the same in both, and "a part is at most its whole" has -UNBOUNDED
    or UNBOUNDED on its open side. Rule: disclosure specification, "Audit".
    """

    low: Whole
    high: Whole
    rows: csr_array
    least: Whole
    most: Whole

    def part(self, rows: Whole, unknowns: Whole, low: Whole, high: Whole) -> "System":
        """Some of the rows over some of the unknowns, within these bounds of all; the other unknowns at `low`."""
        kept = csr_array(self.rows[rows])
        others = low.copy()
        others[unknowns] = 0
        given: Whole = kept @ others
        least, most = self.least[rows], self.most[rows]
        return System(
            low[unknowns],
            high[unknowns],
            csr_array(kept[:, unknowns]),
            np.where(least <= -UNBOUNDED, least, least - given),
            np.where(most >= UNBOUNDED, most, most - given),
        )

    def holds(self, values: Whole) -> bool:
        """Whether these values are a solution, in whole numbers."""
        sums: Whole = self.rows @ values
        below = (self.least > -UNBOUNDED) & (sums < self.least)
        above = (self.most < UNBOUNDED) & (sums > self.most)
        outside = (values < self.low) | (values > self.high)
        return not (below.any() or above.any() or outside.any())
