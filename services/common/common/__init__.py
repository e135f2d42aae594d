"""Words that every program of Crypto Assistant shares. Imports nothing of ours."""
