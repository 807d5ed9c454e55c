"""Who does the work of people who are away."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple


class Absence(NamedTuple):
    """A person is away from one day to another, both included; somebody may stand in."""

    person: int
    substitute: int | None
    first: date
    last: date


def stand_in(person: int, absences: Iterable[Absence], day: date) -> int | None:
    """Who does the work of a person on a day.

    A substitute who is away as well has a substitute, too. Where all stand in for each other
    nobody is there.

    :return: the person itself when it is there; None when nobody stands in
    """
    away = {one.person: one.substitute for one in absences if one.first <= day <= one.last}
    asked = set()
    while person in away:
        if person in asked:
            return None
        asked.add(person)
        person = away[person]
    return person


def stands_in_for(person: int, absences: Iterable[Absence], day: date) -> set[int]:
    """Whose work a person does on a day beside its own."""
    absences = tuple(absences)
    others = {one.person for one in absences} - {person}
    return {other for other in others if stand_in(other, absences, day) == person}
