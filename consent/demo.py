"""What the office of data protection of the demonstration has done already: bases, a schedule agreed by two, an incident."""

from datetime import timedelta

from django.utils import timezone

from consent import actions, notices
from consent.actions import incidents
from consent.models import DataIncident
from consent.terms import IncidentSource, LegalBasis, RecordClass, StillGoing
from consent.vocabulary import Purpose
from foundation.accounts.models import User
from foundation.core.acting import acting

BASES = {
    Purpose.RECORD_CASE: (
        LegalBasis.VITAL_INTEREST, "Without a record nobody can follow up, and people at risk are lost sight of.",
    ),
    Purpose.INTERNAL_ESCALATION: (
        LegalBasis.PUBLIC_INTEREST, "Humanitarian mandate under the law on the National Society.",
    ),
    Purpose.EXTERNAL_REFERRAL: (
        LegalBasis.CONSENT, "Given for one service at a time, free and informed, and taken back as easily.",
    ),
}  # fmt: skip
MORE_SAID = {
    "en": "If you would rather speak to a woman or to a man, say so, and we arrange it.",
    "ru": "Если вам удобнее говорить с женщиной или с мужчиной, скажите, и мы это устроим.",
    "ar": "إذا كان الحديث مع امرأة أو مع رجل أسهل، يُقال لنا ذلك فنرتّبه.",
}
AGREED = {RecordClass.CONCERN: 30, RecordClass.CASE_ADULT: 731, RecordClass.CASE_CHILD: 1096}


def furnish(officer: User, manager: User, volunteer: User) -> None:
    """Record them by the real actions, two people for what needs two."""
    with acting(officer.pk):
        review_by = timezone.localdate() + timedelta(days=365)
        for purpose, (basis, why) in BASES.items():
            actions.set_basis(purpose, basis, why, review_by, by=officer)
        proposed = [actions.set_rule(name, days, by=officer) for name, days in AGREED.items()]
    with acting(manager.pk):
        for rule in proposed:
            actions.agree_rule(rule, by=manager)
        actions.set_rule(RecordClass.REPRESENTATION, 1826, by=manager)
    _notice(manager)
    _incident(officer, volunteer)


def _notice(manager: User) -> None:
    """The manager wrote the next version of what people are told; another person has to publish it (HS-20)."""
    texts = notices.current()
    for language, words in MORE_SAID.items():
        texts[language]["spoken"][0] += f"\n{words}"
    with acting(manager.pk):
        actions.propose_notice(texts, by=manager)


def _incident(officer: User, volunteer: User) -> None:
    said = "A bag with two filled-in paper forms was left on the bus. The driver brought it back after an hour, closed."
    with acting(volunteer.pk):
        noticed = incidents.Noticed(said, timezone.now() - timedelta(minutes=40), StillGoing.NO)
        reported = actions.report_incident(noticed, by=volunteer)
    with acting(officer.pk):
        mine = DataIncident.objects.get(pk=reported.pk, source=IncidentSource.WORKER)
        incidents.take_on(mine, by=officer)
        incidents.contain(mine, "The bag is back and was closed. Forms no longer leave the service point.", by=officer)
