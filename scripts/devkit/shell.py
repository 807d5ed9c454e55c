"""Small things every step needs: progress, errors, commands, locks, the cache."""

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
MODULE = "collections_addon"


class StepError(Exception):
    """A step can't go on; its text is the one line the user reads.

    :param int code: the exit code of the program that failed, if one did
    """

    def __init__(self, text, code=None):
        super().__init__(text)
        self.code = code


def cache_dir(*parts):
    """Return a folder of our cache, made if missing.

    :param str parts: names below the cache's root
    :rtype: Path
    """
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = (root / MODULE).joinpath(*parts).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def clone_key():
    """Return a short name for this checkout: two clones never share a database."""
    return digest(str(REPO))[:6]


def digest(*texts):
    """Return a hexadecimal digest of texts or bytes, in order.

    :rtype: str
    """
    sha = hashlib.sha256()
    for text in texts:
        sha.update(text if isinstance(text, bytes) else text.encode())
        sha.update(b"\0")
    return sha.hexdigest()


@contextlib.contextmanager
def locked(name):
    """Hold a lock between processes: two commands at once share one cache.

    :param str name: what is locked
    """
    with open(cache_dir("locks") / name, "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def run(command, *, log=None, env=None, **kwargs):
    """Run a command to its end, its output kept in a file.

    :param list command: program and arguments
    :param str log: name of the log file in the cache; the output is shown when None
    :param dict env: variables added to ours
    :raises StepError: the command failed; the text ends with its last lines
    """
    environ = os.environ | (env or {})
    command = [str(part) for part in command]
    if log is None:
        done = subprocess.run(command, env=environ, check=False, **kwargs)
        if done.returncode:
            raise StepError(f"{command[0]} ended with code {done.returncode}", done.returncode)
        return
    path = cache_dir("logs") / log
    with open(path, "w") as output:
        done = subprocess.run(
            command,
            env=environ,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            **kwargs,
        )
    if done.returncode:
        raise StepError(
            f"{Path(command[0]).name} ended with code {done.returncode}:\n"
            f"{tail(path)}\n(the whole log: {path})",
            done.returncode,
        )


def capture(command, *, env=None, **kwargs):
    """Return what a command prints.

    :rtype: str
    :raises StepError: the command failed
    """
    done = subprocess.run(
        [str(part) for part in command],
        env=os.environ | (env or {}),
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        **kwargs,
    )
    if done.returncode:
        raise StepError(f"{command[0]}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def tail(path, lines=25):
    """Return a file's last lines."""
    with open(path, errors="replace") as handle:
        return "".join(handle.readlines()[-lines:]).rstrip()


class Progress:
    """Numbered steps with their time: ``[3/7] Creating the database… 12 s``."""

    def __init__(self, total):
        self.total = total
        self.done = 0
        self.started = time.monotonic()

    @contextlib.contextmanager
    def step(self, text):
        """Show one step; the value given by the block's ``note`` is printed.

        :param str text: what is being done
        """
        self.done += 1
        print(f"[{self.done}/{self.total}] {text}… ", end="", flush=True)
        notes, begin = [], time.monotonic()
        try:
            yield notes.append
        except BaseException:
            print("failed", flush=True)
            raise
        seconds = f"{time.monotonic() - begin:.0f} s"
        print(", ".join([*notes, seconds]), flush=True)


def main(function):
    """Call a command and turn its errors into one clear message.

    :return: the process's exit code
    """
    try:
        return function() or 0
    except StepError as error:
        print(f"\nerror: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
    return 1
