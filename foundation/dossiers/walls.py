"""The second wall: row-level security that reads the same access rows. For use in migrations.

``FORCE`` binds the owner too. A transaction without an actor sees nothing. Writing needs ``view`` unless a table is made
for followers; the clerk (the installation's own actor, see ``clerk.py``) follows every folder and opens none.
"""

from django.db.migrations.operations import RunSQL

from foundation.core.db.policies import policies
from foundation.dossiers import doors

FUNCTIONS = """
CREATE FUNCTION amparo_actor() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT NULLIF(current_setting('amparo.actor', true), '')::integer
$$;
-- The groups of the seats that a person holds now. A statement asks for them once per table and policy: the first answer
-- is kept for that very statement and person, so that the others cost 2 us instead of 45.
CREATE FUNCTION amparo_groups(person integer) RETURNS integer[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    asked text = concat(person, '@', extract(epoch FROM statement_timestamp()), '=');
    known text = current_setting('amparo.groups', true);
    held integer[];
BEGIN
    IF starts_with(known, asked) THEN
        RETURN substr(known, length(asked) + 1)::integer[];
    END IF;
    SELECT coalesce(array_agg(s.group_id), '{}') INTO held FROM accounts_appointment a
      JOIN accounts_seat s ON s.id = a.seat_id JOIN accounts_user u ON u.id = a.user_id
     WHERE a.user_id = person AND u.is_active
       AND a.confirmed_at <= statement_timestamp() AND a.valid_from <= statement_timestamp()
       AND (a.valid_until IS NULL OR a.valid_until > statement_timestamp());
    PERFORM set_config('amparo.groups', asked || held::text, true);
    RETURN held;
END $$;
-- The id of one of the two permissions, looked up once per transaction.
CREATE FUNCTION amparo_permission(wanted text) RETURNS integer LANGUAGE plpgsql STABLE AS $$
DECLARE
    known text = current_setting('amparo.' || wanted, true);
    found integer;
BEGIN
    IF known <> '' THEN
        RETURN known;
    END IF;
    SELECT p.id INTO found FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
     WHERE t.app_label = 'dossiers' AND t.model = 'dossier' AND p.codename = wanted;
    PERFORM set_config('amparo.' || wanted, found::text, true);
    RETURN found;
END $$;
CREATE FUNCTION amparo_is_clerk() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM accounts_user WHERE id = amparo_actor() AND email = 'clerk@amparo.invalid')
$$;
"""
DROP_FUNCTIONS = (
    "DROP FUNCTION amparo_is_clerk(), amparo_permission(text), amparo_groups(integer), amparo_actor() CASCADE"
)


def seen(column: str, permission: str, *, is_probed: bool = True) -> str:
    """The condition of a policy: the actor has a live row with this permission on the folder in ``column``.

    A row that names the actor counts while the actor holds any seat: whoever left keeps nothing. ``is_probed`` keeps
    the planner from reading the actor's whole access list first (a page would then cost what the actor may see).
    """
    least, fence = doors.at_least(permission), "OFFSET 0"
    if not is_probed:
        least, fence = f"= ANY ((SELECT {doors.held(permission)})::int[])", ""
    return f"""(EXISTS (SELECT 1 FROM dossiers_dossiergrouppermission p WHERE p.content_object_id = {column}
        AND p.permission_id {least} AND (p.expires_at IS NULL OR p.expires_at > statement_timestamp())
        AND p.group_id = ANY ((SELECT amparo_groups((SELECT amparo_actor())))::int[]) {fence})
      OR EXISTS (SELECT 1 FROM dossiers_dossieruserpermission p WHERE p.content_object_id = {column}
        AND p.permission_id {least} AND (p.expires_at IS NULL OR p.expires_at > statement_timestamp())
        AND p.user_id = (SELECT amparo_actor())
        AND (SELECT cardinality(amparo_groups((SELECT amparo_actor()))) > 0) {fence}))"""  # noqa: S608


KEEPER = """
CREATE POLICY keeper ON {table} TO CURRENT_USER
    USING (session_user = current_user AND current_setting('amparo.keeper', true) = 'rotation')
    WITH CHECK (session_user = current_user AND current_setting('amparo.keeper', true) = 'rotation');
"""
"""For the owner alone, where it says that it exchanges keys: a session of its own, and no function with its rights."""

# For tables that were walled before the keeper was known.
KEEPERS = f"""
DO $do$
DECLARE found text;
BEGIN
    FOR found IN SELECT r.tablename FROM pg_policies r WHERE r.schemaname = 'public' AND r.policyname = 'reads'
         AND (r.tablename = 'dossiers_dossier' OR EXISTS (SELECT 1 FROM pg_attribute a
              WHERE a.attrelid = format('public.%I', r.tablename)::regclass AND a.attname = 'dossier_id'))
         AND NOT EXISTS (SELECT 1 FROM pg_policies k WHERE k.schemaname = 'public' AND k.tablename = r.tablename
                            AND k.policyname = 'keeper')
    LOOP
        EXECUTE format($sql${KEEPER.format(table="%I")}$sql$, found);
    END LOOP;
END $do$;
"""  # noqa: S608


