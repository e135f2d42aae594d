"""Who we are for AWS: the task's role, or what the environment says."""

import http.client
import json
import os
from collections.abc import Mapping

from common.aws.signing import Credentials

_TASK_CREDENTIALS = "169.254.170.2"  # where ECS tells a task its role's credentials


def credentials(variables: Mapping[str, str] = os.environ) -> Credentials:
    """Return the task's role, or what the environment says.

    Raises:
        OSError: If there are none; the sentence says how to get some.
    """
    if path := variables.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        connection = http.client.HTTPConnection(_TASK_CREDENTIALS, timeout=5)
        try:
            connection.request("GET", path)
            told = json.loads(connection.getresponse().read(1 << 16))
        finally:
            connection.close()
        return Credentials(told["AccessKeyId"], told["SecretAccessKey"], told["Token"])
    try:
        key, secret = variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]
    except KeyError:
        line = 'eval "$(aws configure export-credentials --format env)"'
        raise OSError(f"AWS asks who we are. This line tells: {line}") from None
    return Credentials(key, secret, variables.get("AWS_SESSION_TOKEN", ""))


def region(variables: Mapping[str, str] = os.environ) -> str:
    """Return the region that the environment names; AWS's first one by default."""
    return variables.get("AWS_REGION") or variables.get("AWS_DEFAULT_REGION") or "us-east-1"
