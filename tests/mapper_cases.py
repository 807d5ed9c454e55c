"""What the tests of both mappers share."""

import unittest

from hypothesis import strategies as st

ZONES = ("America/Los_Angeles", "Pacific/Auckland")

#: Anything a service might send where a field is expected.
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=12)
    | st.sampled_from(["/Date(1700000000000+0000)/", "2026-01-15", "USD", "AUTHORISED", "Deleted"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["value", "Amount", "InvoiceID", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)


class MapperCase(unittest.TestCase):
    """Reads single records by the mapper named."""

    mapper = None
    arguments = ()

    def page(self, stream, *items):
        return self.mapper.read(stream, items, *self.arguments)

    def taken(self, stream, item):
        """Return the record."""
        page = self.page(stream, item)
        self.assertFalse(page.problems)
        return page.records[0]

    def problem(self, stream, item):
        """Return why the record is set aside; the good one beside it is taken."""
        good = dict(self.good[stream])
        page = self.page(stream, good, item)
        self.assertEqual(len(page.records), 1, page)
        [problem] = page.problems
        self.assertIn("set aside", problem.text)
        self.assertNotIn("%(", problem.text)
        return problem

    def variants(self, stream):
        """Strategy: the good record with fields replaced by anything."""
        good = self.good[stream]
        changes = st.dictionaries(st.sampled_from(sorted(good)), ANYTHING, max_size=3)
        return st.builds(lambda changed: {**good, **changed}, changes) | ANYTHING

    def holds_out(self, stream, items):
        """Every record is taken, set aside or ignored, and every sentence can be said."""
        page = self.page(stream, *items)
        told = len(page.records) + len(page.problems) + page.ignored
        self.assertEqual(told, len(items))
        for problem in page.problems:
            self.assertTrue(problem.text.endswith("."))
        for record in page.records:
            self.assertTrue(record.external_id)
