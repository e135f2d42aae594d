"""Numbers in, text out: the only place of the bot that rounds or escapes. Pure."""
