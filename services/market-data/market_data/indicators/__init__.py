"""Arithmetic on candles: one file an indicator, pure functions, no I/O."""
