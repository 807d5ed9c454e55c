#!/usr/bin/env python3
"""The project's commands: ``python3 scripts/dev.py COMMAND``; see the Makefile."""

import argparse
import importlib
import sys

from devkit.shell import main

COMMANDS = {
    "demo": "load the demonstration or a ledger and run its collections days",
    "demo-connectors": "mirror and chase two outside ledgers, on emulators",
    "demo-channels": "be the customer: phone menu, text messages, chat",
    "serve": "open the demonstration in the web client",
    "test": "run the whole test suite",
    "test-core": "run Odoo's own tests with and without the module",
    "test-outside": "hold the connectors against other people's stand-ins for Xero",
    "test-queue": "run the tests of background jobs with OCA's queue_job",
    "lint": "run the linters",
    "translations": "export the terms, merge them into the languages, report",
    "bench": "measure against a generated ledger",
    "evaluate": "measure how well payments of a ledger can be predicted",
    "evaluate-texts": "measure how well messages of customers are read",
    "dialogs": "write the page of conversations as customers hear them",
    "shell": "open Odoo's shell, or run a script in it, on the demonstration",
    "stop": "stop the private PostgreSQL servers",
    "clean": "stop the servers and forget this checkout's databases",
}


def command():
    """Run the command named on the command line.

    :return: the process's exit code
    """
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    modules = {}
    for name, text in COMMANDS.items():
        modules[name] = importlib.import_module(f"commands.{name.replace('-', '_')}")
        modules[name].add_arguments(commands.add_parser(name, help=text))
    arguments = parser.parse_args()
    return modules[arguments.command].execute(arguments)


if __name__ == "__main__":
    sys.exit(main(command))
