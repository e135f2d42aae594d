"""Looking at the processes of this machine: who runs, and whose child it is."""

import os
import subprocess


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and was not yet waited for does not."""
    return pid in _table()


def children_of(parent: int) -> list[int]:
    """Return the processes that `parent` started and that run."""
    return [pid for pid, started_by in _table().items() if started_by == parent]


def _table() -> dict[int, int]:
    """Return every running process with its parent."""
    rows = _from_proc() if os.path.isdir("/proc/self") else _from_ps()
    return {pid: parent for pid, parent, state in rows if not state.startswith("Z")}


def _from_proc() -> list[tuple[int, int, str]]:
    rows = []
    for name in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                state, parent = file.read().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        rows.append((int(name), int(parent), state))
    return rows


def _from_ps() -> list[tuple[int, int, str]]:
    command = ["ps", "-axo", "pid=,ppid=,stat="]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [(int(pid), int(parent), state) for pid, parent, state in map(str.split, lines)]
