"""Finding a port to listen on."""

import socket
from random import Random

_TRIES = 100
# Below the ports that systems give to outgoing calls: such a one may be gone when it is used.
_LOWEST, _HIGHEST = 10_000, 30_000
_chance = Random()


def free_port(first: int = 0, host: str = "127.0.0.1") -> int:
    """Return a port nobody listens on: `first` or the next free one after it; any for 0.

    Raises:
        OSError: If a hundred ports in a row are taken.
    """
    first = first or _chance.randint(_LOWEST, _HIGHEST)
    last = min(first + _TRIES, 65_535)
    for port in range(first, last + 1):
        try:
            with socket.create_server((host, port)) as listener:
                return int(listener.getsockname()[1])
        except OSError:
            continue
    raise OSError(f"no port from {first} to {last} is free on {host}")
