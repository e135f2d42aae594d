"""`python -m deploy` as a step of a workflow: how it ended is handed on as a word.

A step that fails tells the next one nothing but that. Whether something was refused, was turned
back, or merely is not over yet decides what may come next, so the word goes into the outputs.
"""

import contextlib
import io
import json
from collections.abc import Sequence
from typing import Any

from deploy.__main__ import main
from deploy.endings import DEPLOYED, UNFINISHED
from pipeline.steps import hand_on, mark

_AGAIN = "Run the failed jobs again: it goes on where it is."


def carried(words: Sequence[str]) -> int:
    """Run a verb of the tool and return its exit code; the output `ending` says it in a word."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        code = main([*words, "--json"])
    ending = _ending(told.getvalue(), code)
    hand_on({"ending": ending["outcome"], "deployment": ending["deployment"]})
    because = f": {ending['reason']}" if ending["reason"] else ""
    line = f"{words[0]} ended with {code}, {ending['outcome']}{because}"
    if code == DEPLOYED:
        print(line)
    else:
        mark("error", f"{line}. {_AGAIN if code == UNFINISHED else ''}")
    return code


def _ending(text: str, code: int) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:  # it said on standard error what it did not understand
        found = {}
    outcome = "unfinished" if code == UNFINISHED else "refused"
    return {"outcome": outcome, "reason": "", "deployment": "", **found}
