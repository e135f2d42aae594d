"""Paper trading: what an account is, who keeps it, and who watches it at the lease.

Nothing here ever reaches an exchange. Times are UTC seconds since 1970.
"""
