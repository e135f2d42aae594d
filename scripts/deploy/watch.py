"""The verdict over a version that people use: PASS, FAIL or INCONCLUSIVE.

A quiet bot has few requests, so the sample are questions of our own. One bad answer is noise, and
too few answers are no verdict.
"""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["PASS", "FAIL", "INCONCLUSIVE"]


@dataclass(slots=True)
class Watch:
    """Attributes: minimum: Answers that a PASS needs. in_a_row: So many bad ones are a FAIL."""

    minimum: int
    in_a_row: int
    asked: int = 0
    bad: int = 0
    bad_in_a_row: int = 0

    def saw(self, good: bool) -> None:
        """Count an answer.

        >>> watch = Watch(minimum=2, in_a_row=2)
        >>> watch.saw(True); watch.verdict
        'INCONCLUSIVE'
        >>> watch.saw(False); watch.verdict
        'PASS'
        >>> watch.saw(False); watch.verdict
        'FAIL'
        """
        self.asked += 1
        self.bad += not good
        self.bad_in_a_row = 0 if good else self.bad_in_a_row + 1

    @property
    def verdict(self) -> Verdict:
        """What can be said by now; a FAIL holds from the moment it is reached."""
        if self.bad_in_a_row >= self.in_a_row:
            return "FAIL"
        if self.asked < self.minimum or 2 * self.bad > self.asked:
            return "INCONCLUSIVE"
        return "PASS"

    @property
    def reason(self) -> str:
        """The sample in words."""
        return f"{self.bad} of {self.asked} probes failed"
