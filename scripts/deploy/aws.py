"""Clients of AWS: every call has a time-out, and is repeated a few times when it failed on the way.

Where they go is AWS's own business: `AWS_ENDPOINT_URL_ECS` and the like lead them elsewhere.
"""

from typing import Any

import boto3
from botocore.config import Config

from common.aws import credentials as ours
from common.aws.signing import Credentials

_CONFIG = Config(
    connect_timeout=5,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 4},
    user_agent_extra="crypto-assistant-deploy",
)


def client(service: str, region: str, **more: Any) -> Any:
    """Return a client of a service of AWS, with credentials from where AWS's tools look."""
    return boto3.client(service, region_name=region, config=_CONFIG, **more)


def credentials() -> Credentials:
    """Return who we are, from wherever AWS's tools look: a profile, a login, a role.

    Raises:
        OSError: If there is nobody; the sentence says how to become somebody.
    """
    found = boto3.Session().get_credentials()
    if found is None:
        return ours.credentials()
    now = found.get_frozen_credentials()
    return Credentials(now.access_key, now.secret_key, now.token or "")
