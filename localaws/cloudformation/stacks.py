"""CloudFormation in the place of moto's: its API, and the resource types behind it.

moto keeps a stack's resources in a map that makes each when it is first asked for, which leaves no
room for events, replacement or rollback (cloudformation/parsing.py:512): all of it is ours. Of moto
there remain the parsing of requests, the models of resource types that no lesson needs, and stack
sets.
"""

from __future__ import annotations

import logging

from moto.cloudformation import parsing
from moto.cloudformation.responses import CloudFormationResponse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.policy_validation import IAMPolicyDocumentValidator

from localaws.cloudformation import actions
from localaws.cloudformation.region import Region
from localaws.mending import Mends
from localaws.timing.timekeeping import Clock


def install(mends: Mends, clock: Clock) -> None:
    for cached in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        cached.cache_clear()
    _mend_api(mends, clock)
    _mend_policy_versions(mends)
    # The transform writes what it thinks of its own feature flags; a template's author has none.
    mends.replace(logging.getLogger("samtranslator"), "level", logging.ERROR)


def _mend_api(mends: Mends, clock: Clock) -> None:
    """Every action that is not about stack sets leads to ours."""
    regions: dict[str, Region] = {}

    def region_of(name: str) -> Region:
        if name not in regions:
            regions[name] = Region(clock, DEFAULT_ACCOUNT_ID, name)
        return regions[name]

    for name in actions.names():
        mends.replace(CloudFormationResponse, name, actions.respond(name, region_of))
    # moto's answers are objects whose parts it transforms; ours are what is answered.
    of_stack_sets = {
        path: change
        for path, change in CloudFormationResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER.items()
        if "StackSet" in path
    }
    mends.replace(CloudFormationResponse, "RESPONSE_KEY_PATH_TO_TRANSFORMER", of_stack_sets)


def _mend_policy_versions(mends: Mends) -> None:
    """moto refuses a policy without Version, as SAM writes them (iam/policy_validation.py:152).

    docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html: there are
    two, and the older one is the default.
    """
    mends.replace(IAMPolicyDocumentValidator, "_validate_version", lambda self: None)
