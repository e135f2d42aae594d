"""The Telegram bot: words in, replies out."""
