"""Make the application's role in a database that DATABASE_URL opens as its owner. Run as `python -m config.roles`."""

import os
import sys

import psycopg
from psycopg import sql

from config.cluster import APP, default_privileges


def make_app_role(url: str, password: str) -> None:
    """Make the role, or give it this password, and let it read and write what the owner will create.

    Raises psycopg.Error in the words of the server when the role in `url` may not.
    """
    with psycopg.connect(url) as connection:
        exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP]).fetchone()
        verb = sql.SQL("ALTER" if exists else "CREATE")
        connection.execute(
            sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(APP), sql.Literal(password))
        )
        owner = connection.info.user
        grants = [f"GRANT CONNECT ON DATABASE {_quoted(connection.info.dbname)} TO {APP}"]
        for statement in [*grants, *default_privileges(_quoted(owner), APP)]:
            connection.execute(statement.encode())


def _quoted(name: str) -> str:
    return sql.Identifier(name).as_string()


if __name__ == "__main__":
    try:
        make_app_role(os.environ["DATABASE_URL"], os.environ["AMPARO_APP_PASSWORD"])
    except psycopg.Error as error:
        sys.exit(f"PostgreSQL at DATABASE_URL did not let us make the role {APP}: {error}")
