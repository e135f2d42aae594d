"""What the workflows do around `python -m deploy`: what may go where, and who hears of it."""
