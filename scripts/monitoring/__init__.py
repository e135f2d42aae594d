"""Looks at what runs, and remembers what it saw."""
