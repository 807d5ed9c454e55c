"""An announced payment is known by its reference or its amount."""

import unittest

from .domain_loader import domain_module

arrivals = domain_module("arrivals")


class ArrivalsCase(unittest.TestCase):
    def test_a_reference_as_banks_write_it(self):
        self.assertTrue(arrivals.names("INV/2026-17", ["pmt inv202617 thanks", None]))
        self.assertTrue(arrivals.names("rf18 5390", [None, "RF185390"]))

    def test_another_reference(self):
        self.assertFalse(arrivals.names("INV/2026-17", ["INV/2026-71", ""]))

    def test_too_short_to_tell(self):
        self.assertFalse(arrivals.names("12", ["2012"]))
        self.assertFalse(arrivals.names("---", ["---"]))
        self.assertFalse(arrivals.names(None, ["anything"]))

    def test_amounts(self):
        self.assertTrue(arrivals.covers(100.1, 100.10000000001, 0.01))
        self.assertFalse(arrivals.covers(100.0, 100.01, 0.01))


if __name__ == "__main__":
    unittest.main()
