"""What the attacker knows of the rule that a folder was published by."""

from dataclasses import dataclass

from publish.disclosure.audit.bounding.system import UNBOUNDED


@dataclass(frozen=True)
class Rule:
    """Counts of 1 to `threshold - 1` are hidden, zero with `hides_zero`; others are shown to the nearest base.

    A `rounding_base` of 1 rounds nothing. `fewest_dates` is the fewest tests with both dates that a shown median
    may rest on. With `secondary`, a hidden count may also be any other, hidden to protect its neighbours. `strict`
    counts as found also what the rule itself leaves open (see `leaves_sums`). Rule: disclosure specification, "The
    attacker".
    """

    threshold: int = 3
    rounding_base: int = 5
    fewest_dates: int = 1
    hides_zero: bool = False
    secondary: bool = False
    strict: bool = False

    @property
    def leaves_sums(self) -> bool:
        """Whether the rule, as published, lets counts follow from others that all obey it: it rounds, and hides no
        further cells. A year of two hidden months and no others is hidden, and each month is 1.
        """
        return self.rounding_base > 1 and not self.secondary and not self.strict

    @property
    def hidden(self) -> tuple[int, int]:
        """The least and the most that a hidden count can be."""
        return 0 if self.hides_zero else 1, UNBOUNDED if self.secondary else self.threshold - 1

    def shown(self, value: int) -> tuple[int, int]:
        """The least and the most that a count shown as `value` can be: small ones are hidden.

        A value that is no multiple of the base was not rounded: it is itself. Zero is zero, but for a base so wide
        that it shows counts which are not small as zero.
        """
        below, above = self.rounding_base // 2, (self.rounding_base - 1) // 2
        if value % self.rounding_base or (value == 0 and above < self.threshold):
            return value, value
        return max(value - below, self.threshold if value else 0), value + above

    def treated(self, value: int) -> tuple[int, int]:
        """The same for a count of `value` that the rule is put to first: hidden where small, rounded elsewhere."""
        if self.hidden[0] <= value < self.threshold:
            return self.hidden
        base = self.rounding_base
        return self.shown((value + base // 2) // base * base)

    def allows(self, value: float) -> bool:
        """Whether the rule shows a count so: zero, or a multiple of the base that is no small count."""
        return (value == 0 and not self.hides_zero) or (value % self.rounding_base == 0 and value >= self.threshold)
