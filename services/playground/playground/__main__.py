"""`python -m playground`: serves the Bot API and the chat page until Ctrl-C."""

import socket
import sys

import uvicorn

from common.errors import Misconfigured
from common.settings import read
from playground.app import create_app
from playground.settings import Settings
from playground.world import World

_LAST_ANSWERS_SECONDS = 3
_KEEP_ALIVE_SECONDS = 75  # longer than a bot keeps an idle connection, as at Telegram


class Server(uvicorn.Server):
    """Ends long polls and event streams first: nobody should wait for them at Ctrl-C."""

    def __init__(self, config: uvicorn.Config, world: World) -> None:
        super().__init__(config)
        self._world = world

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._world.close()
        await super().shutdown(sockets)


def run(settings: Settings) -> None:
    """Listen and serve; print the address of the page once it answers."""
    app = create_app(token=settings.playground_token)
    try:
        listener = socket.create_server(
            (settings.playground_host, settings.playground_port), backlog=512
        )
    except OSError as error:
        raise Misconfigured(
            f"cannot listen on {settings.playground_host}:{settings.playground_port} "
            f"({error.strerror}); "
            "set PLAYGROUND_PORT to a free port, or to 0"
        ) from None
    config = uvicorn.Config(
        app,
        http="httptools",
        access_log=False,  # its lines would show the token, as every address does
        log_level="warning",
        timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    host, port = listener.getsockname()[:2]
    print(f"The chat is at http://{host}:{port}/", flush=True)
    print(f"Bot API: http://{host}:{port}/bot<token>/<method>", flush=True)
    Server(config, app.state.world).run(sockets=[listener])


def main() -> int:
    """Serve until told to stop."""
    try:
        run(read(Settings))
    except Misconfigured as error:
        print(f"playground: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
