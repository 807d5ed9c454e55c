"""Long work of `learning/` in processes of their own: no worker is busy, killed or made large.

What is asked and what comes back are files of a folder, so that any worker can look later.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent.parent / "learning"
RUNNING, DONE, FAILED = "running", "done", "failed"
MOST_ERROR = 2000
RESULT = "result.json"


def new_folder(command):
    """A folder of its own for some work."""
    return Path(tempfile.mkdtemp(prefix=f"collections-{command}-"))


def begin(command, asked, files=()):
    """Start some work that is told what to do by a file.

    :param str command: of `learning/command.py`, taking two files
    :param dict asked: what it is told
    :param dict files: name -> bytes, put beside what it is told
    :return: the folder, and the process
    :rtype: tuple[str, subprocess.Popen]
    """
    folder = new_folder(command)
    (folder / "asked.json").write_text(json.dumps(asked))
    for name, content in dict(files).items():
        (folder / name).write_bytes(content)
    return str(folder), start(folder, command, "asked.json")


def start(folder, command, source, *more):
    """Start some work on a file of a folder, which `outcome` is asked about later.

    :param pathlib.Path folder: of `new_folder`
    :param str command: of `learning/command.py`, taking two files and maybe more
    :param str source: name of the file it works on
    :rtype: subprocess.Popen
    """
    with (folder / "errors.txt").open("wb") as errors:
        return subprocess.Popen(
            [*call(command), str(folder / source), str(folder / RESULT), *more],
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )


def call(command):
    """The words by which a command of `learning/` is called."""
    return [sys.executable, str(PROGRAM), command]


def environment():
    """What it runs in: threads that share busy processors make it many times slower."""
    return os.environ | {"OMP_NUM_THREADS": "1"}


def outcome(folder, process_id):
    """How the work stands; once it has ended its folder is gone.

    :return: a state, and the result (a dict), or what went wrong (text, may be empty)
    """
    folder = Path(folder)
    result, errors = folder / RESULT, folder / "errors.txt"
    # Asked before the result is looked for: it may end in between.
    running = is_running(process_id)
    if result.is_file():
        state, found = DONE, json.loads(result.read_text())
    elif running:
        return RUNNING, None
    else:
        state = FAILED
        found = errors.read_text(errors="replace")[-MOST_ERROR:] if errors.is_file() else ""
    forget(folder)
    return state, found


def forget(folder):
    """Remove what work has left behind."""
    shutil.rmtree(folder, ignore_errors=True)


def is_running(process_id):
    """Whether a process has not ended."""
    with suppress(ChildProcessError):  # it may be another worker's
        os.waitpid(process_id, os.WNOHANG)
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True
