"""Take pictures of screens of a served database, logged in as a given user.

    python scripts/screenshot.py --url http://127.0.0.1:8069 --database demo \\
        --login admin --password admin --out docs/images \\
        overview=/odoo/action-collections_addon.action_collections_overview \\
        customers=/odoo/collections-customers

Drives a headless Chromium through its debugging protocol: logs in over HTTP,
hands the session to the browser, opens each path, waits until the page is
quiet, clicks what is asked for and writes `<name>.png`. A path may be followed
by `#click=<css selector>` (several, in order) to open a dialog or a tab first.

Needs the packages `requests` and `websocket-client`, and Chromium.
"""

import argparse
import base64
import contextlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests
import websocket

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: Seconds until a page that never gets quiet is given up on.
PATIENCE = 60
QUIET = """
(() => document.readyState === 'complete'
    && !!document.querySelector('.o_action_manager .o_action, .o_login_layout, .o_portal')
    && !document.querySelector('.o_blockUI, .o_view_sample_loading, .o_loading_indicator')
)()
"""


class Browser:
    """One headless Chromium, spoken to through its debugging protocol.

    :param tuple[int, int] size: of the window, in pixels
    """

    def __init__(self, size):
        self.size = size
        self.folder = tempfile.mkdtemp(prefix="screenshot-")
        self.port = _free_port()
        self.process = subprocess.Popen(
            [
                _find_browser(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--lang=en-US",
                f"--user-data-dir={self.folder}",
                f"--remote-debugging-port={self.port}",
                "--remote-allow-origins=*",
                f"--window-size={size[0]},{size[1]}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.number = 0
        self.socket = websocket.create_connection(self._page_address(), timeout=PATIENCE)
        self.errors = []
        self.call("Page.enable")
        self.call("Runtime.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=size[0],
            height=size[1],
            deviceScaleFactor=1,
            mobile=False,
        )

    def _page_address(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(requests.ConnectionError, StopIteration):
                pages = requests.get(f"http://127.0.0.1:{self.port}/json", timeout=5).json()
                return next(p["webSocketDebuggerUrl"] for p in pages if p["type"] == "page")
            time.sleep(0.2)
        raise SystemExit("Chromium did not start.")

    def call(self, method, **params):
        """Send a command and return its result.

        :raises SystemExit: when the browser refuses it
        """
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("method") == "Runtime.exceptionThrown":
                self.errors.append(_exception_text(answer["params"]))
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def evaluate(self, expression):
        """Value of a JavaScript expression on the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return result["result"].get("value")

    def wait_for(self, expression, patience=PATIENCE):
        """Wait until a JavaScript expression is true, and a little longer.

        :rtype: bool
        """
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self.evaluate(expression):
                return True
            time.sleep(0.2)
        return False

    def open(self, address):
        """Open an address and wait until its page is drawn."""
        self.call("Page.navigate", url=address)
        if not self.wait_for(QUIET):
            print(f"  {address} did not get quiet", file=sys.stderr)
        time.sleep(1.5)

    def click(self, selector):
        """Click the first element a CSS selector finds.

        :raises SystemExit: when there is none
        """
        quoted = json.dumps(selector)
        if not self.wait_for(f"!!document.querySelector({quoted})", 15):
            raise SystemExit(f"Nothing to click at {selector}")
        self.evaluate(f"document.querySelector({quoted}).click()")
        time.sleep(0.5)
        self.wait_for(QUIET)
        time.sleep(1.5)

    def picture(self, path):
        """Write what is seen as PNG."""
        data = self.call("Page.captureScreenshot", format="png")["data"]
        Path(path).write_bytes(base64.b64decode(data))

    def close(self):
        """End the browser and remove its profile."""
        self.socket.close()
        self.process.terminate()
        self.process.wait(timeout=10)
        shutil.rmtree(self.folder, ignore_errors=True)


def _exception_text(params):
    details = params["exceptionDetails"]
    return details.get("exception", {}).get("description") or details.get("text", "")


def _find_browser():
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise SystemExit("Chromium is missing; on Debian: apt-get install chromium")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def log_in(url, database, login, password):
    """The session of a user.

    :return: value of the session cookie
    :rtype: str
    :raises SystemExit: when login or password are refused
    """
    session = requests.Session()
    params = {"db": database, "login": login, "password": password}
    answer = session.post(
        f"{url}/web/session/authenticate",
        json={"jsonrpc": "2.0", "method": "call", "params": params},
        timeout=PATIENCE,
    ).json()
    if "error" in answer or not answer["result"].get("uid"):
        raise SystemExit(f"{login} could not log in to {database} at {url}")
    return session.cookies["session_id"]


def take(browser, url, target, folder):
    """Take one picture.

    :param str target: `name=path`, the path optionally with `#click=<selector>` parts
    """
    name, path = target.split("=", 1)
    path, *clicks = path.split("#click=")
    browser.open(url + path)
    for selector in clicks:
        browser.click(selector)
    browser.picture(Path(folder) / f"{name}.png")
    print(f"  {name}.png")


def main():
    """Read the arguments and take every picture asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--url", default="http://127.0.0.1:8069")
    parser.add_argument("--database", required=True)
    parser.add_argument("--login", default="admin")
    parser.add_argument("--password", default="admin")
    parser.add_argument("--out", default=".", help="folder of the pictures")
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("targets", nargs="+", metavar="name=path")
    arguments = parser.parse_args()
    Path(arguments.out).mkdir(parents=True, exist_ok=True)
    session = log_in(arguments.url, arguments.database, arguments.login, arguments.password)
    browser = Browser((arguments.width, arguments.height))
    try:
        browser.call("Network.setCookie", name="session_id", value=session, url=arguments.url)
        for target in arguments.targets:
            take(browser, arguments.url, target, arguments.out)
    finally:
        browser.close()
    for error in browser.errors:
        print(f"  error on the page: {error}", file=sys.stderr)
    return bool(browser.errors)


if __name__ == "__main__":
    sys.exit(main())
