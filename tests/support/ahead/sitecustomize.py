"""Python reads this first of all when the tests run on a shifted clock (`make ahead`).

libfaketime 0.9.10 shifts the deadline of `clock_nanosleep` although it was told to leave the
monotonic clock alone, so `time.sleep` of Python 3.11 and later fails with EINVAL. `select` sleeps
for the same time and takes no deadline.
"""

import select
import time
from typing import Any


def sleep(seconds: Any, /) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = sleep
