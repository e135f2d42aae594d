"""TLS in front of a plain server, with an authority made for the test.

async with TlsDoor(folder).before("http://127.0.0.1:8080") as address:  # https://localhost:...
    ... whoever trusts `door.authority` reaches the server ...
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import trustme


class TlsDoor:
    """Takes TLS off and passes on what is inside.

    Attributes:
        authority: A PEM file with the certificate of who vouches for the door.
    """

    def __init__(self, folder: Path) -> None:
        maker = trustme.CA()
        self.authority = folder / "authority.pem"
        maker.cert_pem.write_to_path(str(self.authority))
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        maker.issue_cert("localhost").configure_cert(self._context)

    @asynccontextmanager
    async def before(self, address: str) -> AsyncIterator[str]:
        """Yield the door's address in front of a plain one, `https` for `http`, `wss` for `ws`."""
        behind = urlsplit(address)

        async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, here = await asyncio.open_connection(behind.hostname, behind.port)
            await asyncio.gather(_pump(reader, here), _pump(there, writer))

        server = await asyncio.start_server(pass_on, "localhost", 0, ssl=self._context)
        port = server.sockets[0].getsockname()[1]
        try:
            yield f"{behind.scheme}s://localhost:{port}{behind.path}"
        finally:
            server.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        writer.close()
