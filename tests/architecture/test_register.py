"""Every column that could hold words, dates or bytes is encrypted, or stands here with the reason why it is not.

A new column fails the build until somebody has decided.
"""

import ast
from pathlib import Path

from django.conf import settings
from django.db import connections

from consent.processing import CATEGORIES, named
from foundation.vault.fields import REGISTER

ROOT = Path(settings.BASE_DIR)
APPS = (
    "readiness_",
    *("vault_", "outbox_", "accounts_", "dossiers_", "custody_", "files_"),
    *("consent_", "cases_", "referrals_", "riskanalysis_", "upkeep_"),
    "vault_",
    "outbox_",
    "accounts_",
    "dossiers_",
    "files_",
    "consent_",
    "cases_",
    "referrals_",
    "riskanalysis_",
    "exports_",
    *("consent_", "cases_", "referrals_", "riskanalysis_", "upkeep_", "watch_"),
)

GIVING_OUT = ("order_by", "values", "values_list", "distinct")

CODE = "a code of a fixed vocabulary: it drives states, queues and figures and says nothing that a person said"
STAFF = "about a person who works here, not about one who is helped"
REFERENCE = "reference data that every seat may read"
WRAPPED = "already encrypted or a one-way value"
RANDOM = "random, stands for a record and tells nothing of it"
FIELDS = "names of fields, never their values"
OFFICE = "when the office of data protection looked at its own rules, or must do so again"
DUE = "the day on which the sweep ends a folder or somebody must look at it again; needed to find it without its key"
SAID = "what is read aloud to everybody"
REGISTERED = "of an office and a role in it, never of a person; what is closed is walled off from all but its keepers"

