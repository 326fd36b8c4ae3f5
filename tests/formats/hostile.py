"""Small changes to a sound file, such as a fuzz test makes: bytes taken out, doubled, put elsewhere and changed."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st


@st.composite
def mutated(draw: st.DrawFn, samples: Sequence[bytes], pieces: Sequence[bytes] = ()) -> bytes:
    """One of the samples with up to six changes; *pieces*: bytes that mean something in the format."""
    data = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(data)))
        change = draw(st.sampled_from(("delete", "insert", "change", "cut", "double")))
        size = draw(st.integers(1, 40))
        if change == "delete":
            del data[at : at + size]
        elif change == "insert":
            data[at:at] = draw(st.sampled_from(pieces) if pieces else st.binary(min_size=1, max_size=8))
        elif change == "change" and at < len(data):
            data[at] = draw(st.integers(0, 255))
        elif change == "cut" and draw(st.booleans()):
            del data[at:]
        else:
            data[at:at] = data[at : at + size]
    return bytes(data)
