"""One ECS server and one client for all tests of a worker; each test has a world of its own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from deploy import aws
from tests.support import moto as support
from tests.support.fake_ecs_server import Server, World, running
from tests.support.fake_ecs_world import Ticks, world_at


@pytest.fixture(scope="session")
def _server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def _client(_server: Server) -> Any:
    keys = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}
    return aws.client("ecs", "eu-central-1", endpoint_url=_server.address, **keys)


@pytest.fixture(scope="session")
def moto() -> Iterator[Callable[[str], Any]]:
    """Clients of what moto does copy well: S3, registry, logs, secrets, load balancers."""
    with support.moto() as address:
        yield lambda service: support.client(service, address)


@pytest.fixture
def ticks() -> Ticks:
    """The clock of ECS and of the tool: it moves when somebody sleeps."""
    return Ticks()


@pytest.fixture
def server(_server: Server, _client: Any, ticks: Ticks) -> Iterator[Server]:
    """The server, with both programs of version 1.0.0 running; at the end all was as described."""
    _server.world = world_at(ticks, _client, _server)
    yield _server
    assert _server.world.notes == []


@pytest.fixture
def world(server: Server) -> World:
    return server.world


@pytest.fixture
def client(server: Server, _client: Any) -> Any:
    """boto3 itself, on the scripted ECS."""
    return _client
