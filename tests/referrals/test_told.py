"""What was passed on about a person, for the person: to whom, when, on which decision, and what ended (domain.md §4.3)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from cases.models import Case, CaseNote
from consent import actions as consent
from consent.models import Decision
from foundation.core.acting import acting
from referrals import telling
from referrals.fields import FIELDS
from referrals.forms.telling import TellForm
from referrals.models import Referral
from tests import factories

QUAYSIDE = "Quayside Legal Clinic"
ALOUD = {"language": "en", "way": "aloud"}


@pytest.fixture
def case(house):
    return factories.case(house)


@pytest.fixture
def referral(house, case):
    return factories.sent(house, case)


def url(case) -> str:
    return reverse("referrals:told", args=[case.pk])


def said(client, case) -> str:
    """The lines of the page, with the marks of direction taken out."""
    answer = client.get(url(case))
    assert answer.status_code == 200
    return plain(answer.context["rows"])


def plain(rows) -> str:
    text = "\n".join([row["key"] + "\n" + "\n".join(row["lines"]) for row in rows])
    return text.replace("\u2068", "").replace("\u2069", "")


def test_what_was_told_at_each_step_and_on_which_decision(house, case, referral, browse, caseworker):
    client = browse(caseworker)
    before = said(client, case)
    assert QUAYSIDE in before
    assert "Papers and status service" in before
    assert "You agreed to this on" in before
    assert "name or alias" not in before, "a preview names nobody"
    factories.respond(house, referral, "accept")
    after = said(client, case)
    for field in ("name or alias", "safe way to reach the person", "what is needed, and why"):
        assert field in after
    assert after.count("they were told") == 3
    assert "They can read it until" in after


def test_no_value_and_no_name_stands_there(house, case, referral, browse, caseworker):
    factories.respond(house, referral, "accept")
    client = browse(caseworker)
    for answer in (client.get(url(case)), client.post(url(case), ALOUD)):
        for secret in (factories.NAME, factories.PHONE, factories.WORDS, "No police", referral.reference):
            assert secret not in answer.content.decode()
    assert case.code not in client.post(url(case), ALOUD).content.decode(), "nothing leads from the paper to the case"


def test_what_ended_is_said_with_its_day_and_reason(house, case, referral, browse, caseworker):
    client = browse(caseworker)
    factories.respond(house, referral, "decline", reason="no_capacity")
    assert "said that they cannot help. Since then they can read none of it." in said(client, case)


def test_a_withdrawal_and_what_the_partner_says_it_did(house, case, referral, browse, caseworker):
    client = browse(caseworker)
    with acting(caseworker.pk):
        consent.withdraw(Decision.objects.get(pk=referral.decision_id), by=caseworker)
    assert "you took your consent back. Since then they can read none of it. They have not confirmed it yet." in said(
        client, case
    )
    from referrals import actions

    machine = house.machine(QUAYSIDE)
    for answer, words in (("deleted", "they deleted what they had kept"),):
        with acting(machine.pk):
            actions.confirm_withdrawal(Referral.objects.get(pk=referral.pk), answer, by=machine)
        assert words in said(client, case)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("completed", "they finished"), ("not_completed", "they finished"), ("expired", "They did not answer"),
        ("cancelled", "it was called off"), ("entered_in_error", "a mistake of ours"), ("declined", "cannot help"),
    ],
)  # fmt: skip
def test_every_end_has_its_sentence(house, case, referral, caseworker, status, words):
    with acting(caseworker.pk):
        row = Referral.objects.get(pk=referral.pk)
        decision = Decision.objects.get(pk=row.decision_id)
        row.status = status
        assert words in telling.ended(row, decision, timezone.get_current_timezone())


def test_a_consent_that_ran_out_ended_it(house, case, referral, caseworker):
    with acting(caseworker.pk):
        row, decision = Referral.objects.get(pk=referral.pk), Decision.objects.get(pk=referral.decision_id)
        decision.valid_until = timezone.now() - timedelta(days=1)
        assert "Your consent ended on" in telling.ended(row, decision, timezone.get_current_timezone())


def test_a_package_that_the_reader_may_not_follow_is_not_left_out(house, case, referral, focal_point, caseworker):
    """The person's right does not depend on who reads it to them: every release of the case stands there."""
    from foundation.dossiers import actions as dossiers

    with acting(focal_point.pk):
        dossiers.unshare(referral.dossier, user=caseworker)
    with acting(caseworker.pk):
        assert not Referral.objects.exists()
        assert len(telling.releases(Case.objects.get(pk=case.pk))) == 1


def test_before_anything_was_sent_it_says_so(house, case, browse, caseworker):
    assert "Nothing was passed on to anybody" in browse(caseworker).get(url(case)).content.decode()


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ru", "ltr"), ("ar", "rtl")])
def test_the_sheet_speaks_the_persons_language(house, case, referral, browse, caseworker, language, direction):
    factories.respond(house, referral, "accept")
    answer = browse(caseworker).post(url(case), {"language": language, "way": "aloud"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert f'lang="{language}" dir="{direction}"' in page
    with translation.override(language):
        assert translation.gettext("Who was told something about you") in page
        assert str(FIELDS["alias"][1]).lower() in page
    if language != "en":
        for english in ("they were told", "You agreed", "Name or alias", "What is needed", "Service asked for"):
            assert english not in page


def test_a_paper_needs_a_reason_why_it_is_safe(house, case, referral, browse, caseworker):
    """W-22: what was chosen stays chosen, and nothing is recorded."""
    client = browse(caseworker)
    answer = client.post(url(case), {"language": "ru", "way": "paper"})
    assert answer.status_code == 422
    assert "Say why it is safe to carry a paper" in answer.content.decode()
    assert answer.context["form"]["language"].value() == "ru"
    with acting(caseworker.pk):
        assert not CaseNote.objects.filter(event="releases_told").exists()
    answer = client.post(url(case), {"language": "ru", "way": "paper", "reason": "knows"})
    assert answer.status_code == 200
    with acting(caseworker.pk):
        assert CaseNote.objects.filter(event="releases_told").count() == 1


@pytest.mark.parametrize(
    "data", [{}, {"way": "aloud"}, {"language": "xx", "way": "aloud"}, {"language": "en", "way": "fax"}]
)
def test_a_form_that_is_not_whole_says_what_is_missing(house, case, referral, browse, caseworker, data):
    answer = browse(caseworker).post(url(case), data)
    assert answer.status_code == 422
    assert not TellForm(data).is_valid()


def test_the_language_of_the_person_is_proposed(house, case, caseworker):
    with acting(caseworker.pk):
        found = Case.objects.select_related("concern", "person").get(pk=case.pk)
        assert telling.language_of(found, ["en", "ru", "ar"]) == "en", "the concern was told in English"
        found.person.profile = {"languages": ["uk", "ar"]}
        assert telling.language_of(found, ["en", "ru", "ar"]) == "ar"
        assert telling.language_of(found, ["fr"]) == ""
