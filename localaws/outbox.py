"""Letters that the local AWS would have sent: `from localaws import outbox`.

E-mail and SMS leave no machine here. They are kept, as their reader would see them::

    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ann@example.com")
    [letter] = outbox.letters(to="ann@example.com")
    print(letter)                  # asks to confirm the subscription
    sns.confirm_subscription(TopicArn=topic, Token=letter.token)
    sns.publish(TopicArn=topic, Message="Your order is on its way.")
    outbox.letters(topic)          # both letters, as a table
"""

from __future__ import annotations

from localaws import cloud
from localaws.mail import Letter, Letters


def letters(topic_arn: str | None = None, to: str | None = None) -> list[Letter]:
    """The letters that were sent, the first one first; a table where a cell shows them.

    Args:
        topic_arn: only those that came from this SNS topic.
        to: only those to this e-mail address or telephone number.

    Raises:
        RuntimeError: the local AWS is not started.
    """
    return Letters(
        letter
        for letter in cloud.running().outbox.all()
        if topic_arn in (None, letter.topic_arn) and to in (None, letter.to)
    )
