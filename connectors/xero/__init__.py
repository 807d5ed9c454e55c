"""Xero: the calls, the mapping, the webhooks."""
