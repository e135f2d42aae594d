"""How a program reads its settings: once, from the environment, and with errors that help."""

from typing import Any, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.errors import Misconfigured
from common.features import Environment, Features


class ProgramSettings(BaseSettings):
    """Settings that every program has; a program's own class adds its fields.

    An unset or empty variable means the default. Variables of other programs are ignored.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    environment: Environment = Field(default="local", description="local, staging or production")
    log_level: str | None = Field(
        default=None,
        description="DEBUG, INFO, WARNING or ERROR; by default what the environment's file says",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
    )
    revision: str = Field(
        default="unknown", description="the commit that this program was built of"
    )
    image_digest: str = Field(
        default="",
        description="the digest of the image that the program runs from, told by `/version`",
    )
    flag_overrides: str = Field(
        default="",
        description="where flags are that were turned for a while: a file, or ssm:/parameter/name",
    )

    def features(self) -> Features:
        """Return the flags of this environment, and whatever is turned in the file."""
        if not self.flag_overrides:
            return Features(self.environment)
        from common.features.switchboard import source_at  # half a megabyte, for few

        return Features(self.environment, source_at(self.flag_overrides, self.environment))


Program = TypeVar("Program", bound=ProgramSettings)

# The kinds of pydantic's errors about a number, where each keeps its limit, and our words for it.
_LIMITS = {
    "greater_than": ("gt", "it is not above"),
    "greater_than_equal": ("ge", "it is below"),
    "less_than": ("lt", "it is not below"),
    "less_than_equal": ("le", "it is above"),
}


def read(settings: type[Program], **given: Any) -> Program:
    """Read a program's settings; `given` wins over the environment (for tests).

    Raises:
        Misconfigured: Names every wrong variable and says what would be right. It repeats no
            value, since that may be a secret.
    """
    try:
        return settings(**given)
    except ValidationError as error:
        raise Misconfigured(
            " ".join(_sentence(settings, item) for item in error.errors())
        ) from None


def _sentence(settings: type[ProgramSettings], item: Any) -> str:
    name = str(item["loc"][0]) if item["loc"] else "settings"
    field = settings.model_fields.get(name)
    wanted = f" It must be: {field.description}." if field and field.description else ""
    trouble = "is missing" if item["type"] == "missing" else f"is wrong{_reason(item)}"
    return f"{name.upper()} {trouble}.{wanted}"


def _reason(item: Any) -> str:
    """Return what our own validator said, or which limit was passed; pydantic's words are not ours.

    A validator's words must not repeat the value.
    """
    context = item.get("ctx", {})
    if item["type"] == "value_error":
        return f" ({context['error']})"
    if item["type"] in _LIMITS:
        limit, words = _LIMITS[item["type"]]
        return f" ({words} {context[limit]:g})"
    return ""
