"""Processes beside this one: writing and checking files is Python's own work, which keeps one processor busy."""

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import connection, get_context, parent_process
from threading import Thread


def processes(number: int) -> ProcessPoolExecutor:
    """So many processes for the time of a `with` block, which is left when nothing is at work in them any more.

    What is raised in them is raised by its result. They are spawned, never forked: polars has threads, of which a
    fork would keep the locks.
    """
    return ProcessPoolExecutor(number, get_context("spawn"), initializer=_follow)


def _follow() -> None:
    """Leave it to the first process what Ctrl-C means, and end when it has ended, by whatever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_the_first, daemon=True).start()


def _end_with_the_first() -> None:
    first = parent_process()
    if first is not None:
        connection.wait([first.sentinel])
        os._exit(1)
