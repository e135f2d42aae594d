"""Arithmetic of what people size, convert, rank and own: pure and exact, without a word of text."""
