"""HTTP in: one file a resource."""
