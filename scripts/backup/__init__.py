"""Copies of the bot's database that can be restored, and the program that restores them."""