def wall(
    table: str,
    column: str = "dossier_id",
    *,
    reads: str = "view_dossier",
    writes: str = "view_dossier",
    clerk_changes: bool = False,
    is_scanned: bool = False,
) -> RunSQL:
    """Raise the wall on a table whose ``column`` names the folder. ``is_scanned``: whole scopes are read from it."""
    reading = seen(f"{table}.{column}", reads, is_probed=not is_scanned)
    writing = seen(f"{table}.{column}", writes)
    changing = f"({writing} OR (SELECT amparo_is_clerk()))" if clerk_changes else writing
    raised = policies(table, reads=reading, adds=writing, changes=changing, removes=writing)
    return RunSQL(f"{raised.sql}{KEEPER.format(table=table)}", f"DROP POLICY keeper ON {table};{raised.reverse_sql}")


def access_list_wall(table: str) -> RunSQL:
    """Access rows: readable (the policies read them), made by who opens the folder or starts it, by the clerk too."""
    opens = seen(f"{table}.content_object_id", "view_dossier")
    empty = f"NOT amparo_has_list({table}.content_object_id)"
    clerk = "(SELECT amparo_is_clerk())"
    changing = f"{opens} OR {clerk}"
    return policies(table, reads="true", adds=f"{empty} OR {opens} OR {clerk}", changes=changing, removes=changing)


def own_lists(table: str, mine: str) -> RunSQL:
    """Access rows, from now on: one sees those that name oneself (``mine``), and whole lists that one is on.

    They say that a folder exists, since when and of which kind. The owner's functions read all, by a policy of its own.
    """
    clerk = "(SELECT amparo_is_clerk())"
    folder = f"{table}.content_object_id"
    opens = f"{clerk} OR amparo_is_on_list({folder}, 'view_dossier')"
    up = f"""
CREATE POLICY functions ON {table} FOR SELECT TO CURRENT_USER USING (true);
ALTER POLICY reads ON {table} USING ({mine} OR {clerk} OR amparo_is_on_list({folder}, 'follow_dossier'));
ALTER POLICY adds ON {table} WITH CHECK (NOT amparo_has_list({folder}) OR {opens});
ALTER POLICY changes ON {table} USING ({opens}) WITH CHECK ({opens});
ALTER POLICY removes ON {table} USING ({opens});
"""
    return RunSQL(up, f"ALTER POLICY reads ON {table} USING (true); DROP POLICY functions ON {table};")


HAS_LIST = """
CREATE FUNCTION amparo_has_list(folder uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM dossiers_dossiergrouppermission WHERE content_object_id = folder)
        OR EXISTS (SELECT 1 FROM dossiers_dossieruserpermission WHERE content_object_id = folder)
$$;
"""

# What the access lists' own policies ask: by the owner's right, for a policy cannot read the table that it guards.
LISTS = f"""
CREATE OR REPLACE FUNCTION amparo_has_list(folder uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM dossiers_dossiergrouppermission WHERE content_object_id = folder)
        OR EXISTS (SELECT 1 FROM dossiers_dossieruserpermission WHERE content_object_id = folder)
$$;
CREATE FUNCTION amparo_is_on_list(folder uuid, lowest text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE lowest WHEN 'view_dossier' THEN {seen("folder", "view_dossier")}
                      ELSE {seen("folder", "follow_dossier")} END
$$;
CREATE FUNCTION amparo_is_machine(key text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM accounts_user
                    WHERE id = amparo_actor() AND is_machine AND email = key || '@amparo.invalid')
$$;
"""  # noqa: S608

# The key table is not FORCEd: this trigger, the owner's, destroys the keys of a folder whoever erases it.
ERASURE = """
ALTER TABLE dossiers_dossierkey NO FORCE ROW LEVEL SECURITY;
CREATE FUNCTION amparo_destroy_keys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    DELETE FROM dossiers_dossierkey WHERE dossier_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER destroy_keys AFTER UPDATE OF erased_at ON dossiers_dossier
    FOR EACH ROW WHEN (NEW.erased_at IS NOT NULL) EXECUTE FUNCTION amparo_destroy_keys();
CREATE FUNCTION amparo_no_key_after_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM dossiers_dossier WHERE id = NEW.dossier_id AND erased_at IS NOT NULL) THEN
        RAISE EXCEPTION 'this dossier was erased';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER no_key_after_erasure BEFORE INSERT ON dossiers_dossierkey
    FOR EACH ROW EXECUTE FUNCTION amparo_no_key_after_erasure();
"""
