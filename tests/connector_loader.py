"""Give the pure tests the modules of `connectors`, with or without Odoo.

As `domain_loader` does for the domain. The packages are hollow here: their own roots may
import models, which need Odoo.
"""

import importlib
import sys
from types import ModuleType

from .domain_loader import ROOT

STANDALONE = "collections_pure"
PACKAGES = ("", "connectors", "connectors/xero", "connectors/quickbooks", "connectors/file")
PACKAGES += ("connectors/twilio", "collections_addon", "collections_addon/domain")


def connector_module(name: str) -> ModuleType:
    """Import a module of the connectors.

    :param name: such as `base` or `xero.mapper`
    """
    if (__package__ or "").startswith("odoo.addons."):
        return importlib.import_module(f"...connectors.{name}", __name__)
    for package in PACKAGES:
        path = f"{STANDALONE}/{package}".rstrip("/")
        _hollow(path.replace("/", "."), ROOT / package)
    return importlib.import_module(f"{STANDALONE}.connectors.{name}")


def _hollow(name, folder):
    if name not in sys.modules:
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
