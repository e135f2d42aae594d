"""A Telegram you can run at home: a Bot API server and a chat page. For development only."""
