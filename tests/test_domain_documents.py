"""What the documents point at is there: files, headings, menus, commands, decisions."""

import re
import unittest
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/adr/*.md")]
LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
#: Where a path of menus begins in what is not our app's tree.
ELSEWHERE = ("Actions", "Invoicing", "Policy", "Settings")
#: Names of buttons and of single records that may end a path.
ENDS = (
    "Learn Now",
    "Evaluate Today",
    "New",
    "Payment Providers",
    "the number of records set aside",
)


def prose(path):
    """The text of a document, in one line, without what is shown as typed."""
    return " ".join(FENCE.sub("", path.read_text()).split())


def anchor(heading):
    """The anchor that a heading gets where documents are shown."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def menus():
    """Id of every menu -> (name, id of the one above it)."""
    found = {}
    for path in ROOT.glob("views/*.xml"):
        for item in ElementTree.parse(path).iter("menuitem"):
            found[item.get("id")] = item.get("name"), item.get("parent")
    return found


class TestDocuments(unittest.TestCase):
    def test_links_lead_somewhere(self):
        for path in DOCUMENTS:
            for link in LINK.finditer(path.read_text()):
                target = link[1] or link[2]
                if target.startswith(("http:", "https:", "mailto:")):
                    continue
                name, _hash, heading = target.partition("#")
                with self.subTest(document=path.name, link=target):
                    there = (path.parent / name) if name else path
                    self.assertTrue(there.exists())
                    if heading:
                        headings = HEADING.findall(there.read_text())
                        self.assertIn(heading, map(anchor, headings))

    def test_decisions_and_programs_that_are_named_exist(self):
        for path in DOCUMENTS:
            text = path.read_text()
            for number in re.findall(r"(?:docs/adr/|\bADR |\b[Dd]ecision )(\d+)", text):
                with self.subTest(document=path.name, decision=number):
                    self.assertTrue(list(ROOT.glob(f"docs/adr/{int(number):04}-*.md")))
            for program in re.findall(r"`(?:python )?((?:benchmarks|scripts)/\w+\.py)", text):
                with self.subTest(document=path.name, program=program):
                    self.assertTrue((ROOT / program).is_file())

    def test_every_decision_stands_in_the_index(self):
        index = (ROOT / "docs/adr/README.md").read_text()
        for path in ROOT.glob("docs/adr/0*.md"):
            with self.subTest(path.name):
                number, title = path.read_text().splitlines()[0].removeprefix("# ").split(". ", 1)
                self.assertEqual(int(number), int(path.name[:4]))
                self.assertIn(f"[{title}]({path.name})", index)

    def test_commands_that_are_named_exist(self):
        known = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        for path in DOCUMENTS:
            text = path.read_text()
            typed = "\n".join(FENCE.findall(text))
            commands = re.findall(r"`make ([\w-]+)|^ {4}make ([\w-]+)", text, re.MULTILINE)
            commands += re.findall(r"^make ([\w-]+)()", typed, re.MULTILINE)
            for command in map("".join, commands):
                with self.subTest(document=path.name, command=command):
                    self.assertIn(command, known)

    def test_menus_are_where_the_documents_say(self):
        """Headings within a menu may be left out: *Reporting › Results*."""
        tree = menus()
        pairs = set()
        for name, above in tree.values():
            while above in tree:
                pairs.add((tree[above][0], name))
                above = tree[above][1]
        names = {name for pair in pairs for name in pair}
        for path in DOCUMENTS:
            steps = [step.strip(" *") for step in prose(path).split("›")]
            for left, right in pairwise(steps):
                if left.endswith(ELSEWHERE) or right.startswith(ENDS):
                    continue
                above = max(filter(left.endswith, names), key=len, default=None)
                below = max(filter(right.startswith, names), key=len, default=None)
                with self.subTest(document=path.name, path=f"{left[-25:]} › {right[:25]}"):
                    self.assertTrue((above, below) in pairs, f"{above} has no {below}")

    def test_every_scheduled_action_is_explained_to_administrators(self):
        guide = (ROOT / "docs/admin-guide.md").read_text()
        found = 0
        for path in ROOT.glob("data/*.xml"):
            for record in ElementTree.parse(path).iterfind(".//record[@model='ir.cron']"):
                name, found = record.findtext("field[@name='name']"), found + 1
                with self.subTest(name):
                    self.assertIn(f"| {name} |", guide)
        self.assertGreater(found, 20)
