"""One copy of AWS for all tests of a worker."""

from collections.abc import Iterator

import pytest

from tests.support.moto import moto


@pytest.fixture(scope="session")
def aws_address() -> Iterator[str]:
    """Where moto answers."""
    with moto() as address:
        yield address
