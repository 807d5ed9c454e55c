"""Checks against services of other people: `make test-outside`."""
