"""The second wall: PostgreSQL refuses what Python forgot, for the role that production and these tests run as."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, connections, transaction

from cases.models import Case, CaseNote, Concern
from consent.models import Decision, Person
from foundation.accounts.models import User
from foundation.core.acting import acting
from foundation.core.errors import Absent
from foundation.core.policy import fetch
from foundation.dossiers import actions, clerk
from foundation.dossiers.models import FOLLOW, VIEW, Dossier, DossierGroupPermission, DossierKey, DossierUserPermission
from foundation.vault.crypto import VaultError
from referrals.models import Referral
from tests import factories
from tests.dossiers import charts

# Not FORCEd, on purpose: the owner's trigger destroys the keys of a folder whoever erases it (see walls.ERASURE).
NOT_FORCED = {"dossiers_dossierkey"}


def sql(text: str, *values) -> list[tuple]:
    with connections["default"].cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description else []


def refused(text: str, *values) -> bool:
    """Whether PostgreSQL refuses the statement; the transaction goes on."""
    try:
        with transaction.atomic():
            sql(text, *values)
    except DatabaseError:
        return True
    return False


def walled_tables() -> dict[str, tuple[bool, bool]]:
    """Table → (enabled, forced), for every table that names a dossier, and the folders themselves."""
    rows = sql(
        "SELECT DISTINCT c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c"
        " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('dossier_id', 'content_object_id')"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
        " AND (a.attname IS NOT NULL OR c.relname = 'dossiers_dossier')"
    )
    return {name: (enabled, forced) for name, enabled, forced in rows}


@pytest.fixture
def case(house):
    return factories.case(house)


def test_we_run_as_a_role_that_can_do_little(db):
    assert charts.roles() == [("amparo_app", False, False, False, False)]
    assert (
        sql("SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = current_user") == []
    )


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.mine (x int)", "CREATE SCHEMA mine", "ALTER TABLE cases_case ADD COLUMN x int",
        "DROP TABLE cases_case", "ALTER TABLE cases_case DISABLE ROW LEVEL SECURITY", "DROP POLICY reads ON cases_case",
        "CREATE POLICY mine ON cases_case USING (true)", "TRUNCATE cases_case CASCADE", "TRUNCATE dossiers_dossierkey",
        "ALTER TABLE dossiers_dossier DISABLE TRIGGER destroy_keys", "CREATE ROLE mine", "SET ROLE amparo_owner",
        "ALTER ROLE amparo_app BYPASSRLS",
        "CREATE OR REPLACE FUNCTION amparo_actor() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", "SET session_replication_role = replica",
        "COPY cases_case TO PROGRAM 'cat'", "GRANT SELECT ON cases_case TO PUBLIC WITH GRANT OPTION",
        "UPDATE auth_permission SET codename = codename FROM pg_authid", "ALTER TABLE cases_case OWNER TO amparo_app",
    ],
)  # fmt: skip
def test_the_application_changes_no_definition(db, statement):
    assert refused(statement)


def test_reading_past_the_wall_is_refused(db):
    """``row_security = off`` makes PostgreSQL fail loudly, never show more."""
    sql("SET LOCAL row_security = off")
    assert refused("SELECT * FROM cases_case")


def test_every_table_that_names_a_folder_is_walled_and_forced(db):
    tables = walled_tables()
    assert len(tables) >= 16
    assert [name for name, (enabled, _forced) in tables.items() if not enabled] == []
    assert {name for name, (_enabled, forced) in tables.items() if not forced} == NOT_FORCED


def test_the_key_is_walled_for_the_application_although_not_forced(house, case, outsider):
    with acting(outsider.pk):
        assert not DossierKey.objects.exists()
    with acting(house.people["caseworker"].pk):
        assert DossierKey.objects.filter(dossier=case.dossier_id).exists()


def test_without_an_actor_no_table_shows_a_row(house, case):
    """An unset context is nobody, never everybody."""
    factories.sent(house, case)
    with acting(None):
        for table in sorted(walled_tables()):
            assert sql(f"SELECT count(*) FROM {table}") == [(0,)], table


@pytest.mark.parametrize("value", ["", "0", "-1", "2147483647"])
def test_an_actor_who_is_nobody_sees_nothing(house, case, value):
    sql("SELECT set_config('amparo.actor', %s, true)", value)
    assert not Case.objects.exists()


def test_an_actor_that_is_no_number_is_an_error_and_not_everybody(house, case):
    sql("SELECT set_config('amparo.actor', %s, true)", "1 OR 1=1")
    assert refused("SELECT * FROM cases_case")


def test_the_actor_ends_with_the_block(house, case, caseworker, outsider):
    """Nested actors come back, also after an error; what was set never outlives the transaction (walls.md, trap 17)."""
    with acting(caseworker.pk):
        with acting(outsider.pk):
            assert not Case.objects.exists()
        assert Case.objects.exists()
        with pytest.raises(ZeroDivisionError), acting(outsider.pk), transaction.atomic():
            1 / 0  # noqa: B018
        assert Case.objects.exists()
    assert not Case.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_actor_never_outlives_its_transaction_on_a_kept_connection():
    with transaction.atomic():
        house = factories.house()
        factories.case(house)
    worker = house.people["caseworker"]
    for _ in range(5):
        with acting(worker.pk), transaction.atomic():
            assert Case.objects.exists()
        with transaction.atomic():
            assert not Case.objects.exists()
        assert not Case.objects.exists()
        with pytest.raises(ZeroDivisionError), acting(worker.pk), transaction.atomic():
            1 / 0  # noqa: B018
        with transaction.atomic():
            assert not Case.objects.exists()


def test_the_reporter_sees_where_it_stands_and_no_longer_what_was_said(house, volunteer):
    """After handing over, the volunteer follows: the status, without the key (A4, R-34)."""
    concern = factories.submitted(house)
    with acting(volunteer.pk):
        seen = fetch(volunteer, Concern, concern.pk)
        assert seen.status == "submitted"
        assert not seen.is_open
        for name in ("summary", "wishes", "answers"):
            with pytest.raises(VaultError):
                getattr(seen, name)
        assert not DossierKey.objects.exists()
        assert not Person.objects.exists()
        assert not Decision.objects.exists()


def test_a_follower_can_write_nothing(house, volunteer):
    concern = factories.submitted(house)
    with acting(volunteer.pk):
        assert Concern.objects.filter(pk=concern.pk).update(status="draft") == 0
        assert Concern.objects.filter(pk=concern.pk)._raw_delete("default") == 0
        assert Dossier.objects.filter(pk=concern.dossier_id).update(kind="draft") == 0
        assert refused("INSERT INTO dossiers_dossierkey (id, dossier_id, version, organisation_key_id, wrapped, commit)"
                       " VALUES (%s, %s, 2, %s, '', '')", uuid4(), concern.dossier_id, uuid4())  # fmt: skip
        with pytest.raises((DatabaseError, VaultError)), transaction.atomic():
            CaseNote(dossier_id=concern.dossier_id, author=volunteer, case_id=uuid4()).save(force_insert=True)


def grant(user: User, dossier, codename: str = VIEW) -> DossierUserPermission:
    return DossierUserPermission(
        user=user, permission_id=actions.permission_id(codename), content_object_id=dossier.pk, reason="x",
        dossier_kind=dossier.kind, dossier_created_at=dossier.created_at,
    )  # fmt: skip


def test_nobody_grants_himself_a_hidden_folder(house, case, outsider):
    """The access lists are walled too (walls.md, trap 12)."""
    with acting(outsider.pk):
        with pytest.raises(DatabaseError), transaction.atomic():
            DossierUserPermission.objects.bulk_create([grant(outsider, case.dossier)])
        with pytest.raises(DatabaseError), transaction.atomic():
            actions.share_with_group(case.dossier, outsider.group_ids[0])
        assert DossierUserPermission.objects.filter(content_object=case.dossier).update(user=outsider) == 0
        assert (
            DossierGroupPermission.objects.filter(content_object=case.dossier).update(group=outsider.group_ids[0]) == 0
        )
        assert DossierGroupPermission.objects.filter(content_object=case.dossier)._raw_delete("default") == 0
        assert not Case.objects.exists()


def test_nobody_without_an_actor_grants_a_folder(house, case, outsider):
    with acting(None), pytest.raises(DatabaseError), transaction.atomic():
        DossierUserPermission.objects.bulk_create([grant(outsider, case.dossier)])


def test_a_follower_cannot_become_an_opener(house, volunteer):
    concern = factories.submitted(house)
    with acting(volunteer.pk):
        mine = DossierUserPermission.objects.filter(content_object=concern.dossier, user=volunteer)
        assert mine.count() == 1
        assert mine.update(permission=actions.permission_id(VIEW)) == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            DossierUserPermission.objects.bulk_create([grant(volunteer, concern.dossier)])


def test_nobody_moves_his_row_to_another_folder(house, volunteer, case):
    """A draft's author owns a row that opens; pointing it at a hidden folder is refused."""
    factories.draft(house)
    with acting(volunteer.pk):
        mine = DossierUserPermission.objects.filter(user=volunteer, reason="author")
        assert mine.count() >= 1
        with pytest.raises(DatabaseError), transaction.atomic():
            mine.update(content_object=case.dossier_id)


