"""What an answer and a *Guess* tap teach, in memory: the same for one batch as for all answers since the beginning."""

from __future__ import annotations

from bot.domain.estimates import Abilities, Gaussian, discount, topic_estimate, update
from bot.storage.estimates import Rows


class Beliefs:
    """The learner model's rows while events are entered in their order; `touched` holds those that changed."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.touched = Rows()

    def now(self, member: int, topic: int, question: int) -> Abilities:
        """The four beliefs that an answer of this member to this question is about."""
        rows = self.rows
        return Abilities(
            rows.learner(member), rows.learner_topic(member, topic), rows.topic(topic), rows.item(question)
        )

    def answer(self, member: int, topic: int, question: int, *, correct: bool) -> Abilities:
        """Enter a counted answer; the four beliefs after it."""
        return self._keep(member, topic, question, update(self.now(member, topic, question), correct))

    def guess(self, member: int, topic: int, question: int, *, correct: bool) -> Abilities:
        """Enter that a counted answer was a guess; the four beliefs after it.

        How much is taken back depends on the beliefs at the tap alone, so that nothing has to be kept of those at
        the answer, however long ago it was.
        """
        now = self.now(member, topic, question)
        return self._keep(member, topic, question, discount(now, now, update(now, correct)))

    def _keep(self, member: int, topic: int, question: int, then: Abilities) -> Abilities:
        for rows in (self.rows, self.touched):
            rows.learners[member] = then.learner
            rows.learner_topics[member, topic] = then.learner_topic
            rows.topics[topic] = then.topic
            rows.items[question] = then.item
        return then


def expected(beliefs: Abilities, pool: Gaussian) -> float:
    """The chance of a right answer to a random item of the topic; *pool* is the topic's `item_pool`."""
    return topic_estimate(beliefs.learner, beliefs.learner_topic, beliefs.topic, pool).p
