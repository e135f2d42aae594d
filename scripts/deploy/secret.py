"""The words that nobody else may know: from the environment's variables, else Secrets Manager.

Nothing here says a value: an error names the field alone.
"""

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deploy.platform import PlatformError


class Secret:
    """The fields of one secret, read once, when the first of them is asked for.

    Args:
        client: Gives boto3's client of Secrets Manager.
        name: Of the secret; empty: the environment's variables alone.
    """

    def __init__(
        self, client: Callable[[], Any], name: str, environ: Mapping[str, str] = os.environ
    ) -> None:
        self._client = client
        self._name = name
        self._environ = environ
        self._fields: dict[str, Any] | None = None

    def field(self, name: str) -> str:
        """Return a field; empty when nobody knows it.

        Raises:
            PlatformError: If AWS does not tell.
        """
        if value := self._environ.get(name):
            return value
        if self._name and self._fields is None:
            self._fields = self._read()
        return str((self._fields or {}).get(name, ""))

    def _read(self) -> dict[str, Any]:
        try:
            told = self._client().get_secret_value(SecretId=self._name)["SecretString"]
        except (ClientError, BotoCoreError) as error:
            kind = type(error).__name__
            raise PlatformError(f"The secret {self._name} cannot be read ({kind}).") from None
        try:
            found = json.loads(told)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise PlatformError(f"The secret {self._name} holds no JSON object.")
        return found
