"""What the programs of this folder share: reading the object, comparing, telling."""

import datetime
import json
import sys

TOLERANCE = 1e-9


class Differences:
    """Collects disagreements, and counts what agreed so that nothing passes by comparing nothing."""

    def __init__(self):
        self.found = []
        self.compared = 0

    def same(self, what, ours, theirs, tolerance=TOLERANCE):
        """`ours` is a figure's text; `None` is never the same as a number."""
        self.compared += 1
        if ours is None or not abs(float(ours) - theirs) <= tolerance * max(1.0, abs(theirs)):
            self.found.append(f"{what}: {ours}, not {theirs!r}")

    def equal(self, what, ours, theirs):
        self.compared += 1
        if ours != theirs:
            self.found.append(f"{what}: {ours!r}, not {theirs!r}")

    def finish(self, at_least):
        if self.compared < at_least:
            self.found.append(f"only {self.compared} figures were compared")
        for line in self.found:
            print(line)
        sys.exit(1 if self.found else 0)


def read():
    return json.load(sys.stdin)


def day(text):
    return datetime.date.fromisoformat(text)


def after(date, days):
    return date + datetime.timedelta(days=days)


def within(rows, first, last):
    """The rows whose date lies between two ISO dates, both included."""
    return [row for row in rows if first <= row["date"] <= last]
