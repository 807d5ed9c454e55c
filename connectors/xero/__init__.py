"""Xero: the calls, the mapping, the webhooks."""

from . import adapter, access, adapter_mirror  # isort: skip
from . import pushing
