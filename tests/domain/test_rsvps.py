"""Seats and the waiting list, whatever people do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.rsvps import Answer, Rsvp, Settled, answered, counts, settled, without

SEATS = st.one_of(st.none(), st.integers(1, 5))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("answer"), st.integers(1, 8), st.sampled_from(Answer)),
        st.tuples(st.just("leave"), st.integers(1, 8), st.none()),
        st.tuples(st.just("seats"), SEATS, st.none()),
    ),
    max_size=40,
)


def _check(before: tuple[Rsvp, ...], done: Settled, seats: int | None, but: int | None) -> None:
    seated = [one for one in done.rsvps if one.seated]
    waiting = [one for one in done.rsvps if one.waits]
    # Never more than there are seats; nobody waits beside an empty one.
    assert seats is None or len(seated) <= seats
    assert not waiting or (seats is not None and len(seated) == seats)
    # Seats go by the order of asking, and only to those who want one.
    assert all(one.answer is Answer.GOING for one in seated)
    assert max((one.turn for one in seated), default=0) < min((one.turn for one in waiting), default=10**9)
    assert len({one.turn for one in done.rsvps}) == len(done.rsvps)
    assert [done.place(one.member) for one in waiting] == list(range(1, len(waiting) + 1))
    # Told is who got or lost a seat by it, once, and not who did it.
    had, has = {one.member for one in before if one.seated}, {one.member for one in seated}
    assert set(done.up) == has - had - {but}
    assert set(done.down) == {one.member for one in waiting} & had - {but}
    assert len(done.up) == len(set(done.up))
    assert counts(done.rsvps).going == len(seated)
    assert counts(done.rsvps).waiting == len(waiting)


@given(SEATS, STEPS)
def test_seats_are_never_exceeded_and_go_by_the_order_of_asking(
    seats: int | None, steps: list[tuple[str, int | None, Answer | None]]
) -> None:
    """Whatever people press, whoever leaves, however the number of seats changes."""
    rsvps: tuple[Rsvp, ...] = ()
    for what, value, answer in steps:
        but = None
        if what == "seats":
            seats = value
            done = settled(rsvps, seats)
        elif what == "leave":
            assert value is not None
            done = without(rsvps, value, seats)
        else:
            assert value is not None
            assert answer is not None
            but = value
            done = answered(rsvps, value, answer, seats)
            found = done.of(value)
            assert found is not None
            assert found.answer is answer
        _check(rsvps, done, seats, but)
        # What was settled stays so: nobody is told a second time.
        assert settled(done.rsvps, seats) == Settled(done.rsvps)
        rsvps = done.rsvps


def test_pressing_again_keeps_the_place_and_coming_back_costs_it() -> None:
    """Who presses *Going* twice stays where they are; who gave the seat up asks as the last one."""
    first = answered((), 1, Answer.GOING, 1)
    second = answered(first.rsvps, 2, Answer.GOING, 1)
    assert second.place(2) == 1
    again = answered(second.rsvps, 2, Answer.GOING, 1)
    assert again.rsvps == second.rsvps
    left = answered(again.rsvps, 1, Answer.MAYBE, 1)
    assert left.up == (2,)
    back = answered(left.rsvps, 1, Answer.GOING, 1)
    assert (back.up, back.place(1)) == ((), 1)


def test_fewer_seats_put_the_last_ones_back_in_front_of_those_who_wait() -> None:
    """Three seats become one: the second and third who asked wait before the fourth, and come back first."""
    rsvps: tuple[Rsvp, ...] = ()
    for member in (1, 2, 3, 4):
        rsvps = answered(rsvps, member, Answer.GOING, 3).rsvps
    fewer = settled(rsvps, 1)
    assert fewer.down == (2, 3)
    assert [fewer.place(member) for member in (1, 2, 3, 4)] == [None, 1, 2, 3]
    assert settled(fewer.rsvps, 2).up == (2,)
    assert settled(fewer.rsvps, None).up == (2, 3, 4)
