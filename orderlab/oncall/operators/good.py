"""A good operator: looks at what has changed, mends that, and then sees to each order."""

from __future__ import annotations

from orderlab.oncall.operators import runbook
from orderlab.oncall.operators.operator import Operator
from orderlab.oncall.stop import Stop
from orderlab.oncall.week import Week

LOOK_AGAIN = 30.0  # minutes, while a gateway is down
DOWN = "down"


class Good(Operator):
    """Mends the cause first, stops the harm where they cannot, and leaves no order behind.

    They know how the stack was set when all was well, as the template says it too.
    """

    name = "good"

    def __init__(self, week: Week) -> None:
        super().__init__(week)
        self._settings = runbook.Settings(week.shop)
        self._intake = runbook.Intake(week.shop)

    def act(self, stop: Stop) -> float | None:
        shop = self.week.shop
        self._settings.put_back()
        was_wrong = self._settings.deploy_again()
        runbook.pay_back(shop)
        is_down = DOWN in self.week.status_page()
        self._intake.set(not is_down)
        if is_down:
            return LOOK_AGAIN
        runbook.send_letters_again(shop)
        for execution in runbook.unfinished(shop, was_wrong):
            runbook.finish(execution, may_redrive=not was_wrong)
        return None
