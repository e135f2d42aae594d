"""One pure core for paper trading, presets that trade on their own, and backtests.

A decision sees closed candles alone and is filled at the next opening. Money is exact; indicators
are floats. Long positions only, one a market, and never more than there is cash for.
"""
