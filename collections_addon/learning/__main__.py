"""Run alone, without Odoo: ``python collections_addon/learning evaluate FILE``.

The packages above this one import Odoo; a hollow package takes their place here.
"""

import os
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

HOLLOW = "collections_learning"


def alone(name):
    """Import a module of this folder without the packages above it.

    :param str name: of the module
    """
    if HOLLOW not in sys.modules:
        package = ModuleType(HOLLOW)
        package.__path__ = [str(Path(__file__).resolve().parent.parent)]
        sys.modules[HOLLOW] = package
    return import_module(f"{HOLLOW}.learning.{name}")


if __name__ == "__main__":
    # Threads of OpenMP that share busy processors make training many times slower.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(alone("command").main(sys.argv[1:]))
