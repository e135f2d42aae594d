"""Each file translates between one neighbour and our own words."""

import os

# The library's own opt-in: without it, every RetryAfter warns that it will change one day.
os.environ.setdefault("PTB_TIMEDELTA", "true")
