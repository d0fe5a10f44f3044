"""Programs that are on call: one asleep, one poor, one good."""

from orderlab.oncall.operators.good import Good
from orderlab.oncall.operators.operator import Asleep, Operator
from orderlab.oncall.operators.poor import Poor

__all__ = ["Asleep", "Good", "Operator", "Poor"]
