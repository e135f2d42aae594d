"""Copies of the bot's database: made while it works, restored, and kept on S3 every minute.

Standard library only: `python -m backup keep` runs in the bot's image.
"""
