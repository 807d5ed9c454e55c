"""Pure tests of the learnt model: it needs numpy and scikit-learn, and says so."""

import csv
import json
import tempfile
from pathlib import Path
from unittest import TestCase, skipUnless

try:
    import numpy as np
    import sklearn  # noqa: F401
except ImportError:
    np = None

from .score_cases import START, as_known, features, firm, learning_module, payers

FEATURES = features.FEATURES
TODAY = START + 720


@skipUnless(np, "numpy and scikit-learn are an optional extra")
class TestLearning(TestCase):
    simulation = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = ("blend", "samples", "training", "rolling", "ledger_csv", "command")
        cls.blend, cls.samples, cls.training, cls.rolling, cls.csv, cls.command = map(
            learning_module, names
        )
        cls.items = firm()
        cls.result = cls.training.train(cls.items, TODAY, most=6000)

    def _observed(self, items, last=TODAY - 1):
        cases = self.samples.snapshots(items, START, last, 3000)
        return self.samples.observe(items, cases, self.samples.SNAPSHOT_TARGETS)

    def test_habits_are_learnt_and_judged_on_later_days(self):
        figures = self.result["figures"]["late"]["models"]
        self.assertGreater(figures["learnt"]["auc"], 0.75)
        self.assertGreater(figures["scorecard"]["auc"], 0.75)
        self.assertIn(self.result["verdict"], ("better", "not_better"))
        self.assertEqual(set(self.result["targets"]), {"7", "30", "60", "days"})
        self.assertEqual(set(figures), {"age", "mean", "rule", "scorecard", "learnt"})

    def test_days_until_payment_are_judged_on_later_days(self):
        found = self.result["figures"]["days"]
        self.assertGreater(found["count"], 100)
        self.assertEqual(set(found["models"]), {"mean", "scorecard", "learnt"})
        self.assertLess(found["models"]["learnt"], 8)

    def test_one_horizon_may_not_be_clearly_worse(self):
        better = {"verdict": "better", "gains": {"rule": (0.02, 0.01, 0.03)}}
        worse = {"verdict": "not_better", "gains": {"rule": (-0.02, -0.03, -0.01)}}
        figures = {"late": better, "7": better, "30": better, "60": better}
        self.assertEqual(self.training.together(figures), "better")
        self.assertEqual(self.training.together(figures | {"7": worse}), "not_better")

    def test_waits_are_those_known_on_the_day(self):
        items, day = firm(customers=5), START + 400
        found = []
        for known in (items, as_known(items, day)):
            cases = self.samples.snapshots(known, START, day - 1, 10**6)
            samples = self.samples.observe(known, cases, self.samples.SNAPSHOT_TARGETS)
            days, seen = self.samples.waits(samples, day)
            found.append((days.tolist(), seen.tolist()))
        self.assertEqual(*found)
        self.assertTrue(0 < sum(found[0][1]) < len(found[0][1]))

    def test_without_habits_it_says_not_predictable(self):
        found = self.training.train(firm(habit=False), TODAY, most=4000)
        self.assertEqual(found["verdict"], "not_predictable")

    def test_with_few_invoices_it_says_too_few(self):
        found = self.training.train(self.items[:200], TODAY)
        self.assertEqual((found["verdict"], found["targets"]), ("too_few", {}))
        self.assertEqual(self.training.train([], TODAY)["verdict"], "too_few")

    def test_a_model_trained_to_a_day_never_sees_a_later_fact(self):
        day = START + 500
        found = self.training.train(as_known(self.items, day), day, most=2000)
        full = [one for one in self.items if one.issued < day]
        again = self.training.train(full, day, most=2000)
        for key in ("targets", "figures", "verdict"):
            self.assertEqual(found[key], again[key])

    def test_numbers_say_what_scikit_learn_says(self):
        from sklearn.ensemble import HistGradientBoostingClassifier

        samples = self._observed(self.items)
        hits, _certain = self.samples.outcomes(samples, self.samples.SNAPSHOT_TARGETS[30])
        column = list(FEATURES).index("rule_30")
        model = json.loads(json.dumps(self.blend.fit(samples.vectors, hits, column)))
        forest = HistGradientBoostingClassifier(
            max_iter=self.blend.TREES,
            learning_rate=self.blend.RATE,
            max_leaf_nodes=self.blend.LEAVES,
            min_samples_leaf=max(20, len(hits) // 500),
            l2_regularization=1.0,
            early_stopping=False,
            random_state=0,
        ).fit(samples.vectors, hits)
        _rule, _line, odds = self.blend._odds(model, samples.vectors)
        said = forest.predict_proba(samples.vectors)[:, 1]
        self.assertLess(np.abs(1 / (1 + np.exp(-odds)) - said).max(), 1e-6)

    def test_the_moves_of_the_features_add_up(self):
        samples = self._observed(self.items)
        model = self.result["targets"]["30"]
        chances, moves = self.blend.explained(model, samples.vectors)
        self.assertTrue(np.allclose(chances, self.blend.chances(model, samples.vectors)))
        rule, line, forest = self.blend._odds(model, samples.vectors)
        start = (
            model["center"][model["rule"]]
            + model["intercept"]
            + model["base"]
            + sum(tree["value"][0] for tree in model["trees"])
        )
        self.assertTrue(np.allclose(moves.sum(axis=1) * 3 + start, rule + line + forest))

    def test_scores_have_the_form_of_the_scorecard(self):
        asking = learning_module("asking")
        chronicle = features.Chronicle(self.items)
        chronicle.move_to(TODAY)
        still = [one for one in self.items if one.settled is None]
        said = {still[0].id: ["disputed"]}
        found = asking.scores(self.result["targets"], chronicle, still, TODAY, said)
        plain = asking.scores(self.result["targets"], chronicle, still, TODAY, {})
        self.assertLess(found[0].chances[1], plain[0].chances[1])
        self.assertEqual(found[1:], plain[1:])
        self.assertTrue(all(list(one.chances) == sorted(one.chances) for one in found))
        self.assertTrue(all(1 <= len(one.reasons) <= 3 for one in found))
        nobody = asking.scores(self.result["targets"], chronicle, [], TODAY, {})
        self.assertEqual(nobody, [])

    def test_snapshots_are_the_open_invoices(self):
        for day, one in self.samples.snapshots(self.items, START, TODAY, 10**6):
            self.assertTrue(payers.is_open(one, day))
        every = [
            (day, one)
            for day in range(START, TODAY + 1, self.samples.STEP)
            for one in self.items
            if payers.is_open(one, day)
        ]
        self.assertEqual(self.samples.snapshots(self.items, START, TODAY, 10**6), every)
        fewer = self.samples.snapshots(self.items, START, TODAY, 500)
        self.assertTrue(100 < len(fewer) < 1500)
        self.assertEqual(self.samples.snapshots(self.items, TODAY, START, 500), [])

    def test_the_process_reads_and_writes_files(self):
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, "in.csv"), Path(folder, "out.json")
            with source.open("w", newline="") as file:
                csv.writer(file).writerows(self.items)
            self.assertEqual(self.training.read(source), self.items)
            self.command.main(["train", str(source), str(target), str(START + 100)])
            self.assertEqual(json.loads(target.read_text())["verdict"], "too_few")


