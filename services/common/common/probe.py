"""`python -m common.probe`: a health check without a shell, for container images.

    python -m common.probe http://127.0.0.1:8081/healthz    healthy if that answers 200
    python -m common.probe /tmp/heartbeat 90                healthy if the file is at most 90 s old

Standard library only: it starts every few seconds beside the program.
"""

import http.client
import os
import sys
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

_ANSWERS_WITHIN = 3.0


def main(arguments: Sequence[str]) -> int:
    """Return 0 when healthy, 1 when not, 2 when asked wrongly; print one sentence."""
    match arguments:
        case [address] if address.startswith("http://"):
            healthy, why = answers(address)
        case [path, seconds] if seconds.isdigit():
            healthy, why = beats(path, float(seconds), time.time())
        case _:
            print("usage: python -m common.probe http://HOST:PORT/PATH | FILE SECONDS")
            return 2
    print(why)
    return 0 if healthy else 1


def answers(address: str) -> tuple[bool, str]:
    """Tell whether a GET of `address` answers 200 within three seconds."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=_ANSWERS_WITHIN)
    try:
        connection.request("GET", parts.path or "/")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return False, f"{parts.netloc} did not answer: {error}"
    finally:
        connection.close()
    return status == 200, f"{parts.netloc} answered {status}"


def beats(path: str, seconds: float, now: float) -> tuple[bool, str]:
    """Tell whether the file at `path` was touched within the last `seconds` before `now`."""
    try:
        age = now - os.stat(path).st_mtime
    except OSError:
        return False, f"there is no heartbeat at {path}"
    return age <= seconds, f"the last heartbeat was {age:.0f} s ago"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
