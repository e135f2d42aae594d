"""Deployments: what is released where, how it gets there, and the ledger that tells its story."""
