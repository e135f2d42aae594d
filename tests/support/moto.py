"""moto's copies of what it copies well: S3, parameters, registry, logs, secrets, load balancers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.server import ThreadedMotoServer

from common.aws.signing import Credentials
from deploy import aws

WHO = Credentials("nobody", "nothing")
REGION = "eu-central-1"


@contextmanager
def moto() -> Iterator[str]:
    """Yield the address of a server."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def client(service: str, address: str) -> Any:
    """Return boto3's own client of a service there."""
    keys = {"aws_access_key_id": WHO.key, "aws_secret_access_key": WHO.secret}
    return aws.client(service, REGION, endpoint_url=address, **keys)
