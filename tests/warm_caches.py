"""Caches of the registry that outlive a test.

Core's test case empties all of them after each test: access rights, compiled pages and the
like are then worked out anew by the next one. What a test writes goes away by a rollback, and
after a rollback elsewhere (`Registry.reset_changes`) core empties only those caches that the
transaction has changed. So it is done here.
"""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.modules.registry import Registry
from odoo.orm.registry import _CACHES_BY_KEY
from odoo.tests.common import get_db_name

#: Emptied after each test in any case: a new external id is found there without a word of it.
ALWAYS = frozenset({"default"})


class WarmCaches:
    """What the tests of a class change of a registry's caches; a context manager.

    :param Registry registry: the one they run on
    """

    def __init__(self, registry):
        self.registry = registry
        self.of_class, self.of_test = set(ALWAYS), set(ALWAYS)
        self._clear = registry.clear_cache
        noted = {
            "clear_cache": lambda names: names or ("default",),
            "clear_all_caches": lambda _none: _CACHES_BY_KEY,
            "_setup_models__": lambda _cursor_and_models: _CACHES_BY_KEY,
        }
        self._patches = [self._noting(method, names) for method, names in noted.items()]

    def _noting(self, method, names):
        """A patch: the registry's method, which tells us which caches it empties."""
        original = getattr(self.registry, method)

        def noting(*arguments):
            changed = names(arguments)
            self.of_class.update(changed)
            self.of_test.update(changed)
            return original(*arguments)

        return patch.object(self.registry, method, noting)

    def __enter__(self):
        for each in self._patches:
            each.start()
        return self

    def __exit__(self, *_error):
        for each in self._patches:
            each.stop()

    @contextmanager
    def kept_by_test(self):
        """Whoever asks here for a way to clear all caches gets one for what the test changed."""
        self.of_test = set(ALWAYS)
        with patch.object(self.registry, "clear_all_caches", self._end_test):
            yield

    def _end_test(self):
        self._clear(*self.of_test)

    def end_class(self):
        """From here on, what clears all caches clears those that the class has changed."""
        self.registry.clear_all_caches = lambda: self._clear(*self.of_class)


class WarmCachesCase:
    """Mixin: a core test case whose caches are cleared of what has changed, not of all."""

    @classmethod
    def setUpClass(cls):
        cls.caches = cls.enterClassContext(WarmCaches(Registry(get_db_name())))
        super().setUpClass()
        cls.addClassCleanup(cls.caches.end_class)

    def setUp(self):
        with self.caches.kept_by_test():
            super().setUp()
