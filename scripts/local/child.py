"""`python -m local.child MODULE`: run a program that ends when its parent does.

The parent holds the other end of standard input and never writes. When the parent is gone, however
it ended (`kill -9` too), the pipe ends, and the program stops as on a SIGTERM. This works on every
POSIX system and asks nothing of the program.
"""

import os
import runpy
import signal
import sys
import threading
import time

_STOPS_WITHIN = 5.0


def main() -> None:
    """Watch standard input beside the program that is named on the command line."""
    module = sys.argv[1]
    threading.Thread(target=_end_with_the_parent, name="parent-watch", daemon=True).start()
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end_with_the_parent() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_STOPS_WITHIN)
    os._exit(1)


if __name__ == "__main__":
    main()
