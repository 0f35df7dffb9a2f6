"""Records from a database: the result of a query, kept as a Parquet file and then read as any extract."""

from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from publish.errors import InputRefused, UsageError

DRIVERS: Final = {"postgresql": "adbc_driver_postgresql.dbapi", "postgres": "adbc_driver_postgresql.dbapi"}
_WHERE: Final = "the database"


def fetch_query(database_uri: str, query: str, into: Path) -> Path:
    """Write the rows of a query to a Parquet file, some at a time, and give its path back.

    The query is run in a transaction that may only read. The file is there whole or not at all.

    Raises UsageError where the address is not of a kind of database that can be read or its package is not
    installed, and InputRefused where the database cannot be reached or the query fails. No message shows the
    address (it may hold a password) or what the database says (it may show a value).
    """
    driver = _driver(database_uri)
    making = into.with_name(f".{into.name}.making")
    try:
        with _refusing(driver.Error, "cannot be reached", "check its address, user and password"):
            connection = driver.connect(database_uri)
        with connection, _refusing(driver.Error, "the query failed", "try the query in the database's own client"):
            _write(connection, query, making)
        making.replace(into)
    finally:
        making.unlink(missing_ok=True)
    return into


def _write(connection: Any, query: str, into: Path) -> None:  # noqa: ANN401 - a driver's connection has no type
    from pyarrow import parquet

    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute(query)
        rows = cursor.fetch_record_batch()
        # plain types: what the driver says besides of types that Arrow does not know is left out
        with parquet.ParquetWriter(into, rows.schema, store_schema=False) as writer:
            for batch in rows:
                writer.write_batch(batch)


def _driver(database_uri: str) -> Any:  # noqa: ANN401 - a module that may not be installed
    scheme = database_uri.partition("://")[0].lower()
    if scheme not in DRIVERS:
        raise UsageError(
            "not the address of a database that can be read",
            where=_WHERE,
            do="give it as postgresql://user@host:port/database",
        )
    try:
        return import_module(DRIVERS[scheme])
    except ImportError:
        raise UsageError(
            "further packages are needed to read from a database",
            where=_WHERE,
            do="install them: pip install 'publish[database]'",
        ) from None


@contextmanager
def _refusing(errors: type[Exception], what: str, do: str) -> Generator[None]:
    """Turn what a driver or Arrow raises into a refusal that tells its kind alone."""
    from pyarrow import ArrowException

    try:
        yield
    except (errors, ArrowException, OSError) as error:
        state = getattr(error, "sqlstate", None)
        kind = f"SQLSTATE {state}" if state else type(error).__name__
        raise InputRefused(f"{what} ({kind})", where=_WHERE, do=do) from None
