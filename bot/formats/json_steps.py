"""JSON gone through value by value, so that a fault in one of them has its line and costs no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_SPACE = re.compile(r"[ \t\n\r]*+")


class Unsound(Exception):
    """Something is not as its place asks for; the text says what."""


class Steps:
    """A place in a JSON text, which moves on over signs and values. *decoder* makes the values.

    What is not JSON raises ValueError or Unsound, and leaves the place there.
    """

    def __init__(self, text: str, decoder: json.JSONDecoder) -> None:
        self._text = text
        self._decoder = decoder
        self._at = 0
        self._counted = 0
        self._line = 1

    def sign(self) -> str:
        """The next character that is no white space, or '' at the end; the place is before it."""
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._text[self._at : self._at + 1]

    def line(self) -> int:
        """The line of the next sign, from 1."""
        self.sign()
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def value(self) -> Any:
        """The value that begins here."""
        self.sign()
        value, self._at = self._decoder.raw_decode(self._text, self._at)
        return value

    def elements(self) -> Iterator[None]:
        """Stop at the beginning of each element of the list that begins here."""
        yield from self._between("]")

    def names(self) -> Iterator[str]:
        """The names in the object that begins here, stopping at the beginning of each one's value."""
        for _ in self._between("}"):
            name = self.value() if self.sign() == '"' else None
            if not isinstance(name, str) or self.sign() != ":":
                raise Unsound("a name in quotes and a colon are missing")
            self._at += 1
            yield name

    def end(self) -> None:
        """Raise Unsound where something is left."""
        if self.sign():
            raise Unsound("something stands behind the end")

    def _between(self, end: str) -> Iterator[None]:
        self._at += 1
        if self.sign() == end:
            self._at += 1
            return
        while True:
            yield
            sign = self.sign()
            if sign not in (",", end) or not sign:
                raise Unsound(f"a comma or {end} is missing")
            self._at += 1
            if sign == end:
                return
