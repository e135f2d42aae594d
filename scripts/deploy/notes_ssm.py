"""The parameter store of AWS, where stacks read which task definition runs."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deploy.platform import PlatformError


class SsmNotes:
    """The parameter store.

    Args:
        client: Gives boto3's client of it.
    """

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = client

    def noted(self, name: str) -> str:
        with _our_words(name):
            try:
                told: Mapping[str, Any] = self._client().get_parameter(Name=name)
            except ClientError as error:
                if error.response["Error"]["Code"] == "ParameterNotFound":
                    return ""
                raise
        return str(told["Parameter"]["Value"])

    def note(self, name: str, definition: str) -> None:
        if self.noted(name) == definition:
            return
        with _our_words(name):
            self._client().put_parameter(Name=name, Value=definition, Type="String", Overwrite=True)


@contextmanager
def _our_words(name: str) -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise PlatformError(f"The parameter {name} cannot be asked: {error}") from None
