"""Certificates are read once, for `trust`, and by nothing else."""

import os
import ssl
import subprocess
import sys

import pytest

from common.trust import no_certificates, trust

_ASKS = (
    "import common.http, aiohttp.connector as own; "
    "print(len(own._SSL_CONTEXT_VERIFIED.get_ca_certs()), own._SSL_CONTEXT_VERIFIED.verify_mode)"
)


def test_the_http_library_reads_no_certificates_of_its_own_and_so_trusts_nobody() -> None:
    said = subprocess.run([sys.executable, "-c", _ASKS], capture_output=True, text=True)

    assert said.stdout == f"0 {ssl.CERT_REQUIRED}\n", said.stderr


def test_what_is_trusted_is_read_once_and_checks_names() -> None:
    assert trust() is trust()
    assert trust().check_hostname and trust().verify_mode is ssl.CERT_REQUIRED
    assert trust().get_ca_certs()


def test_an_operators_own_certificates_are_set_again_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/company.pem")
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)

    with no_certificates():
        assert os.environ["SSL_CERT_FILE"] == os.environ["SSL_CERT_DIR"] == os.devnull

    assert os.environ["SSL_CERT_FILE"] == "/company.pem" and "SSL_CERT_DIR" not in os.environ
