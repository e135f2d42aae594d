"""The deployment dashboard: what runs where, drawn from the ledger into a page without a server."""
