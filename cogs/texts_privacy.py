"""Every sentence about what is kept about a member."""

from __future__ import annotations

EXPORT = "Here is everything that Studyhall keeps about you in this server."
NOTHING = "Studyhall keeps nothing about you in this server."
ASK = (
    "This deletes your answers, estimates, streak, points and reports in this server, for good. What stays are totals "
    "without your name, and words that others need, as those of “a former member”: feedback that you gave, questions "
    "that got feedback, and what was reported, for the tutors alone. Delete everything?"
)
YES = "Delete everything"
DONE = (
    "Deleted. Studyhall keeps nothing with your name in this server any more; words that others need stand there as a "
    "former member's."
)
BOARD_OFF = "You are off the boards from now on, the past included. `/privacy board on` brings you back."
BOARD_ON = "You are on the boards again, with all your points."
