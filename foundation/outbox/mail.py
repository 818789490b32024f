"""The only e-mail there is: one neutral sentence, and a link. It never says what is new, nor about whom (HS-17)."""

from uuid import UUID, uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _


def neutral(to: str, language: str, *, asked_for: str = "", number: UUID | None = None) -> EmailMessage:
    """The message, not sent yet. ``asked_for``: the link or code that somebody asked for with this address.

    The message's own number is random, or the outbox's, so that a repeated delivery is recognised; Django's default
    would name the machine.
    """
    with translation.override(language):
        text, link = _("There is something new for you. Please sign in to see it."), f"{settings.URL}\n"
        if asked_for:
            text = _("Here is what was asked for with this address. If you did not ask, do nothing.")
            link = f"{asked_for}\n"
        mail = EmailMessage(_("Something new"), f"{text}\n\n{link}", to=[to])
    mail.extra_headers["Message-ID"] = f"<{number or uuid4()}@amparo.invalid>"
    return mail
