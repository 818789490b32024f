"""What each seat is for, and who in the Movement has which mandate: the page "Who does what" (R-15, R-57, R-62)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Role

DUTIES: dict[Role, Any] = {
    Role.REPORTER: _("Listens, explains what can and cannot stay between us, writes down a concern, gives a contact."),
    Role.CASEWORKER: _("Follows up: looks at the risk with the person, asks for each consent, plans, refers, helps."),
    Role.FOCAL_POINT: _(
        "Decides how urgent a concern is and what happens next; approves what leaves the organisation."
    ),
    Role.DEPUTY: _("Does what the focal point does, whenever the focal point is away or late."),
    Role.MANAGER: _(
        "Answers for protection here: preconditions, people, second signatures, the last step of the ladder."
    ),
    Role.DIALOGUE: _("Speaks with authorities, confidentially, after training and with another person’s approval."),
    Role.DIRECTORY_EDITOR: _("Keeps the list of partners and services true: asks, checks, dates, suspends."),
    Role.SAFEGUARDING: _("Receives what concerns our own people, apart from every case. Nobody else reads it."),
    Role.DATA_OFFICER: _(
        "Watches over data: requests of people, exceptions, incidents, unusual reading. Opens no case."
    ),
    Role.PARTNER_WORKER: _("Works for an organisation that we refer to: sees what the person agreed to, and answers."),
    Role.ADMINISTRATOR: _("Invites people and proposes their seats. Opens no case."),
    Role.AUDITOR: _("Reads who did what, never what it was about."),
}
MANDATES: tuple[tuple[Any, Any], ...] = (
    (
        _("The National Society"),
        _(
            "Acts in its country, auxiliary to the authorities; decides which risks it can address, and refers the others."
        ),
    ),
    (
        _("The ICRC"),
        _(
            "People deprived of liberty, the conduct of hostilities and other matters of international humanitarian law; "
            "the Central Tracing Agency. It is consulted before authorities are spoken to about them."
        ),
    ),
    (
        _("The International Federation"),
        _("Supports and coordinates. It helps people directly only in coordination with the Society of that country."),
    ),
    (
        _("The tracing service"),
        _("Restores family links and clarifies the fate of missing people, under rules of its own for personal data."),
    ),
)
