"""What the environment says, read once."""

from pydantic import Field

from common.settings import ProgramSettings
from playground.app import DEFAULT_TOKEN


class Settings(ProgramSettings):
    """Where to listen, and the token that the bot must send."""

    playground_host: str = Field(
        default="127.0.0.1", description="an address to listen on, for example 127.0.0.1"
    )
    playground_port: int = Field(
        default=8080, ge=0, le=65_535, description="a port from 1 to 65535, or 0 for any free one"
    )
    playground_token: str = Field(
        default=DEFAULT_TOKEN,
        pattern=r"^[1-9][0-9]{0,15}:[A-Za-z0-9_-]{1,100}$",
        description="digits, a colon and a word, for example 4242:nothing-real",
    )
