"""Xero: the calls, the mapping, the webhooks."""

from . import adapter, adapter_mirror
