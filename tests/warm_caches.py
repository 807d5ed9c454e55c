"""Caches of the registry that outlive a test.

Core's test case empties all of them after each test: access rights, compiled pages and the
like are then worked out anew by the next one. What a test writes goes away by a rollback, and
after a rollback elsewhere (`Registry.reset_changes`) core empties only those caches that the
transaction has changed. So it is done here.
"""

from contextlib import contextmanager
from functools import wraps
from unittest.mock import patch

from odoo.modules.registry import Registry
from odoo.orm.registry import _CACHES_BY_KEY
from odoo.tests.common import get_db_name

#: Methods of the registry that empty caches -> which, by their arguments.
TOLD = {
    "clear_cache": lambda *names: names or ("default",),
    "clear_all_caches": lambda: _CACHES_BY_KEY,
    "_setup_models__": lambda *_cursor_and_models: _CACHES_BY_KEY,
}
#: Methods of models after which a cache finds something new though nobody has emptied it.
UNTOLD = {"ir.model.data": {"_update_xmlids": "default", "create": "default"}}


class WarmCaches:
    """What the tests of a class change of a registry's caches; a context manager.

    :param Registry registry: the one they run on
    """

    def __init__(self, registry):
        self.registry = registry
        self.of_class, self.of_test = set(), set()
        self._clear = registry.clear_cache
        self._patches = [self._noting(registry, *told) for told in TOLD.items()]
        for model, methods in UNTOLD.items():
            for method, cache in methods.items():
                told = self._noting(registry[model], method, lambda *_any, name=cache: {name})
                self._patches.append(told)

    def _noting(self, owner, method, names):
        """A patch: the same method, which tells us what it leaves behind in caches."""
        original = getattr(owner, method)

        @wraps(original)
        def noting(*arguments, **options):
            changed = names(*arguments)
            self.of_class.update(changed)
            self.of_test.update(changed)
            return original(*arguments, **options)

        return patch.object(owner, method, noting)

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