@skipUnless(np, "numpy and scikit-learn are an optional extra")
class TestLedgerFile(TestCase):
    simulation = True

    def setUp(self):
        super().setUp()
        self.csv, self.command = learning_module("ledger_csv"), learning_module("command")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name, "ledger.csv")

    def test_columns_and_dates_are_guessed(self):
        self.path.write_text(
            "customerID,InvoiceDate,DueDate,InvoiceAmount,SettledDate\n"
            "A,1/2/2013,2/1/2013,55.94,1/15/2013\nB,2013-01-03,20130203,10,\nC,,,1,\n"
        )
        first, second = self.csv.read(self.path)
        self.assertEqual((first.customer, first.amount, first.due - first.issued), ("A", 55.94, 30))
        self.assertEqual((second.settled, second.due - second.issued), (None, 31))

    def test_what_cannot_be_read_is_said(self):
        self.path.write_text("who,when\nA,2013-01-01\n")
        with self.assertRaisesRegex(ValueError, "no column for customer"):
            self.csv.read(self.path)
        self.path.write_text("customer,issued,due,amount,settled\nA,soon,later,1,\n")
        with self.assertRaisesRegex(ValueError, "no date: 'soon'"):
            self.csv.read(self.path)

    def test_a_file_without_due_dates(self):
        self.path.write_text("id,created,amount,first_payment\nA,2013-01-01,1,2013-01-31\n")
        names = {"customer": "id", "settled": "first_payment"}
        (found,) = self.csv.read(self.path, names, terms=60)
        self.assertEqual((found.due - found.issued, found.settled - found.issued), (60, 30))

    def test_the_command_measures_a_ledger(self):
        items = firm(customers=20, days=400)
        with self.path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("customer", "issued", "due", "amount", "settled"))
            for one in items:
                days = [_iso(day) for day in (one.issued, one.due, one.settled)]
                writer.writerow((one.customer, days[0], days[1], one.amount, days[2]))
        figures = self.path.with_suffix(".json")
        lines = []
        self.command._say, keep = lines.append, self.command._say
        self.addCleanup(setattr, self.command, "_say", keep)
        self.command.main(["evaluate", str(self.path), "--most=700", f"--json={figures}"])
        tasks = [one["task"] for one in json.loads(figures.read_text())]
        self.assertEqual((tasks[:2], tasks[-2:]), (["late", 7], ["issue", "open"]))
        self.assertTrue([line for line in lines if "late, seen at issue" in line])


def _iso(day):
    from datetime import date

    return "" if day is None else date.fromordinal(day).isoformat()
