"""`python -m playground` as a process."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from playground.app import DEFAULT_TOKEN


@contextmanager
def program(**settings: str) -> Iterator[subprocess.Popen[str]]:
    names = {f"PLAYGROUND_{name}": value for name, value in settings.items()}
    running = subprocess.Popen(
        [sys.executable, "-m", "playground"],
        env={**os.environ, **names},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_its_address_and_ends_at_once_with_a_page_open(end: signal.Signals) -> None:
    with program(PORT="0") as running:
        assert running.stdout is not None
        address = running.stdout.readline().rpartition(" ")[2].strip()
        with httpx.Client(base_url=address) as http:
            assert http.get(f"/bot{DEFAULT_TOKEN}/getMe").json()["ok"]
            with http.stream("GET", "/api/events") as stream:
                next(stream.iter_lines())
                running.send_signal(end)
                said, complained = running.communicate(timeout=20)

    assert address.startswith("http://127.0.0.1:")
    assert DEFAULT_TOKEN not in said
    assert complained == ""


def test_a_wrong_setting_is_named_with_what_would_be_right() -> None:
    with program(PORT="many") as running:
        _, complained = running.communicate(timeout=20)

    assert running.returncode == 2
    assert "PLAYGROUND_PORT is wrong" in complained
    assert "It must be: a port from 1 to 65535" in complained


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with program(PORT=port) as running:
            _, complained = running.communicate(timeout=20)

    assert running.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in complained
