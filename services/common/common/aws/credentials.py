"""Who we are for AWS: the task's role, or what the environment says."""

import http.client
import json
import os
from collections.abc import Mapping

from common.aws.signing import Credentials

_TASK_CREDENTIALS = "169.254.170.2"  # where ECS tells a task its role's credentials


def credentials(
    variables: Mapping[str, str] = os.environ, task: str = _TASK_CREDENTIALS
) -> Credentials:
    """Return the task's role, or what the environment says.

    Args:
        task: Host that tells a task its role's credentials.

    Raises:
        OSError: If there are none; the sentence says how to get some.
    """
    if path := variables.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        return _of_task(task, path)
    try:
        key, secret = variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]
    except KeyError:
        line = 'eval "$(aws configure export-credentials --format env)"'
        raise OSError(f"AWS asks who we are. This line tells: {line}") from None
    return Credentials(key, secret, variables.get("AWS_SESSION_TOKEN", ""))


def _of_task(host: str, path: str) -> Credentials:
    connection = http.client.HTTPConnection(host, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read(1 << 16)
    finally:
        connection.close()
    try:
        told = json.loads(body)
        return Credentials(told["AccessKeyId"], told["SecretAccessKey"], told["Token"])
    except (ValueError, KeyError, TypeError):  # it is short of breath, or has no role for us
        raise OSError(f"The task's role is not told: {host} answered {answer.status}.") from None


def region(variables: Mapping[str, str] = os.environ) -> str:
    """Return the region that the environment names; AWS's first one by default."""
    return variables.get("AWS_REGION") or variables.get("AWS_DEFAULT_REGION") or "us-east-1"
