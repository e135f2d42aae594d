"""`python -m tests.support.dying_deploy PLACE RELEASE STEP HOW`: `apply`, SIGKILLed at a step.

Step 0 lives. HOW is before, after or lost.
"""

import os
import signal
import sys
from pathlib import Path
from typing import get_args

from deploy import desk, release
from deploy.apply import Wish, apply
from deploy.tale import Teller
from tests.support.deploy_deaths import How, Reaper, mortal_tools

NO_SUCH_STEP = 99


def main(place: str, file: str, step: str, how: str) -> int:
    """Return apply's exit code, or 99 when it ended before that step."""
    found = {it: it for it in get_args(How)}[how]
    reaper = Reaper(int(step), found, strike=lambda: os.kill(os.getpid(), signal.SIGKILL))
    mortal = mortal_tools(desk.tools(Path(place)), reaper)
    ending = apply(mortal, Wish(release.read(Path(file)), Teller("ada")))
    print(ending)
    return NO_SUCH_STEP if reaper.steps < int(step) else ending.code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
