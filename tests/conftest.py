"""Rules for every test: what a machine lacks is named, and no socket leaves it.

A test whose marker names something that this machine lacks ends in the NOT RUN list with the line
that installs it (`local.needs`). Any other skip fails the run: a test either runs or has a reason
that a person can act on.
"""

import gc
import ipaddress
import json
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from local.needs import NEEDS

# Seven thousand tests are made, and all of them stay: looking through them for garbage, again and
# again, is a third of what collecting them costs.
gc.disable()

_ROOT = Path(__file__).resolve().parents[1]
_REPORT = Path(os.environ.get("NOT_RUN_REPORT", _ROOT / ".run" / "not-run.json"))
_PREFIX = "NOT RUN: "
_OFFLINE = "127.0.0.1, ::1 and Unix sockets are all that a test may reach"

# No deadline: the machine may be busy. The pipeline tries the same examples every time; the long
# form is `make prove PROOFS=properties`.
settings.register_profile(
    "project",
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "25")),
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("project")


@pytest.fixture(autouse=True, scope="session")
def _no_socket_leaves_this_machine() -> Iterator[None]:
    """Refuse every connect to an address that is not this machine's own, in this process."""
    allowed = False

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if allowed:
            return
        if event == "socket.connect" and not _is_local(arguments[1]):
            raise PermissionError(f"{arguments[1]!r}: {_OFFLINE}.")
        if event == "socket.getaddrinfo" and not _is_local((arguments[0],)):
            raise socket.gaierror(f"{arguments[0]!r}: {_OFFLINE}.")

    sys.addaudithook(audit)
    yield
    allowed = True  # a hook cannot be taken off again


def _is_local(address: Any) -> bool:
    host = address[0] if isinstance(address, tuple) else None
    if not isinstance(host, str):  # a Unix socket, or a listener on every address
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # It builds the images: who needs them later on finds them built, and waits for nobody.
    items.sort(key=lambda item: item.path.name != "test_compose.py")
    for marker, need in NEEDS.items():
        marked = [item for item in items if item.get_closest_marker(marker)]
        if marked and not need.present():
            for item in marked:
                item.add_marker(pytest.mark.skip(reason=f"{_PREFIX}{marker}"))


class _Skips:
    """Collects the skips of the whole run, also those of other workers."""

    def __init__(self) -> None:
        self.not_run: dict[str, list[str]] = {}
        self.unexplained: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        marker = reason.partition(_PREFIX)[2]
        if marker in NEEDS:
            self.not_run.setdefault(marker, []).append(report.nodeid)
        else:
            self.unexplained[report.nodeid] = reason

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        lacking = {
            marker: {"tests": sorted(tests), "what": need.what, "install": need.install}
            for marker, need in NEEDS.items()
            if (tests := self.not_run.get(marker))
        }
        _REPORT.parent.mkdir(parents=True, exist_ok=True)
        _REPORT.write_text(json.dumps(lacking, indent=1) + "\n", encoding="utf-8")
        if self.unexplained and session.exitstatus in (pytest.ExitCode.OK, 5):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for marker, tests in sorted(self.not_run.items()):
            need = NEEDS[marker]
            terminalreporter.write_line(
                f"NOT RUN: {len(tests)} tests need {need.what}: {need.install}", yellow=True
            )
        for test, reason in self.unexplained.items():
            terminalreporter.write_line(f"SKIPPED WITHOUT A NEED: {test}: {reason}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the workers report to the one that collects
        config.pluginmanager.register(_Skips(), "skips")
