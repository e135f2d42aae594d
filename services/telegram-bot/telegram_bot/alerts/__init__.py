"""Alerts: what one is, when it fires, and the engine that watches all of them.

The rules and the state machine are pure; what they need of the world stands in `store` and `feed`.
Times are UTC seconds since 1970, as in the database.
"""
