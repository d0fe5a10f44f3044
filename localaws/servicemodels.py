"""AWS's service models, read once in a process.

Every session of boto3 reads and parses the models of the services that it makes clients of, some
of them megabytes of JSON, and each start of the local AWS begins a session of its own.
"""

from __future__ import annotations

import boto3
import botocore.loaders
import botocore.session

_loader = botocore.loaders.create_loader()


def begin_session() -> None:
    """Begin boto3's default session, with the models that earlier ones have read."""
    session = botocore.session.get_session()
    session.register_component("data_loader", _loader)
    boto3.setup_default_session(botocore_session=session)
