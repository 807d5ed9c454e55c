"""A pytest plugin: branch coverage of examples, not of properties and simulations.

Tracing makes those twice as slow, and they are most of what the pure tests do. And what a
hundred made-up cases happen to run through has no example: where this plugin is used, the
examples have to cover everything by themselves.
"""

import sys

import pytest
from hypothesis import is_hypothesis_test


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Run a test, untraced where its cases are made up."""
    tracer = sys.gettrace()
    if tracer is None or not is_made_up(item):
        return (yield)
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


def is_made_up(item):
    """Whether a test is a property, a state machine, or of a class marked as a `simulation`.

    :rtype: bool
    """
    method = getattr(item.cls, item.name, None)
    state_machine = hasattr(item.cls, "settings")
    return is_hypothesis_test(method) or state_machine or getattr(item.cls, "simulation", False)
