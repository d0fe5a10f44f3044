"""20.3: a trust policy that lets in the main branch of one repository, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging.trusting import lets_in

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
OTHER_PROVIDER = "arn:aws:iam::123456789012:oidc-provider/gitlab.com"
OURS = "repo:mouse-shop@4711/backend@815"
AUDIENCE = "sts.amazonaws.com"

exercise = Exercise(
    id="20.3",
    title="One branch of one repository",
    level="extra",
    task=f"""\
Write `trust`, the trust policy of the role `deploy-shop`, as a dictionary. Principal and action are
those of the policy above. It lets in the token whose `aud` is `{AUDIENCE}` and whose `sub` is
that of the main branch, `{OURS}:ref:refs/heads/main`. Everybody else
stays outside: other branches and tags, pull requests, repositories with similar names, tokens that
were made for somebody else. `lesson.check("20.3", trust)` tries them.""",
    files=(),
    hints=(
        (
            "Begin with the policy for pull requests above. Its principal, its action and its "
            "condition on `aud` stay; its condition on `sub` names somebody else."
        ),
        (
            "The value of `sub` is known to the last letter. An operator that compares whole texts "
            "needs no pattern, and a pattern lets in more than its author thought of."
        ),
        (
            'One statement: Effect Allow, `Principal: {"Federated": …}`, the action, and '
            '`Condition: {"StringEquals": {"token.actions.githubusercontent.com:aud": …, '
            '"token.actions.githubusercontent.com:sub": …}}` with both values as the task has them.'
        ),
    ),
)


def _tries(
    shop: Shop, subject: str, because: str, audience: str = AUDIENCE, provider: str = PROVIDER
) -> Finding:
    """A token of a workflow; only the main branch's own is to be let in."""
    policy = shop.answer
    if not isinstance(policy, dict):
        raise NotAnAnswerError("The answer must be a policy: a dictionary with a Statement.")
    own = (f"{OURS}:ref:refs/heads/main", AUDIENCE, PROVIDER)
    expected = "let in" if (subject, audience, provider) == own else "kept out"
    try:
        is_in = lets_in(policy, provider, {"sub": subject, "aud": audience})
        got = "let in" if is_in else "kept out"
    except (AttributeError, TypeError) as error:
        got = f"no policy: {error}"
    return Finding(expected, got, got == expected, f"The token's sub is {subject}. {because}")


@exercise.scenario("A push to main")
def _main(shop: Shop) -> Finding:
    return _tries(shop, f"{OURS}:ref:refs/heads/main", "That is who is to deploy.")


@exercise.scenario("A push to another branch")
def _branch(shop: Shop) -> Finding:
    because = "Whoever may push a branch could deploy it, without anybody's review."
    return _tries(shop, f"{OURS}:ref:refs/heads/try-something", because)


@exercise.scenario("A branch whose name begins with main")
def _mainly(shop: Shop) -> Finding:
    because = "It is another branch than main."
    return _tries(shop, f"{OURS}:ref:refs/heads/main-2", because)


@exercise.scenario("A pull request")
def _pull_request(shop: Shop) -> Finding:
    because = "What a pull request wants to change has not been reviewed yet."
    return _tries(shop, f"{OURS}:pull_request", because)


@exercise.scenario("The main branch of another repository")
def _repository(shop: Shop) -> Finding:
    because = "It is the shop's web page, and none of its business."
    return _tries(shop, "repo:mouse-shop@4711/web-page@816:ref:refs/heads/main", because)


@exercise.scenario("A stranger with a name like ours")
def _stranger(shop: Shop) -> Finding:
    because = (
        "The shop has been renamed, and a stranger has taken the old name: with other numbers."
    )
    first = _tries(shop, "repo:mouse-shop@90210/backend@90211:ref:refs/heads/main", because)
    if not first.passed:
        return first
    because = "Anybody can make an organisation with such a name."
    return _tries(shop, "repo:mouse-shop-fan@9/backend@10:ref:refs/heads/main", because)


@exercise.scenario("A token that was made for somebody else")
def _audience(shop: Shop) -> Finding:
    because = "Its aud names another service, which could use the token here."
    subject = f"{OURS}:ref:refs/heads/main"
    return _tries(shop, subject, because, audience="https://github.com/mouse-shop")


@exercise.scenario("A token of another provider")
def _provider(shop: Shop) -> Finding:
    because = "Another provider may write whatever it likes into its tokens."
    subject = f"{OURS}:ref:refs/heads/main"
    return _tries(shop, subject, because, provider=OTHER_PROVIDER)
