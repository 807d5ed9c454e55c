"""The machine in another time zone, for a while."""

import os
import time
from contextlib import contextmanager


@contextmanager
def zone(name):
    """The machine is in this time zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()
