"""What a developer and the pipeline start by hand: run, test, check, lock, prove."""
