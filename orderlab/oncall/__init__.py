"""A week on call, for the learner's own stack: `from orderlab import oncall`.

Customers order, something breaks at a moment that nobody knows, and alarms page. The clock stops at
each page, and each morning at nine; a person looks and acts with what AWS has for it, and lets time
go on::

    week = oncall.begin(seed=7, player="Ada")
    week.go_on()                 # to the next page, or the next morning
    ...                          # look, and act: boto3, `aws`, console, localaws.deploy
    week.note("the gateway is down")
    week.report()                # when the week is over
    oncall.compare("results")    # a class
"""

from orderlab.oncall.classroom import compare
from orderlab.oncall.desk import Desk, begin

__all__ = ["Desk", "begin", "compare"]
