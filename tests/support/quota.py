"""A share of a core for a process, as a small task has it in the cloud.

The kernel's own quota where we may make a control group (as root, version 1 or 2). Elsewhere a
thread stands in for it: it stops the process for the rest of each period that it has used up.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.load import cpu_seconds

PERIOD_SECONDS = 0.1
_V1, _V2 = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")
_JOIN = 'echo $$ > "$0" && exec "$@"'


@contextmanager
def throttled(
    command: Sequence[str], share: float, environment: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run a command on `share` of a core; give the process and who holds it to that."""
    group = _group(share)
    joined = ["sh", "-c", _JOIN, str(group / "cgroup.procs"), *command] if group else [*command]
    process = subprocess.Popen(
        joined, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    over = threading.Event()
    if group is None:
        threading.Thread(target=_hold, args=(process.pid, share, over), daemon=True).start()
    try:
        yield process, "a control group" if group else "stopping and continuing it"
    finally:
        over.set()
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()
        if group is not None:
            group.rmdir()


def _group(share: float) -> Path | None:
    """A control group of ours with this quota; None where we may not make one."""
    period = round(PERIOD_SECONDS * 1e6)
    quota = round(period * share)
    name = f"crypto-assistant-{os.getpid()}-{time.monotonic_ns()}"
    old = (_V1 / "cpu.cfs_quota_us").exists()
    group = (_V1 if old else _V2) / name
    try:
        group.mkdir()
    except OSError:
        return None
    try:
        if old:
            (group / "cpu.cfs_period_us").write_text(str(period), encoding="ascii")
            (group / "cpu.cfs_quota_us").write_text(str(quota), encoding="ascii")
        else:
            (group / "cpu.max").write_text(f"{quota} {period}", encoding="ascii")
    except OSError:  # for example version 2 without the controller
        group.rmdir()
        return None
    return group


def _hold(pid: int, share: float, over: threading.Event) -> None:
    """Stop the process whenever it is ahead of its share, until it is not."""
    began = time.monotonic()
    with suppress(OSError):
        while not over.wait(PERIOD_SECONDS / 20):
            ahead = cpu_seconds(pid) - share * (time.monotonic() - began + PERIOD_SECONDS)
            if ahead > 0:
                os.kill(pid, signal.SIGSTOP)
                over.wait(ahead / share)
                os.kill(pid, signal.SIGCONT)