def test_nobody_puts_a_row_of_his_own_into_a_hidden_folder(house, outsider, case):
    with acting(outsider.pk), pytest.raises(DatabaseError), transaction.atomic():
        Concern(dossier_id=case.dossier_id, unit=case.unit, reporter=outsider, language="en").save(force_insert=True)


def test_hidden_and_absent_are_the_same_answer(house, outsider, case):
    with acting(outsider.pk):
        answers = []
        for pk in (case.pk, uuid4()):
            with pytest.raises(Absent) as absent:
                fetch(outsider, Case, pk)
            answers.append((absent.value.status, absent.value.code, absent.value.message, absent.value.args))
        assert answers[0] == answers[1]


def test_the_clerk_follows_every_folder_and_opens_none(house, case):
    """The installation's own actor runs sweeps and the cascade of a withdrawal; it never holds a key."""
    factories.sent(house, case)
    with clerk.as_clerk():
        assert Dossier.objects.count() >= 2
        assert Referral.objects.count() == 1
        assert not Referral.objects.get().is_open
        for model in (DossierKey, Person, Case):
            assert not model.objects.exists()


def test_somebody_without_a_seat_keeps_nothing_not_even_what_names_him(house, case, caseworker):
    """Who left may still be able to sign in: neither wall opens the case he owned."""
    with acting(caseworker.pk):
        assert set(Case.objects.all()) == set(Case.objects.visible_to(caseworker)) == {case}
    caseworker.appointments.update(valid_until=caseworker.appointments.get().valid_from)
    with acting(caseworker.pk):
        assert not Case.objects.exists()
        assert not DossierKey.objects.exists()
    with clerk.as_clerk():
        assert not Dossier.objects.visible_to(caseworker).exists()


