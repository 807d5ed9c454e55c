"""What the emulators of messaging providers share: parcels to a subscriber."""

import random
from dataclasses import dataclass

from .faults import Fault
from .postman import Postman, minutes
from .web import Emulator


@dataclass
class Note:
    """A webhook on its way: where to, its bytes, its headers, and its form where it is one."""

    url: str
    body: bytes
    headers: dict
    form: dict | None = None


class MessagingEmulator(Emulator):
    """A service that tells of messages; what it has to tell waits until `deliver`."""

    verbs = (*Emulator.verbs, "deliver", "write_in")

    def __init__(self, clock=None, seed=1, port=0):
        super().__init__(clock, seed, port)
        self.notes = []
        self.messages = {}
        self.unreachable = set()
        #: Kind of fault -> share of the requests it hits, drawn from the seed.
        self.trouble = {}
        self.random = random.Random(seed)

    def _answer(self, request):
        """Override: trouble comes by lot."""
        if request.method == "POST" and self.trouble:
            lot = self.random.random()
            for kind, share in self.trouble.items():
                if lot < share:
                    return Fault(kind).apply(self, request)
                lot -= share
        return super()._answer(request)

    def take_notes(self, copies=1, shuffle=False):
        """Return what is to be told, and forget it.

        :param copies: every one so many times
        :param shuffle: in any order
        :rtype: list[Note]
        """
        with self.lock:
            notes, self.notes = [note for note in self.notes for _copy in range(copies)], []
        if shuffle:
            self.random.shuffle(notes)
        return notes

    def deliver(self, copies=1, shuffle=False):
        """Post what is to be told; return the receipts.

        :rtype: list[postman.Receipt]
        """
        return [self._post(note) for note in self.take_notes(copies, shuffle)]

    def _post(self, note):
        postman = Postman(self.clock, minutes(1), lambda receipt: True, timeout=15)
        postman.url = note.url
        return postman.send(note.body, note.headers)

    def to(self, number):
        """Return the messages accepted for a number, oldest first."""
        return [message for message in self.messages.values() if message["to"] == number]

    def summary(self):
        """Return how many messages are in which state."""
        counts = {}
        for message in self.messages.values():
            counts[message["status"]] = counts.get(message["status"], 0) + 1
        return counts
