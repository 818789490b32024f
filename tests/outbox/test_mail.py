"""Every e-mail that can leave is one neutral sentence and a link (HS-17; safety.md §1, proof 9)."""

from pathlib import Path

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.conf import settings
from django.core import mail
from django.test import RequestFactory
from django.utils import translation

from foundation.accounts.models import User
from foundation.core.machines import COURIER
from foundation.outbox import delivery
from tests.factories import NAME, PHONE

pytestmark = pytest.mark.proof("headers")

LIBRARY = Path(allauth.__file__).parent / "templates"
PREFIXES = sorted(
    str(path.relative_to(LIBRARY)).removesuffix("_subject.txt") for path in LIBRARY.rglob("email/*_subject.txt")
)
LANGUAGES = [code for code, _name in settings.LANGUAGES]
LINK = "https://amparo.example/accounts/password/reset/key/9-abc/"


def texts(language: str) -> dict[str, str]:
    with translation.override(language):
        said = {
            "subject": "Something new",
            "new": "There is something new for you. Please sign in to see it.",
            "asked": "Here is what was asked for with this address. If you did not ask, do nothing.",
        }
        return {name: translation.gettext(text) for name, text in said.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_the_library_wants_to_send_becomes_the_neutral_text(db, language, volunteer, figure):
    assert len(PREFIXES) >= 18, PREFIXES
    said, request = texts(language), RequestFactory().get("/")
    volunteer.language = language
    details = {"user": volunteer, "username": NAME, "ip": "192.0.2.9", "user_agent": "Fox", "phone": PHONE}
    with context.request_context(request), translation.override("en"):
        for prefix in PREFIXES:
            get_adapter(request).send_mail(prefix, volunteer.email, {**details, "password_reset_url": LINK})
            get_adapter(request).send_mail(prefix, volunteer.email, details)
    bodies = {message.body for message in mail.outbox}
    assert bodies == {f"{said['asked']}\n\n{LINK}\n", f"{said['new']}\n\n{settings.URL}\n"}
    assert {message.subject for message in mail.outbox} == {said["subject"]}
    assert not any(message.attachments or getattr(message, "alternatives", ()) for message in mail.outbox)
    figure(f"{language}: {len(mail.outbox)} mails of {len(PREFIXES)} occasions, two texts, one subject")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", ["work.waiting", "work.overdue", "anything.else"])
def test_our_own_mails_differ_in_nothing_but_their_number(volunteer, event, language):
    User.objects.filter(pk=volunteer.pk).update(language=language)
    volunteer.refresh_from_db()
    with COURIER.at_work():
        message = delivery.add("email", event, f"slot:{event}:{language}", recipient=volunteer)
        assert delivery.deliver(message.pk)
    (sent,) = mail.outbox
    said = texts(language)
    assert (sent.subject, sent.body) == (said["subject"], f"{said['new']}\n\n{settings.URL}\n")
    assert sent.extra_headers == {"Message-ID": f"<{message.pk}@amparo.invalid>"}


def test_a_reset_asked_for_on_the_page_sends_the_link_and_no_word_more(client, volunteer):
    client.post("/accounts/password/reset/", {"email": volunteer.email})
    (sent,) = mail.outbox
    sentence, _blank, link = sent.body.strip().split("\n")
    assert sentence == texts("en")["asked"]
    assert "/accounts/password/reset/key/" in link
    assert "amparo.invalid" in sent.message()["Message-ID"], "the machine's own name would stand there"
    headers = {name.lower() for name in dict(sent.message())}
    assert headers <= {
        "content-type", "mime-version", "content-transfer-encoding", "subject", "from", "to", "date", "message-id",
    }  # fmt: skip


def test_an_unknown_address_is_sent_nothing_and_gets_the_same_page(client, volunteer):
    known = client.post("/accounts/password/reset/", {"email": volunteer.email})
    mail.outbox.clear()
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@amparo.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert mail.outbox == []


def test_a_failure_is_mailed_to_nobody():
    assert settings.ADMINS == []
    assert settings.MANAGERS == []
