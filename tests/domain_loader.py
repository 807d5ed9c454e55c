"""Give the pure tests the package `collections_addon/domain`, with or without Odoo.

The pure tests (of what lies in `domain/`) are plain `unittest` classes. Odoo's own
runner takes only its own test classes, so `tests/__init__.py` does not name them; they
run by pytest. Inside Odoo (pytest-odoo) nothing special is needed. Without Odoo the
repository's packages cannot be imported, for their roots import models; then this
module, as a pytest plugin, puts hollow packages in their place:

    cd tests && python -m pytest -p domain_loader test_domain_*.py

A test takes its module by `contact_window = domain_module("contact_window")`. Importing
this also chooses the hypothesis profile: the same examples on every run, no deadline.
"""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
STANDALONE = "collections_domain"

settings.register_profile("collections", derandomize=True, deadline=None, database=None)
settings.load_profile("collections")


def domain_module(name: str) -> ModuleType:
    """Import a module of the domain.

    :param name: such as `aging`
    :return: Odoo's own, where the tests run inside Odoo, else a standalone one
    """
    if (__package__ or "").startswith("odoo.addons."):
        return importlib.import_module(f"...collections_addon.domain.{name}", __name__)
    if STANDALONE not in sys.modules:
        _load_standalone()
    return importlib.import_module(f"{STANDALONE}.{name}")


def _load_standalone():
    folder = ROOT / "collections_addon" / "domain"
    spec = importlib.util.spec_from_file_location(
        STANDALONE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules[STANDALONE] = package
    spec.loader.exec_module(package)


def pytest_configure(config):
    """Stand in for the repository's packages, so that pytest does not run them.

    The tests are modules of `<name of the checkout>.tests`, or of `tests` where the
    checkout's name could not be a package's.
    """
    for name, folder in (
        (ROOT.name, ROOT),
        (f"{ROOT.name}.tests", ROOT / "tests"),
        ("tests", ROOT / "tests"),
    ):
        package = ModuleType(name)
        package.__file__ = str(folder / "__init__.py")
        package.__path__ = [str(folder)]
        sys.modules.setdefault(name, package)
