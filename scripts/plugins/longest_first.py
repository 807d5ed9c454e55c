"""A pytest plugin: classes whose tests take longest come first.

Those start processes and browsers. Begun last, by one worker, they would leave the other
without work for a minute. The rest follow by their number of tests.
"""

from collections import Counter

LONGEST = ("DispatchCase", "HttpCase")


def pytest_collection_modifyitems(items):
    """Sort by class; the tests of a class stay as they are."""
    tests = Counter(item.cls for item in items)
    items.sort(key=lambda item: (not takes_long(item.cls), -tests[item.cls]))


def takes_long(case):
    """Whether a class is, by its ancestors, one of those that start something.

    :rtype: bool
    """
    return any(each.__name__ in LONGEST for each in getattr(case, "__mro__", ()))