PLAINTEXT: dict[str, str] = {
    "vault_organisationkey.wrapped": WRAPPED, "vault_organisationkey.commit": WRAPPED,
    "vault_organisationkey.kek": "which root key wrapped it: a name and a version", "vault_canary.token": WRAPPED,
    "custody_evacuation.reason": CODE, "custody_evacuation.status": CODE, "custody_evacuation.check_hash": WRAPPED,
    "custody_evacuation.recipients": "public keys of age: who can open the file",
    "custody_evacuation.package": "the closed file (age): only those recipients open it",
    "dossiers_dossierkey.wrapped": WRAPPED, "dossiers_dossierkey.commit": WRAPPED,
    "outbox_message.channel": CODE, "outbox_message.event": CODE, "outbox_message.status": CODE,
    "outbox_message.slot": "an event's name, ids and counters, so that the same thing is told once",
    "outbox_message.problem": "the code of a failure; never the text of an exception", "outbox_notice.event": CODE,
    "outbox_message.end_reason": CODE, "upkeep_pulse.task": "the name of a task in the code",
    "upkeep_pulse.problem": "the kind of an exception; never its text",
    "accounts_organisation.name": REFERENCE, "accounts_organisation.kind": CODE,
    "accounts_unit.kind": CODE, "accounts_unit.name": REFERENCE, "accounts_unit.time_zone": REFERENCE,
    "accounts_unit.weekend": REFERENCE, "accounts_unit.holidays": REFERENCE, "accounts_unit.phone": REFERENCE,
    "accounts_user.password": WRAPPED, "accounts_user.email": STAFF, "accounts_user.name": STAFF,
    "accounts_user.language": STAFF, "accounts_seat.role": CODE,
    "accounts_conductversion.language": CODE, "accounts_conductversion.text": REFERENCE,
    "accounts_conductacceptance.language": CODE, "accounts_measure.kind": CODE,
    "accounts_directorylink.issuer": "the address of a Society's directory", "accounts_directorylink.subject": STAFF,
    "dossiers_dossier.kind": CODE, "dossiers_dossiergrouppermission.dossier_kind": CODE,
    "dossiers_dossieruserpermission.dossier_kind": CODE,
    "dossiers_dossieruserpermission.reason": "why somebody is on the list, in a word: owner, author, referrer",
    "dossiers_clock.code": CODE, "dossiers_clock.subject_kind": CODE, "dossiers_clock.reference": RANDOM,
    "dossiers_clock.urgency": CODE, "dossiers_ledgermark.hash": WRAPPED,
    "files_attachment.kind": CODE, "files_attachment.purpose": CODE, "files_attachment.state": CODE,
    "files_attachment.problem": CODE, "files_attachment.reason": CODE, "files_attachment.blob": RANDOM,
    "watch_alert.rule": CODE, "watch_alert.role": CODE, "watch_alert.state": CODE, "watch_alertmove.verb": CODE,
    "watch_alertmove.why": CODE,
    "watch_alert.day": "the local day on which somebody who works here read so much",
    "watch_decoy.language": CODE, "watch_decoy.story": CODE, "watch_decoy.reference": RANDOM, "watch_decoy.script": WRAPPED,
    "watch_alertopening.reference": RANDOM, "watch_emergencyaccess.ground": CODE, "watch_emergencyaccess.state": CODE,
    "watch_emergencyaccess.code": "the code of a case; what has another shape is refused before it is kept",
    "consent_noticeversion.language": CODE, "consent_noticeversion.text": SAID, "consent_noticeversion.limits": SAID,
    "consent_noticeversion.channel": CODE, "consent_noticeproposal.texts": SAID, "consent_noticeproposal.state": CODE,
    "consent_consent.language": CODE, "consent_consent.mode": CODE, "consent_consent.interpreter": CODE,
    "consent_consent.witness": CODE, "consent_consent.interpreter_sex": CODE, "consent_consent.present": CODE,
    "consent_consent.copy": CODE, "consent_consent.obstacle": CODE,
    "consent_consent.elements": CODE, "consent_decision.purpose": CODE, "consent_decision.recipient_kind": CODE,
    **{f"consent_exceptionaldisclosure.{name}": CODE for name in ("ground", "purpose", "recipient_kind", "status")},
    "consent_exceptionaldisclosure.code": RANDOM, "consent_exceptionaldisclosure.fields": FIELDS,
    "consent_exceptionaldisclosure.deciders": "ids of the seats that may sign",
    "consent_agetable.country": REFERENCE, "consent_agetable.source": REFERENCE, "consent_agetable.rules": REFERENCE,
    "consent_caregiver.relationship": CODE, "consent_bestinterestnote.status": CODE,
    "consent_bestinterestnote.purposes": CODE, "consent_capacityassessment.purpose": CODE,
    "consent_decision.fields": FIELDS, "consent_decision.answer": CODE, "consent_decision.reason": CODE,
    **{f"consent_datasubjectrequest.{name}": CODE for name in ("kind", "stage", "ruling", "identity", "refusal", "told",
                                                               "field", "spoken_of")},
    "consent_datasubjectrequest.reference": RANDOM,
    "consent_withdrawal.fields": FIELDS, "consent_withdrawal.told": CODE,
    "referrals_referral.taken_back": FIELDS, "referrals_referral.own_ground": CODE,
    "consent_processingbasis.purpose": CODE, "consent_processingbasis.basis": CODE,
    "consent_processingbasis.justification": "why the organisation may process at all, in its officer's words; about nobody",
    "consent_processingbasis.assessed_on": OFFICE, "consent_processingbasis.review_by": OFFICE,
    "consent_impactassessment.subject": CODE, "consent_impactassessment.state": CODE,
    "consent_impactassessment.topic": "a country or a category of data, in a few words; about nobody",
    "consent_impactassessment.review_by": OFFICE, "consent_retentionrule.record_class": CODE,
    "consent_keeping.record_class": CODE, "consent_keeping.subject_kind": CODE, "consent_keeping.reference": RANDOM,
    "consent_keeping.not_before": "the day before which the sweep must not erase it; followers of the folder see it",
    "consent_keeping.extended_until": DUE, "consent_keeping.keep_until": DUE, "consent_keepingextension.until": DUE,
    "consent_legalhold.reference": RANDOM, "consent_legalhold.ground": CODE, "consent_legalhold.until": DUE,
    "consent_legalhold.state": CODE, "consent_legalhold.deciders": "ids of the seats that may agree",
    "consent_dataincident.code": RANDOM, "consent_dataincident.source": CODE, "consent_dataincident.state": CODE,
    "consent_dataincident.still_going": CODE, "consent_incidentmove.verb": CODE,
    "consent_basisreview.purposes": CODE, "consent_basisreview.basis": CODE,
    "referrals_correction.field": CODE,
    "referrals_contactattempt.way": CODE, "referrals_contactattempt.outside": CODE, "referrals_referral.unverified_for": CODE,
    **{f"referrals_itemrequest.{name}": CODE for name in ("item", "reason", "state", "refusal")},
    "referrals_referral.item_asked": CODE, "referrals_referral.opened_items": FIELDS,
    "referrals_appointment.state": CODE, "referrals_referral.appointment": CODE,
    "referrals_referral.hold_until": "until which day a partner lets it rest; why is encrypted or unsaid",
    "referrals_lifesaving.shut_by": CODE, "referrals_lifesaving.answered_by": CODE,
    "referrals_assistance.service_type": CODE, "referrals_assistance.within": CODE, "referrals_assistance.status": CODE,
    "referrals_assistance.why_not": CODE, "referrals_assistance.outcome": CODE,
    "referrals_capacitydeclaration.lines": "codes of kinds of concern and of services: what a unit can give, of nobody",
    "referrals_capacitydeclaration.state": CODE, "referrals_capacitydeclaration.valid_from": REFERENCE,
    "referrals_capacitydeclaration.valid_until": REFERENCE,
    "accounts_appointment.topics": CODE,
    "readiness_readinessassessment.state": CODE, "readiness_readinessassessment.valid_until": OFFICE,
    "readiness_readinessitem.code": CODE, "readiness_readinessitem.valid_until": OFFICE,
    "readiness_readinessitem.evidence": "which document or procedure a unit has, for everybody who works there; about nobody",
    "readiness_training.competence": CODE, "readiness_training.state": CODE, "readiness_training.held_on": STAFF,
    "readiness_training.valid_until": STAFF, "readiness_training.evidence": "which course and certificate of who works here",
    "cases_concern.code": RANDOM, "cases_concern.status": CODE, "cases_concern.urgency": CODE,
    "cases_concern.language": CODE, "cases_concern.reporter_kind": CODE, "cases_concern.setting": CODE,
    "cases_case.restricted_for": CODE, "cases_case.came_from": CODE, "cases_case.waits_for": CODE,
    "cases_closure.reason": CODE, "cases_closure.result": CODE, "cases_closure.record_class": CODE,
    "cases_closure.status": CODE, "cases_planstep.doer": CODE, "cases_planstep.status": CODE,
    "cases_planstep.due_on": "by which day a step shall be done; what it is and for whom is encrypted",
    "cases_conference.held_on": "on which day colleagues were asked; who, what and about whom is encrypted",
    "cases_handover.code": RANDOM, "cases_handover.urgency": CODE, "cases_handover.kind": CODE,
    "cases_handover.reason": CODE, "cases_handover.status": CODE, "cases_handover.declined_for": CODE,
    "cases_case.code": RANDOM, "cases_case.status": CODE, "cases_case.urgency": CODE,
    "cases_erasure.code": RANDOM, "cases_erasure.ground": CODE, "cases_erasure.status": CODE, "cases_erasure.problem": CODE,
    "cases_erasure.deciders": "ids of the seats that may agree", "cases_erasure.signature": WRAPPED,
    "cases_erasure.folders": "kinds, random ids and counts of what was erased, for the certificate",
    "cases_erasure.certificate": "codes, seats, times, random ids and counts; no name and no word of a person",
    "cases_safeguardingreport.code": RANDOM, "cases_safeguardingreport.state": CODE, "cases_safeguardingmove.verb": CODE,
    "cases_safeguardingbar.barred": WRAPPED, "cases_safeguardingbar.until": DUE, "vault_organisationkey.lineage": CODE,
    "cases_casenote.event": CODE, "cases_followup.result": CODE,
    "exports_export.reference": RANDOM, "exports_export.source": CODE, "exports_export.scope": CODE,
    "exports_export.columns": FIELDS, "exports_export.format": CODE, "exports_export.reason": CODE,
    "exports_export.state": CODE, "exports_export.token": WRAPPED, "exports_export.session": WRAPPED,
    **{f"cases_issue.{name}": CODE for name in ("status", "came_from", "risks", "groups", "drivers", "rights", "frameworks",
                                                "bearing", "change")},
    "cases_issue.code": RANDOM, "cases_issuemove.verb": CODE, "cases_issueevidence.kind": CODE,
    "cases_issueevidence.reliability": CODE, "cases_issueevidence.info_status": CODE, "cases_advocacyaction.target": CODE,
    "cases_advocacyaction.due_on": "when something is to be done about a problem of many, which names nobody",
    "cases_advocacyaction.done_on": "when something was done about a problem of many, which names nobody",
    "cases_harmreport.code": RANDOM, "cases_harmreport.kind": CODE, "cases_harmreport.status": CODE,
    "cases_lessonlearned.kind": CODE, "cases_lessonlearned.tags": CODE,
    "cases_lessonlearned.text": "a lesson in which nobody can be recognised: looked through, and released by a second person",
    **{f"referrals_authority.{name}": REGISTERED for name in ("name", "kind", "level", "mandate", "contact", "sources",
                                                              "confidentiality")},
    **{f"referrals_representation.{name}": CODE for name in ("level", "basis", "naming", "modality", "frameworks", "status",
                                                             "came_from", "end_reason", "response")},
    "referrals_representation.reference": RANDOM, "referrals_representation.fields": FIELDS,
    "referrals_representation.watch_until": "the day on which somebody must ask whether anybody suffered for it",
    "referrals_representationmove.verb": CODE, "referrals_representationmove.from_status": CODE,
    "referrals_representationmove.to_status": CODE, "referrals_commitment.kept": CODE,
    "referrals_commitment.due_on": "the day on which somebody must ask whether a promise was kept",
    "riskanalysis_figurekey.secret": WRAPPED, "riskanalysis_tally.mark": WRAPPED, "riskanalysis_tally.cell": WRAPPED,
    "riskanalysis_tally.month": "the first day of a month, and nothing finer", "riskanalysis_release.quarter": REFERENCE,
    "riskanalysis_riskassessment.scheme": "the version of a table of numbers", "riskanalysis_riskassessment.status": CODE,
    "riskanalysis_riskassessment.urgency": CODE, "riskanalysis_outcomemeasurement.category": CODE,
    "riskanalysis_clinicalwindow.answer": CODE,
    "riskanalysis_release.rule": CODE, "riskanalysis_release.content": WRAPPED,
    **dict.fromkeys(
        (
            *(f"referrals_service.{name}" for name in (
                "description", "address", "phone", "how_to", "languages", "access", "attributes", "hours", "time_zone",
                "fees", "alert", "status", "location_type", "confirmed_on",
            )),
            *(f"referrals_agreement.{name}" for name in ("signed_on", "valid_until")),
            *(f"referrals_pathway.{name}" for name in ("district", "words", "review_by")), "referrals_pathwaystep.note",
        ), REFERENCE,
    ),
    **dict.fromkeys(
        (
            *(f"referrals_partnermove.{name}" for name in ("verb", "from_status", "to_status", "reason")),
            *(f"referrals_vetting.{name}" for name in ("answers", "belongs_to")),
            "referrals_partner.data_sharing", "referrals_partner.belongs_to", "referrals_referral.warned",
            "referrals_referral.channel",
            "referrals_referral.warned_reason",
            "referrals_pathway.need", "referrals_pathway.state", "referrals_pathwaystep.service_type",
            *(f"referrals_pathwaygap.{name}" for name in ("service_type", "reason", "urgency", "month")),
        ), CODE,
    ),
    "referrals_vetting.notes": "whom an organisation serves; names nobody who is helped",
    "referrals_partner.status": CODE, "referrals_partner.agreement_until": REFERENCE, "referrals_partner.phone": REFERENCE,
    "referrals_service.name": REFERENCE, "referrals_service.service_type": CODE, "referrals_service.area": REFERENCE,
    "referrals_service.eligibility": REFERENCE, "referrals_service.needs": FIELDS, "referrals_service.verified_on": REFERENCE,
    "referrals_referral.reference": RANDOM, "referrals_referral.urgency": CODE, "referrals_referral.status": CODE,
    "referrals_referral.came_from": CODE, "referrals_referral.fields": FIELDS, "referrals_referral.confirmation": CODE,
    "referrals_referral.code_hash": "a keyed hash of a random code, bound to the partner; gone once it was told or has ended",
    "referrals_referral.end_reason": CODE, "referrals_referral.outcome": CODE,
    "referrals_referralmove.verb": CODE, "referrals_referralmove.side": CODE, "referrals_referralmove.from_status": CODE,
    "referrals_referralmove.to_status": CODE, "referrals_referralmove.reason": CODE, "referrals_message.side": CODE,
    "referrals_disclosure.purpose": CODE, "referrals_disclosure.fields": FIELDS,
    "referrals_webhookendpoint.url": "an address that a partner registered, of its own",
    "referrals_webhookendpoint.secret": WRAPPED,
    "referrals_clientsecret.digest": WRAPPED, "referrals_usedassertion.digest": WRAPPED,
    "referrals_clientsecret.used_on": "when a program last signed in by it",
    "referrals_clientkey.used_on": "when a program last signed in by it",
    "referrals_clientkey.kid": "the name that a partner gave its key", "referrals_clientkey.alg": CODE,
    "referrals_clientkey.jwk": "a public key of a program: no secret",
    "referrals_clientkey.thumbprint": "of a public key of a program",
    "referrals_webhookendpoint.old_secret": WRAPPED,
    "referrals_webhookendpoint.off_because": CODE, "referrals_webhookattempt.event": CODE,
    "referrals_webhookattempt.problem": CODE,
    "referrals_idempotencykey.key": "drawn by a partner's program; kept for a day",
    "referrals_idempotencykey.fingerprint": WRAPPED,
    "referrals_idempotencykey.answer": "a line of the inbox as it was answered, codes, times, a reference; kept for a day",
}  # fmt: skip


