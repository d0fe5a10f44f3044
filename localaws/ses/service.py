"""SES v2, finished: moto sends no template, knows no event destination, and refuses nobody.

moto answers an e-mail of a template with NotImplementedError (sesv2/responses.py:60), and has
neither templates nor event destinations in its version 2; what it sends is in nobody's mailbox.
The identities, configuration sets and templates are those that moto keeps for both versions.
"""

from __future__ import annotations

import json
from typing import Any

from moto.ses.models import SESBackend
from moto.sesv2.responses import SESV2Response

from localaws.functions.service import Functions
from localaws.mail import Outbox
from localaws.mending import Mends
from localaws.ses.errors import RefusedError, answering, missing, taken
from localaws.ses.events import TYPES
from localaws.ses.sending import Sender
from localaws.ses.templates import RenderingError, Templates, data_of, render
from localaws.timing.timekeeping import Clock

SANDBOX_QUOTA = {"Max24HourSend": 200.0, "MaxSendRate": 1.0}
PRODUCTION_QUOTA = {"Max24HourSend": 50000.0, "MaxSendRate": 14.0}


def install(mends: Mends, clock: Clock, functions: Functions, outbox: Outbox) -> None:
    """Let SES send, know templates, and tell what becomes of an e-mail."""
    _mend_sending(mends, Sender(clock, functions, outbox))
    _mend_templates(mends)
    _mend_event_destinations(mends)


def _operations(mends: Mends, **operations: Any) -> None:
    for name, operation in operations.items():
        mends.replace(SESV2Response, name, answering(operation))


def _core(response: SESV2Response) -> SESBackend:
    return response.sesv2_backend.core_backend


def _given(response: SESV2Response) -> dict[str, Any]:
    return dict(json.loads(response.body or "{}"))


# ---- Sending, and the account --------------------------------------------------------------------


def _mend_sending(mends: Mends, sender: Sender) -> None:
    """moto sends no template, and writes to everybody although the account is in the sandbox."""
    production: set[str] = set()  # the regions in which the account has left the sandbox

    def send_email(self: SESV2Response) -> str:
        sandbox = self.region not in production
        return json.dumps({"MessageId": sender.send(_core(self), _given(self), sandbox)})

    def put_account_details(self: SESV2Response) -> str:
        granted = _given(self).get("ProductionAccessEnabled")
        (production.add if granted else production.discard)(self.region)
        return "{}"

    def get_account(self: SESV2Response) -> str:
        out = self.region in production
        quota = PRODUCTION_QUOTA if out else SANDBOX_QUOTA
        return json.dumps(
            {
                "DedicatedIpAutoWarmupEnabled": False,
                "EnforcementStatus": "HEALTHY",
                "ProductionAccessEnabled": out,
                "SendQuota": {**quota, "SentLast24Hours": 0.0},
                "SendingEnabled": True,
            }
        )

    def create_email_identity(self: SESV2Response) -> Any:
        """Verified at once: nobody reads the mailbox to which AWS would send a link."""
        name = _given(self)["EmailIdentity"]
        if name in _core(self).email_identities:
            raise taken("Email identity", name)
        answer = moto_creates(self)
        identity = _core(self).email_identities[name]
        identity.verified_for_sending_status = True
        return json.dumps({**json.loads(answer), "VerifiedForSendingStatus": True})

    moto_creates = SESV2Response.create_email_identity
    _operations(
        mends,
        send_email=send_email,
        put_account_details=put_account_details,
        get_account=get_account,
        create_email_identity=create_email_identity,
    )


# ---- Templates -----------------------------------------------------------------------------------


def _create_template(self: SESV2Response) -> str:
    given = _given(self)
    Templates(_core(self)).create(given["TemplateName"], given["TemplateContent"])
    return "{}"


def _update_template(self: SESV2Response) -> str:
    name = self._get_param("TemplateName")
    Templates(_core(self)).update(name, _given(self)["TemplateContent"])
    return "{}"


def _get_template(self: SESV2Response) -> str:
    name = self._get_param("TemplateName")
    content = Templates(_core(self)).content(name)
    return json.dumps({"TemplateName": name, "TemplateContent": content})


def _delete_template(self: SESV2Response) -> str:
    Templates(_core(self)).delete(self._get_param("TemplateName"))
    return "{}"


def _list_templates(self: SESV2Response) -> str:
    names = Templates(_core(self)).names()
    return json.dumps({"TemplatesMetadata": [{"TemplateName": name} for name in names]})


def _test_render(self: SESV2Response) -> str:
    content = Templates(_core(self)).content(self._get_param("TemplateName"))
    try:
        rendered = render(content, data_of(_given(self)["TemplateData"]))
    except RenderingError as error:
        raise RefusedError("BadRequestException", str(error)) from error
    return json.dumps({"RenderedTemplate": f"Subject: {rendered.subject}\n\n{rendered.text}"})


def _mend_templates(mends: Mends) -> None:
    """moto has templates in the first version of the API alone."""
    _operations(
        mends,
        create_email_template=_create_template,
        update_email_template=_update_template,
        get_email_template=_get_template,
        delete_email_template=_delete_template,
        list_email_templates=_list_templates,
        test_render_email_template=_test_render,
    )


# ---- Event destinations --------------------------------------------------------------------------


def _destinations(self: SESV2Response) -> dict[str, Any]:
    """The event destinations of the configuration set that a request names, by their names."""
    name = self._get_param("ConfigurationSetName")
    if name not in _core(self).config_sets:
        raise missing("Configuration set", name)
    known: dict[str, Any] = _core(self).config_set_event_destination.setdefault(name, {})
    return known


def _put_destination(self: SESV2Response, name: str) -> str:
    given = _given(self)["EventDestination"]
    unknown = [kind for kind in given.get("MatchingEventTypes", []) if kind not in TYPES]
    if unknown or "SnsDestination" not in given:
        raise RefusedError(
            "BadRequestException",
            f"Events go to SNS here, of the types {', '.join(TYPES)}.",
        )
    _destinations(self)[name] = {"Name": name, **given}
    return "{}"


def _create_destination(self: SESV2Response) -> str:
    name = _given(self)["EventDestinationName"]
    if name in _destinations(self):
        raise taken("Event destination", name)
    return _put_destination(self, name)


def _update_destination(self: SESV2Response) -> str:
    name = self._get_param("EventDestinationName")
    if name not in _destinations(self):
        raise missing("Event destination", name)
    return _put_destination(self, name)


def _get_destinations(self: SESV2Response) -> str:
    return json.dumps({"EventDestinations": list(_destinations(self).values())})


def _delete_destination(self: SESV2Response) -> str:
    name = self._get_param("EventDestinationName")
    if _destinations(self).pop(name, None) is None:
        raise missing("Event destination", name)
    return "{}"


def _mend_event_destinations(mends: Mends) -> None:
    """moto has them in the first version of the API alone, and tells them nothing."""
    _operations(
        mends,
        create_configuration_set_event_destination=_create_destination,
        update_configuration_set_event_destination=_update_destination,
        get_configuration_set_event_destinations=_get_destinations,
        delete_configuration_set_event_destination=_delete_destination,
    )
