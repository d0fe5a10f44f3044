"""CloudWatch: everything that the local AWS adds to moto's metrics, alarms, dashboards and logs."""

from __future__ import annotations

from localaws.mending import Mends
from localaws.observability import (
    alarmsapi,
    alarmsread,
    dashboards,
    insights,
    logreading,
    metricfilters,
    metrics,
    metricsapi,
    queuemetrics,
    statesmetrics,
)
from localaws.observability.alarms import Alarms, PutEvent
from localaws.timing.timekeeping import Clock


def install(mends: Mends, clock: Clock, put_event: PutEvent) -> None:
    """`put_event`: puts an event of an AWS service on the default bus."""
    alarms = Alarms(clock, put_event)
    metrics.install(mends)
    metricsapi.install(mends)
    alarmsapi.install(mends, alarms)
    alarmsread.install(mends, alarms)
    dashboards.install(mends)
    insights.install(mends)
    logreading.install(mends)
    metricfilters.install(mends)
    queuemetrics.install(clock)
    statesmetrics.install(mends)
