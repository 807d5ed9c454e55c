"""Whether what people corrected has made the reading of messages better.

The latest quarter of the corrections is kept apart: a reader that has learnt from the
earlier ones is asked about them, and so is one that knows the delivered examples alone.
"""

from typing import NamedTuple

from .text_topics import OFFERED, label, parts

#: Fewer corrections are learnt from, but say nothing about how good the reader is.
LEAST_CORRECTIONS = 40
HELD_OUT = 4


class Hits(NamedTuple):
    """Share of messages whose topic was named first, and among the first three."""

    count: int
    first: float
    offered: float


def ranked(chances):
    """Topics of chances over labels, the likeliest first.

    :rtype: list[str]
    """
    topics = {}
    for name, chance in chances.items():
        topic = parts(name)[0]
        topics[topic] = topics.get(topic, 0.0) + chance
    return sorted(topics, key=topics.get, reverse=True)


def hits(answers, topics):
    """How often readings were right.

    :param answers: chances over labels, one per message
    :param topics: what the messages are about
    :rtype: Hits
    """
    orders = [(ranked(chances), topic) for chances, topic in zip(answers, topics, strict=True)]
    count = len(orders)
    first = sum(order[:1] == [topic] for order, topic in orders)
    offered = sum(topic in order[:OFFERED] for order, topic in orders)
    return Hits(count, first / count if count else 0.0, offered / count if count else 0.0)


def judged(teach, delivered, corrections):
    """Learn, and say what the corrections are worth.

    :param teach: makes a reader (`texts -> [chances]`) of [(text, label)]
    :param delivered: examples that come with the product
    :param corrections: (text, topic, intent) of people, the oldest first
    :return: the examples to learn from in the end, the verdict and the figures:
        `better`, `not_better` or `too_few`; `{"before": Hits, "after": Hits}`
    """
    own = [(text, label(topic, intent)) for text, topic, intent in corrections]
    if len(own) < LEAST_CORRECTIONS:
        return delivered + own, "too_few", {}
    cut = len(own) - len(own) // HELD_OUT
    texts = [text for text, _name in own[cut:]]
    topics = [parts(name)[0] for _text, name in own[cut:]]
    figures = {
        "before": hits(teach(delivered)(texts), topics),
        "after": hits(teach(delivered + own[:cut])(texts), topics),
    }
    if figures["after"].first >= figures["before"].first:
        return delivered + own, "better", figures
    return delivered, "not_better", figures
