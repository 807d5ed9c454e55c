"""What the Makefile's targets are made of; standard library only.

These run with the machine's own Python, before any environment exists.
"""
