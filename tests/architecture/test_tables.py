"""Every table of the database has its wall, or stands here with the reason why it needs none (safety.md §3).

A table that points at a matter tells that there is one: the deadliest single bit. A new table fails until somebody decided.
"""

import pytest
from django.db import connections

from foundation.core.acting import acting
from foundation.core.machines import ARCHIVIST, CARETAKER, COURIER
from tests import factories, partner

STAFF = "who works here and in which seat: every policy asks it, and it names no matter"
SIGNING_IN = "read before anybody acts, to learn who does; holds nothing of a matter"
REFERENCE = "reference data that every seat may read"
READY = "what a unit has in place before it does an element; every gate asks it, and it names no matter"
DJANGO = "of the framework: which models and permissions exist"

OPEN = {
    "accounts_appointment": STAFF, "accounts_organisation": STAFF, "accounts_seat": STAFF, "accounts_unit": STAFF,
    "accounts_user": STAFF, "accounts_user_groups": STAFF, "auth_group": STAFF,
    "accounts_user_user_permissions": "empty, and kept so by a test: nobody is granted a whole model",
    "auth_group_permissions": "empty, and kept so by a test: nobody is granted a whole model",
    "account_emailaddress": SIGNING_IN, "account_emailconfirmation": SIGNING_IN, "django_session": SIGNING_IN,
    "accounts_codeuse": SIGNING_IN, "mfa_authenticator": SIGNING_IN, "usersessions_usersession": SIGNING_IN,
    "accounts_conductversion": "what everybody reads before the first page", "accounts_conductacceptance": SIGNING_IN,
    "accounts_measure": SIGNING_IN, "accounts_directorylink": SIGNING_IN,
    "auth_permission": DJANGO, "django_content_type": DJANGO, "django_migrations": DJANGO,
    "django_admin_log": "which administrator changed which unit or person who works here",
    "readiness_readinessassessment": READY, "readiness_readinessitem": READY,
    "readiness_training": "who works here was trained in what; every gate asks it, and it names no matter",
    "upkeep_pulse": "when each scheduled task last ran; names no matter and nobody",
    "dossiers_ledgermark": "one row: how far the ledger of erasures was followed; names no folder",
    "consent_noticeversion": "what is read aloud to everybody",
    "consent_noticeproposal": "what shall be read aloud to everybody, before a second person publishes it",
    "consent_processingbasis": "why an organisation may process at all; names no matter and nobody who is helped",
    "consent_impactassessment": "what was assessed, by whom, until when; its words are walled and encrypted",
    "consent_retentionrule": "how many days a class of records is kept, and which two people said so",
    "consent_agetable": "what the law asks of children of each age",
    "referrals_capacitydeclaration": "what a unit can give itself, in codes, and which two people said so",
    "referrals_partner": REFERENCE, "referrals_service": REFERENCE,
    "referrals_pathway": REFERENCE, "referrals_pathwaystep": REFERENCE,
    "custody_rotation": "when keys were exchanged, and how many: names no folder",
    "custody_evacuation": "which organisation was cut off, by whom; its keys in a file that only others open",
    "riskanalysis_figurekey": "sealed with the organisation's key; every move that is counted needs it",
    "vault_canary": "one row: a known word, sealed, that tells whether the keys are the right ones",
    "vault_organisationkey": "keys of organisations, wrapped by a key that is not in the database; one per organisation",
}  # fmt: skip
NOT_FORCED = {
    "riskanalysis_tally": "the owner's function adds to a figure, whoever acts; nobody but the clerk reads one",
    "dossiers_dossierkey": "the owner's trigger destroys the keys of a folder whoever erases it",
    **dict.fromkeys(
        (
            "oauth2_provider_accesstoken", "oauth2_provider_application", "oauth2_provider_grant",
            "oauth2_provider_refreshtoken", "oauth2_provider_idtoken", "oauth2_provider_devicegrant",
            "guardian_userobjectpermission", "guardian_groupobjectpermission",
        ),
        "a library's: its migrations run as the owner",
    ),
}  # fmt: skip
BEFORE_ANYBODY_ACTS = {
    "oauth2_provider_accesstoken", "oauth2_provider_application", "referrals_client", "referrals_clientsecret",
    "referrals_clientkey", "referrals_usedassertion",
}  # fmt: skip