@pytest.mark.parametrize("actor", ["author", "clerk"])
def test_erasing_destroys_the_key_whoever_erases(house, volunteer, actor):
    """The clerk cannot see the key it destroys; the owner's trigger does it (HS-06, scenario 20)."""
    concern = factories.draft(house)
    with acting(volunteer.pk):
        key = DossierKey.objects.get(dossier=concern.dossier_id)
    with acting(volunteer.pk if actor == "author" else clerk._ids()[0]):
        actions.erase(Dossier.objects.get(pk=concern.dossier_id))
    with acting(volunteer.pk):
        assert not DossierKey.objects.filter(dossier=concern.dossier_id).exists()
        erased = Concern.objects.get(pk=concern.pk)
        assert not erased.is_open
        with pytest.raises(VaultError):
            _ = erased.summary
        key.pk = uuid4()
        with pytest.raises(DatabaseError, match="erased"), transaction.atomic():
            key.save(force_insert=True)


def test_an_erased_folder_takes_no_other_version_of_a_key(house, volunteer):
    concern = factories.draft(house)
    with acting(volunteer.pk):
        actions.erase(concern.dossier)
        with pytest.raises(DatabaseError, match="erased"), transaction.atomic():
            actions._new_key(Dossier.objects.get(pk=concern.dossier_id))


def test_an_outsider_cannot_erase(house, outsider, case):
    with acting(outsider.pk):
        assert Dossier.objects.filter(pk=case.dossier_id).update(erased_at="2026-01-01T00:00Z") == 0
    with acting(house.people["caseworker"].pk):
        assert DossierKey.objects.filter(dossier=case.dossier_id).exists()


def test_a_seat_taken_off_the_list_shuts_at_once(house, case, focal_point):
    with acting(focal_point.pk):
        assert Case.objects.exists()
        actions.unshare(case.dossier, group=focal_point.group_ids[0])
        assert not Case.objects.exists()


def test_sharing_once_more_than_needed_changes_nothing(house, case, focal_point):
    with acting(focal_point.pk):
        before = actions.readers(case.dossier)
        actions.share_with_group(case.dossier, focal_point.group_ids[0])
        assert actions.readers(case.dossier) == before


def test_who_may_open_is_told_by_name_and_reason(house, case, caseworker, focal_point):
    with acting(caseworker.pk):
        assert set(actions.readers(case.dossier)) == {
            ("group", focal_point.group_ids[0], "", None),
            ("user", caseworker.pk, "owner", None),
        }


def test_a_shared_row_may_follow_only(house, case, outsider):
    with acting(house.people["focal_point"].pk):
        actions.share_with_user(case.dossier, outsider, "advice", by=outsider, codename=FOLLOW)
    with acting(outsider.pk):
        assert Dossier.objects.filter(pk=case.dossier_id).exists()
        assert not Case.objects.exists()
        assert not DossierKey.objects.exists()


def test_nobody_is_a_superuser(house, administrator):
    """Guardian and Django would let one pass every check; the database does not keep one."""
    with pytest.raises(DatabaseError), transaction.atomic():
        User.objects.filter(pk=administrator.pk).update(is_superuser=True)


def test_no_permission_is_granted_for_a_whole_model(house):
    """One model-level grant would open every folder to guardian."""
    assert sql("SELECT count(*) FROM accounts_user_user_permissions") == [(0,)]
    assert sql("SELECT count(*) FROM auth_group_permissions") == [(0,)]
