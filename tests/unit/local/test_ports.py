"""Finding a port that nobody listens on."""

import socket

import pytest

from local.ports import free_port


def test_any_port_will_do() -> None:
    assert free_port() > 1023


def test_a_taken_port_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]

        assert free_port(taken) > taken


def test_a_machine_without_the_address_has_no_port() -> None:
    with pytest.raises(OSError, match="no port from 8080 to 8180"):
        free_port(8080, host="192.0.2.1")
