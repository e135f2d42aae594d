"""What a step of a workflow leaves behind: outputs, a summary, a mark on the run."""

import os
from collections.abc import Mapping


def hand_on(outputs: Mapping[str, str]) -> None:
    """Give values to the steps that follow."""
    lines = (f"{name}={' '.join(value.split())}\n" for name, value in outputs.items())
    _append("GITHUB_OUTPUT", "".join(lines))


def summarise(text: str) -> None:
    """Add Markdown to the page of the run."""
    _append("GITHUB_STEP_SUMMARY", text + "\n")


def mark(kind: str, text: str) -> None:
    """Mark the run with an error, a warning or a notice; on a terminal it is a line."""
    print(f"::{kind}::{' '.join(text.split())}", flush=True)


def _append(variable: str, text: str) -> None:
    if path := os.environ.get(variable):
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)
