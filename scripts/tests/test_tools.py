"""Tests of the commands' own logic; ``make test`` runs them by plain pytest."""

import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS / "inside")]

from commands.test import Tally  # noqa: E402
from commands.test_core import _read, _tag  # noqa: E402
from devkit import apt, odoo_source, shell  # noqa: E402
from devkit.database import install_warnings  # noqa: E402

BOOKWORM = {"ID": "debian", "VERSION_CODENAME": "bookworm"}
DEB822 = """\
# a comment
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/archive.gpg

Types: deb
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main
"""


@pytest.fixture
def etc(tmp_path):
    (tmp_path / "apt/sources.list.d").mkdir(parents=True)
    return tmp_path


def test_the_machines_own_deb822_source_is_used_with_another_suite(etc):
    (etc / "apt/sources.list.d/debian.sources").write_text(DEB822)
    assert apt.source_for("sid", etc, BOOKWORM).splitlines() == [
        "Types: deb",
        "Suites: sid",
        "Components: main",
        "URIs: http://mirror.example/debian",
        "Signed-By: /usr/share/keyrings/archive.gpg",
    ]


def test_a_disabled_source_and_other_peoples_archives_are_passed_over(etc):
    (etc / "apt/sources.list.d/debian.sources").write_text(DEB822 + "\nEnabled: no\n")
    disabled = DEB822.replace("Components: main contrib", "Components: main\nEnabled: no")
    (etc / "apt/sources.list.d/debian.sources").write_text(disabled)
    (etc / "apt/sources.list.d/other.list").write_text("deb http://other.example/x stable cloud\n")
    with pytest.raises(shell.StepError, match="names no Debian archive"):
        apt.source_for("sid", etc, BOOKWORM)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "deb http://mirror.example/debian bookworm main contrib # own",
            "deb http://mirror.example/debian sid main",
        ),
        (
            "deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main",
            "deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian sid main",
        ),
    ],
)
def test_a_one_line_source_keeps_its_options(etc, line, expected):
    text = f"deb-src http://mirror.example/debian bookworm main\n{line}\n"
    (etc / "apt/sources.list").write_text(text)
    assert apt.source_for("sid", etc, BOOKWORM) == expected


def test_ubuntu_has_no_such_suite(etc):
    (etc / "os-release").write_text('ID=ubuntu\nPRETTY_NAME="Ubuntu 24.04"\n')
    with pytest.raises(shell.StepError, match="Ubuntu 24.04 is not Debian"):
        apt.source_for("sid", etc)


def test_a_home_without_odoo_is_refused_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(shell.StepError, match="holds no Odoo"):
        odoo_source.ensure()


def test_a_home_of_another_series_is_refused(tmp_path, monkeypatch):
    _make_odoo(tmp_path, "(18, 0, 0, 'final', 0, '')")
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(shell.StepError, match=r"is Odoo 18.0, not 19.0"):
        odoo_source.ensure()


def test_a_checkout_parts_its_addons_and_a_package_does_not(tmp_path, monkeypatch):
    _make_odoo(tmp_path, "(19, 0, 0, 'final', 0, '')")
    (tmp_path / "addons").mkdir()
    monkeypatch.setenv("ODOO_HOME", str(tmp_path / "odoo"))
    found = odoo_source.ensure()
    assert found.addons == (tmp_path / "addons", tmp_path / "odoo/addons")
    account = tmp_path / "odoo/addons/account"
    account.mkdir(parents=True)
    (account / "__manifest__.py").touch()
    assert odoo_source.ensure().addons == (tmp_path / "odoo/addons",)


def _make_odoo(home, version):
    (home / "odoo").mkdir()
    (home / "odoo/release.py").write_text(f"version_info = {version}\n")


def test_junit_counts_a_test_once_however_many_subtests_it_has(tmp_path):
    path = tmp_path / "junit.xml"
    path.write_text(
        "<testsuites><testsuite>"
        '<testcase classname="a" name="good"/><testcase classname="a" name="good"/>'
        '<testcase classname="a" name="bad"/>'
        '<testcase classname="a" name="bad"><failure/></testcase>'
        '<testcase classname="b" name="broken"><error/></testcase>'
        '<testcase classname="b" name="left"><skipped/></testcase>'
        "</testsuite></testsuites>"
    )
    tally = Tally()
    tally.add(path)
    assert str(tally) == "1 passed, 2 failed, 1 skipped"
    tally.add(tmp_path / "missing.xml")
    assert tally.failed == 3


def test_a_failed_core_test_is_named_by_the_tag_that_picks_it(tmp_path):
    logger = "odoo.addons.portal.tests.test_tours"
    assert _tag(logger, "TestUi.test_01_portal") == "/portal:TestUi.test_01_portal"
    title = "setUpClass (odoo.addons.portal.tests.test_wizard.TestWizard)"
    assert _tag("odoo.tests.suite", title) == "/portal:TestWizard"
    log = tmp_path / "odoo.log"
    log.write_text(
        f"2026-01-01 10:00:00,000 7 ERROR base {logger}: FAIL: TestUi.test_01_portal\n"
        "2026-01-01 10:00:01,000 7 ERROR base odoo.tests.result: 1 failed, 0 error(s) of 5 tests\n"
    )
    assert _read(log) == ({"/portal:TestUi.test_01_portal"}, 5)
    log.write_text("nothing\n")
    with pytest.raises(shell.StepError, match="ran no tests"):
        _read(log)


def test_only_warnings_about_the_database_count_against_an_installation(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (shell.cache_dir("logs") / "base.log").write_text(
        "2026-01-01 10:00:00,000 7 WARNING ? py.warnings: of a library\n"
        "2026-01-01 10:00:00,000 7 WARNING base odoo.modules: of ours\n"
        "2026-01-01 10:00:01,000 7 WARNING base odoo.modules: of ours\n"
        "2026-01-01 10:00:02,000 7 INFO base odoo.modules: fine\n"
    )
    assert install_warnings("base") == ["odoo.modules: of ours"]


def test_a_failing_command_says_its_last_lines_and_where_the_rest_is(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(shell.StepError, match="(?s)code 3:\nlast words.*the whole log"):
        shell.run(["sh", "-c", "echo last words; exit 3"], log="it.log")


def test_the_mail_catcher_keeps_what_it_is_given(tmp_path):
    import smtplib

    import mail_catcher

    controller, port = mail_catcher.start(tmp_path)
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("us@example.com", ["ann@example.com"], "Subject: Hello\r\n\r\nBody")
    controller.stop()
    [path] = tmp_path.glob("*.eml")
    text = path.read_text()
    assert "X-Envelope-To: ann@example.com" in text
    assert "Subject: Hello" in text
