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
    # Spark says so of every newer pandas, of which nothing is used here
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    active = SparkSession.getActiveSession()
    if active is not None:
        yield active
        return
    session = _started()
    try:
        yield session
    finally:
        session.stop()


def _started() -> "SparkSession":
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("publish").config("spark.ui.showConsoleProgress", "false")
    try:
        session = builder.getOrCreate()
    except (PySparkException, Py4JError, OSError) as error:
        java = "" if os.environ.get("JAVA_HOME") or shutil.which("java") else ": Java is not found"
        raise UsageError(
            f"Spark does not start ({condition(error)}){java}",
            where="--engine spark",
            do="install Java 17 or newer, and check the settings of Spark (spark-defaults.conf, SPARK_… in the "
            "environment)",
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
    """What kind of error it is, in Spark's words where it has any: `PATH_NOT_FOUND`."""
    from pyspark.errors import PySparkException

    named = error.getCondition() if isinstance(error, PySparkException) else None
    return named or type(error).__name__