def sql(text: str, *values) -> list[tuple]:
    with connections["default"].cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


def tables() -> dict[str, tuple[bool, bool]]:
    """Every table of the application's schema → (policies in force, also for the owner)."""
    rows = sql(
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
        " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    )
    return {name: (enabled, forced) for name, enabled, forced in rows}


def walled() -> set[str]:
    return {name for name, (enabled, _forced) in tables().items() if enabled}


def test_every_table_is_walled_or_says_why_not(db):
    found = tables()
    assert len(found) > 40
    assert set(found) - walled() == set(OPEN), "raise a wall in its migration, or say here why it needs none"
    assert {name for name in walled() if not found[name][1]} == set(NOT_FORCED)
    assert all(len(reason) > 20 for reason in {**OPEN, **NOT_FORCED}.values())


def test_every_wall_speaks_of_each_kind_of_statement(db):
    """A table with policies for reading alone refuses writing in words that nobody understands."""
    kinds: dict[str, set[str]] = {}
    for table, name, command, permissive, roles in sql(
        "SELECT tablename, policyname, cmd, permissive, roles::text FROM pg_policies WHERE schemaname = 'public'"
    ):
        if name == "functions":  # the owner's own functions read the access lists
            assert (command, roles) == ("SELECT", "{amparo_owner}")
            continue
        if name == "keeper":  # the owner's own session, where it exchanges keys
            assert (command, roles) == ("ALL", "{amparo_owner}")
            continue
        assert (permissive, roles) == ("PERMISSIVE", "{public}")
        kinds.setdefault(table, set()).add(command)
    assert set(kinds) == walled()
    assert all(found == {"SELECT", "INSERT", "UPDATE", "DELETE"} for found in kinds.values())


def test_there_is_no_other_schema_that_the_application_reads(db):
    """Trail and watch live in schemas of their own: the application appends to the first and calls the second's functions."""
    rows = sql(
        "SELECT n.nspname, c.relname, has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT')"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm')"
        " AND n.nspname NOT IN ('public', 'pg_catalog', 'information_schema') AND left(n.nspname, 3) <> 'pg_'"
    )
    assert {schema for schema, _table, _may in rows} == {"trail", "watch"}
    assert [f"{schema}.{table}" for schema, table, may in rows if may] == []


@pytest.fixture
def story(house):
    """Everything that a house may hold, messages and keys of a partner among it."""
    case = factories.case(house)
    referral = factories.sent(house, case)
    api = partner.api(house)
    api.act(referral.pk, "acknowledge", {}, "*", idempotency_key="k")
    return house


def counts() -> dict[str, int]:
    return {name: sql(f'SELECT count(*) FROM "{name}"')[0][0] for name in sorted(walled())}


def test_a_task_without_an_actor_sees_no_row_of_any_walled_table(story):
    with acting(None):
        seen = {name for name, n in counts().items() if n}
    assert seen <= BEFORE_ANYBODY_ACTS


def test_each_machine_sees_what_its_work_needs_and_no_folder(story):
    """The courier: what leaves. The caretaker: what is over. The archivist: nothing, the trail is not read here."""
    wanted = {
        COURIER: {"outbox_message"},
        CARETAKER: set(),
        ARCHIVIST: set(),
    }
    for machine, tables_ in wanted.items():
        with machine.at_work():
            assert {name for name, n in counts().items() if n} == tables_, machine.key


def test_nobody_who_acts_sees_a_token_or_the_address_of_a_partner(story):
    for user in story.people.values():
        with acting(user.pk):
            seen = {name for name, n in counts().items() if n}
        assert not seen & {
            *BEFORE_ANYBODY_ACTS,
            "referrals_webhookendpoint",
            "referrals_webhookattempt",
            "outbox_line",
            "referrals_idempotencykey",
            "outbox_message",
        }


def test_nobody_becomes_a_machine_by_its_address(house, administrator):
    """The address is taken at the installation; a person who had it would still be no machine."""
    from foundation.accounts.models import User

    User.objects.filter(email=COURIER.email).delete()
    impostor = User.objects.create_user(COURIER.email, "Impostor")
    factories.sent(house)
    with acting(impostor.pk):
        assert sql("SELECT count(*) FROM outbox_message") == [(0,)]
