"""The second wall: row-level security that reads the same access rows. For use in migrations.

``FORCE`` binds the owner too. A transaction without an actor sees nothing. Writing needs ``view`` unless a table is made
for followers; the clerk (the installation's own actor, see ``clerk.py``) follows every folder and opens none.
"""

from django.db.migrations.operations import RunSQL

FUNCTIONS = """
CREATE FUNCTION amparo_actor() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT NULLIF(current_setting('amparo.actor', true), '')::integer
$$;
CREATE FUNCTION amparo_groups(person integer) RETURNS integer[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(s.group_id), '{}') FROM accounts_appointment a
      JOIN accounts_seat s ON s.id = a.seat_id JOIN accounts_user u ON u.id = a.user_id
     WHERE a.user_id = person AND u.is_active
       AND a.confirmed_at <= statement_timestamp() AND a.valid_from <= statement_timestamp()
       AND (a.valid_until IS NULL OR a.valid_until > statement_timestamp())
$$;
CREATE FUNCTION amparo_permissions(lowest text) RETURNS integer[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(p.id), '{}') FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
     WHERE t.app_label = 'dossiers' AND t.model = 'dossier'
       AND (p.codename = 'view_dossier' OR (p.codename = 'follow_dossier' AND lowest = 'follow_dossier'))
$$;
CREATE FUNCTION amparo_is_clerk() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM accounts_user WHERE id = amparo_actor() AND email = 'clerk@amparo.invalid')
$$;
"""
DROP_FUNCTIONS = (
    "DROP FUNCTION amparo_is_clerk(), amparo_permissions(text), amparo_groups(integer), amparo_actor() CASCADE"
)


def seen(column: str, permission: str) -> str:
    """The condition of a policy: the actor has a live row with this permission on the folder in ``column``.

    A row that names the actor counts while the actor holds any seat: whoever left keeps nothing.
    """
    least = f"ANY ((SELECT amparo_permissions('{permission}'))::int[])"
    return f"""(EXISTS (SELECT 1 FROM dossiers_dossiergrouppermission p WHERE p.content_object_id = {column}
        AND p.permission_id = {least} AND (p.expires_at IS NULL OR p.expires_at > statement_timestamp())
        AND p.group_id = ANY ((SELECT amparo_groups((SELECT amparo_actor())))::int[]))
      OR EXISTS (SELECT 1 FROM dossiers_dossieruserpermission p WHERE p.content_object_id = {column}
        AND p.permission_id = {least} AND (p.expires_at IS NULL OR p.expires_at > statement_timestamp())
        AND p.user_id = (SELECT amparo_actor())
        AND (SELECT cardinality(amparo_groups((SELECT amparo_actor()))) > 0)))"""  # noqa: S608


def wall(
    table: str,
    column: str = "dossier_id",
    *,
    reads: str = "view_dossier",
    writes: str = "view_dossier",
    clerk_changes: bool = False,
) -> RunSQL:
    """Raise the wall on a table whose ``column`` names the folder."""
    reading, writing = seen(f"{table}.{column}", reads), seen(f"{table}.{column}", writes)
    changing = f"({writing} OR (SELECT amparo_is_clerk()))" if clerk_changes else writing
    up = f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY reads ON {table} FOR SELECT USING ({reading});
CREATE POLICY adds ON {table} FOR INSERT WITH CHECK ({writing});
CREATE POLICY changes ON {table} FOR UPDATE USING ({changing}) WITH CHECK ({changing});
CREATE POLICY removes ON {table} FOR DELETE USING ({writing});
"""
    down = "".join(f"DROP POLICY {name} ON {table};" for name in ("reads", "adds", "changes", "removes"))
    return RunSQL(up, f"{down} ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;")


def access_list_wall(table: str) -> RunSQL:
    """Access rows: readable (the policies read them), made by who opens the folder or starts it, by the clerk too."""
    opens = seen(f"{table}.content_object_id", "view_dossier")
    empty = f"NOT amparo_has_list({table}.content_object_id)"
    clerk = "(SELECT amparo_is_clerk())"
    up = f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY reads ON {table} FOR SELECT USING (true);
CREATE POLICY adds ON {table} FOR INSERT WITH CHECK ({empty} OR {opens} OR {clerk});
CREATE POLICY changes ON {table} FOR UPDATE USING ({opens} OR {clerk}) WITH CHECK ({opens} OR {clerk});
CREATE POLICY removes ON {table} FOR DELETE USING ({opens} OR {clerk});
"""
    return RunSQL(up, f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;")


HAS_LIST = """
CREATE FUNCTION amparo_has_list(folder uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM dossiers_dossiergrouppermission WHERE content_object_id = folder)
        OR EXISTS (SELECT 1 FROM dossiers_dossieruserpermission WHERE content_object_id = folder)
$$;
"""

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
