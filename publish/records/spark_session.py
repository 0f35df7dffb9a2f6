"""The session of Apache Spark: the cluster's own where there is one, else one that its settings describe.

Nothing of Spark is loaded before it is asked for.
"""

import os
import shutil
import sys
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from publish.errors import InputRefused, UsageError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@contextmanager
def spark_session() -> Generator["SparkSession"]:
    """The active session, as a notebook or a job on a cluster has it, or a new one, which ends with the block.

    A new one is as `spark-submit`, `spark-defaults.conf` and `SPARK_…` in the environment say: without a master it
    is this machine, every core. Its workers run the Python of this program unless PYSPARK_PYTHON names another.
    Raises UsageError where Spark is not installed or does not start.
    """
    try:
        import pandas as pandas  # Spark hands records over as Arrow only where it finds both
        import pyarrow as pyarrow
        from pyspark.sql import SparkSession
    except ImportError:
        raise UsageError(
            "further packages are needed to run on Apache Spark",
            where="--engine spark",
            do="install them: pip install 'publish[spark]'",
        ) from None
    _quieten()
    active = SparkSession.getActiveSession()
    if active is not None:
        yield active
        return
    session = _started()
    try:
        yield session
    finally:
        session.stop()


def _quieten() -> None:
    """Leave standard error to the program: what Spark has to say of an error is told in a refusal."""
    from pyspark.logger import PySparkLogger

    # Spark says so of every newer pandas, of which nothing is used here
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        PySparkLogger.getLogger(name).disabled = True


def _started() -> "SparkSession":
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        session = SparkSession.builder.appName("publish").getOrCreate()
    except (PySparkException, Py4JError, OSError) as error:
        home = os.environ.get("JAVA_HOME")
        java = shutil.which("java", path=f"{home}/bin" if home else None)
        raise UsageError(
            f"Spark does not start ({condition(error) if java else 'Java is not found'})",
            where="--engine spark",
            do="install Java 17 or newer (JAVA_HOME says where it is), and check the settings of Spark",
        ) from None
    if hasattr(session, "sparkContext"):  # a session of Spark Connect has none, and logs elsewhere
        session.sparkContext.setLogLevel("ERROR")
    return session


@contextmanager
def refusing_spark(what: str, where: str, do: str) -> Generator[None]:
    """Turn what Spark raises into a refusal that tells its kind alone: its messages may show values of records."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise InputRefused(f"{what} ({condition(error)})", where=where, do=do) from None


def condition(error: Exception) -> str:
    """What kind of error it is: in Spark's words if it has any (`PATH_NOT_FOUND`), else by its class."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    if isinstance(error, Py4JJavaError):
        return str(error.java_exception.getClass().getSimpleName())
    named = error.getCondition() if isinstance(error, PySparkException) else None
    return named or type(error).__name__
