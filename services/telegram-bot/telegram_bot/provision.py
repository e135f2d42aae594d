"""`python -m telegram_bot.provision`: make a database and its owner on a shared PostgreSQL server.

DATABASE_URL is the server's, with a role that may make both. NEW_DATABASE names the database and
the role that owns it, NEW_PASSWORD is that role's. Run again it only sets the password again.
"""

import os
import re
import sys
from collections.abc import Mapping

import psycopg
from psycopg import sql

from common.errors import Misconfigured

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_LEAST = 16


def main(variables: Mapping[str, str] = os.environ) -> int:
    """Return 0 when done, 2 with one sentence when that cannot be."""
    try:
        address, name, password = _read(variables)
        with psycopg.connect(address, autocommit=True, connect_timeout=10) as server:
            provision(server, name, password)
    except (Misconfigured, psycopg.OperationalError) as error:
        print(str(error).strip().partition("\n")[0], file=sys.stderr)
        return 2
    print(f"The database {name} is there and belongs to the role {name}.")
    return 0


def _read(variables: Mapping[str, str]) -> tuple[str, str, str]:
    names = ("DATABASE_URL", "NEW_DATABASE", "NEW_PASSWORD")
    address, name, password = (variables.get(it, "") for it in names)
    if not address.startswith("postgres"):
        raise Misconfigured("DATABASE_URL must be the server's, postgresql://owner@host/postgres.")
    if not _NAME.fullmatch(name):
        raise Misconfigured("NEW_DATABASE must be small letters, digits and _, such as staging.")
    if len(password) < _LEAST:
        raise Misconfigured(f"NEW_PASSWORD must have {_LEAST} characters or more.")
    return address, name, password


def provision(server: "psycopg.Connection[tuple[object, ...]]", name: str, password: str) -> None:
    """Make the role and its database where they are missing; nobody else may connect to it.

    Args:
        server: In autocommit: a database cannot be made within a transaction.
    """
    role = sql.Identifier(name)
    known = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    word = sql.SQL("ALTER" if known else "CREATE")
    wanted = sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(word, role, sql.Literal(password))
    server.execute(wanted)
    if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        # The owner of an RDS server is no superuser: it must be of a role to give it something.
        server.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
        server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
    server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role))


if __name__ == "__main__":
    sys.exit(main())
