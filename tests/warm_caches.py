"""Caches of the registry that outlive a test.

Core's test case empties all of them after each test: access rights, compiled pages and the
like are then worked out anew by the next one. What a test reads goes away by a rollback, and
after a rollback elsewhere (`Registry.reset_changes`) core empties only those caches that the
transaction has changed. So it is done here.
"""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.orm.registry import _CACHES_BY_KEY


class WarmCaches:
    """What the tests of a class change of a registry's caches; a context manager.

    :param Registry registry: the one they run on
    """

    def __init__(self, registry):
        self.registry = registry
        self.of_class, self.of_test = set(), set()
        self._clear, self._clear_all = registry.clear_cache, registry.clear_all_caches
        self._patches = [
            patch.object(registry, "clear_cache", self._note_and_clear),
            patch.object(registry, "clear_all_caches", self._note_and_clear_all),
        ]

    def __enter__(self):
        for each in self._patches:
            each.start()
        return self

    def __exit__(self, *_error):
        for each in self._patches:
            each.stop()

    def _note_and_clear(self, *names):
        self._note(names or ("default",))
        self._clear(*names)

    def _note_and_clear_all(self):
        self._note(_CACHES_BY_KEY)
        self._clear_all()

    def _note(self, names):
        self.of_class.update(names)
        self.of_test.update(names)

    @contextmanager
    def kept_by_test(self):
        """Whoever asks here for a way to clear all caches gets one for what the test changed."""
        self.of_test.clear()
        with patch.object(self.registry, "clear_all_caches", self._end_test):
            yield

    def _end_test(self):
        self._forget(self.of_test)

    def end_class(self):
        """From here on, what clears all caches clears those that the class has changed."""
        self.registry.clear_all_caches = lambda: self._forget(self.of_class)

    def _forget(self, names):
        if names:
            self._clear(*names)