def columns() -> dict[str, str]:
    """``table.column`` → type, as PostgreSQL has it, for text, JSON, dates and bytes of our tables."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('text', 'character varying', 'character', 'json', 'jsonb', 'date', 'bytea', 'xml', 'ARRAY')"
        )
        return {f"{table}.{column}": kind for table, column, kind in cursor.fetchall() if table.startswith(APPS)}


def registered() -> set[str]:
    return {f"{table}.{column}" for table, column in REGISTER}


def test_every_column_is_encrypted_or_reviewed(db):
    found = set(columns())
    assert found - registered() - set(PLAINTEXT) == set(), "encrypt it, or say here why not"


def test_no_reviewed_column_is_gone_or_encrypted_meanwhile(db):
    assert set(PLAINTEXT) - set(columns()) == set()
    assert set(PLAINTEXT) & registered() == set()


def test_every_registered_column_exists_and_holds_bytes(db):
    kinds = columns()
    assert {column: kinds.get(column) for column in registered()} == dict.fromkeys(registered(), "bytea")
    assert len(registered()) >= 17


def test_every_reviewed_column_has_a_reason():
    assert all(len(reason) > 20 for reason in PLAINTEXT.values())


def test_what_is_coded_holds_codes_and_no_words(db):
    """A column that is called a code is short, or a list of codes: nobody can write a story into it."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT table_name || '.' || column_name, character_maximum_length FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type = 'character varying'"
        )
        lengths = dict(cursor.fetchall())
    assert {c for c, why in PLAINTEXT.items() if why in (CODE, RANDOM) and lengths.get(c, 0) > 40} == set()


def test_no_query_orders_by_or_hands_out_an_encrypted_column():
    """``order_by`` and ``values`` would sort by, or give out, raw tokens; the field itself can only refuse filters."""
    names = {column for _table, column in REGISTER} - {"text", "reason", "triage", "name"}
    found = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in GIVING_OUT:
                said = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                words = {word.lstrip("-").rsplit("__", 1)[-1] for word in said}
                found += [f"{path.name}:{node.lineno} {word}" for word in words & names]
    assert found == []


def sources() -> list[Path]:
    return [
        path
        for app in ("foundation", "consent", "cases", "referrals", "riskanalysis")
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts and "bench" not in path.parts
    ]


def test_every_category_of_data_is_named_in_the_register_of_processing():
    """R-32; domain.md §4.3: a new table of encrypted columns is a new category, assessed and named before it is kept.

    Name it in ``consent/processing.py``: for which purposes, by which class of the schedule it is kept.
    """
    tables = {table for table, _column in REGISTER}
    assert set(named()) == tables
    assert len([t for category in CATEGORIES.values() for t in category.tables]) == len(tables), "named twice"
    assert all(category.classes for category in CATEGORIES.values() if category.purposes)
