"""What every judge needs. Whoever imports this has loaded it, and has deployed the stack once.

A first deployment reads AWS's service models and lets the parser of definitions learn the language;
a process that is forked afterwards has both.
"""

import localaws
from localaws import cloud, elsewhere
from orderlab.lesson import places
from orderlab.lesson.judging import guarding, judge, shop

cloud.SPARE_SANDBOXES = 0  # nothing is invoked, and a judge starts its own
elsewhere.ask_for_none()
localaws.start()
localaws.deploy(places.COURSE / "template.yaml")
localaws.stop()

__all__ = ["guarding", "judge", "shop"]
