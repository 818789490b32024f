"""Counting is a function of the owner's: the application can add to a figure, and neither read, change nor remove one."""

from django.db import migrations

COUNT = """
CREATE FUNCTION riskanalysis_count(place uuid, of_month date, marks bytea[], ids uuid[], cells bytea[], more integer)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    INSERT INTO public.riskanalysis_tally AS t (id, unit_id, month, mark, cell, n)
    SELECT l.id, place, of_month, l.mark, l.cell, more
      FROM unnest(marks, ids, cells) l(mark, id, cell) WHERE more > 0 ORDER BY l.mark
    ON CONFLICT (mark) DO UPDATE SET n = t.n + excluded.n
$$;
REVOKE ALL ON FUNCTION riskanalysis_count(uuid, date, bytea[], uuid[], bytea[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION riskanalysis_count(uuid, date, bytea[], uuid[], bytea[], integer) TO amparo_app;
REVOKE INSERT, UPDATE, DELETE ON riskanalysis_tally FROM amparo_app;
REVOKE UPDATE, DELETE ON riskanalysis_release, riskanalysis_figurekey FROM amparo_app;
-- The secret stays the same and is sealed anew when its organisation's key is exchanged.
GRANT UPDATE (organisation_key_id, secret) ON riskanalysis_figurekey TO amparo_app;

CREATE FUNCTION riskanalysis_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.n >= OLD.n
       AND (NEW.id, NEW.unit_id, NEW.month, NEW.mark, NEW.cell) = (OLD.id, OLD.unit_id, OLD.month, OLD.mark, OLD.cell) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'figures only grow';
END $$;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON riskanalysis_tally
    FOR EACH ROW EXECUTE FUNCTION riskanalysis_only_grows();
CREATE FUNCTION riskanalysis_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a report that was released is frozen';
END $$;
CREATE TRIGGER is_frozen BEFORE UPDATE OR DELETE ON riskanalysis_release
    FOR EACH ROW EXECUTE FUNCTION riskanalysis_is_frozen();

-- Whether the actor is manager or data-protection officer of this unit or of one above it.
CREATE FUNCTION riskanalysis_reads(place uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH RECURSIVE up(id, parent_id) AS (
        SELECT id, parent_id FROM accounts_unit WHERE id = place
        UNION SELECT u.id, u.parent_id FROM accounts_unit u JOIN up ON u.id = up.parent_id
    )
    SELECT EXISTS (SELECT 1 FROM accounts_seat s JOIN up ON up.id = s.unit_id
      WHERE s.role IN ('manager', 'data_officer') AND s.group_id = ANY (amparo_groups(amparo_actor())))
$$;

-- Not forced on the owner, whose function counts. Tallies are the clerk's to read.
ALTER TABLE riskanalysis_tally ENABLE ROW LEVEL SECURITY;
CREATE POLICY reads ON riskanalysis_tally FOR SELECT USING ((SELECT amparo_is_clerk()));
CREATE POLICY adds ON riskanalysis_tally FOR INSERT WITH CHECK (false);
CREATE POLICY changes ON riskanalysis_tally FOR UPDATE USING (false) WITH CHECK (false);
CREATE POLICY removes ON riskanalysis_tally FOR DELETE USING (false);
ALTER TABLE riskanalysis_release ENABLE ROW LEVEL SECURITY;
ALTER TABLE riskanalysis_release FORCE ROW LEVEL SECURITY;
CREATE POLICY reads ON riskanalysis_release FOR SELECT
    USING ((SELECT amparo_is_clerk()) OR riskanalysis_reads(unit_id));
CREATE POLICY adds ON riskanalysis_release FOR INSERT WITH CHECK ((SELECT amparo_is_clerk()));
CREATE POLICY changes ON riskanalysis_release FOR UPDATE USING (false) WITH CHECK (false);
CREATE POLICY removes ON riskanalysis_release FOR DELETE USING (false);
"""
DOWN = """
DROP POLICY reads ON riskanalysis_tally; DROP POLICY adds ON riskanalysis_tally;
DROP POLICY changes ON riskanalysis_tally; DROP POLICY removes ON riskanalysis_tally;
DROP POLICY reads ON riskanalysis_release; DROP POLICY adds ON riskanalysis_release;
DROP POLICY changes ON riskanalysis_release; DROP POLICY removes ON riskanalysis_release;
ALTER TABLE riskanalysis_tally DISABLE ROW LEVEL SECURITY;
ALTER TABLE riskanalysis_release NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;
DROP TRIGGER only_grows ON riskanalysis_tally; DROP TRIGGER is_frozen ON riskanalysis_release;
DROP FUNCTION riskanalysis_only_grows(), riskanalysis_is_frozen(), riskanalysis_reads(uuid),
    riskanalysis_count(uuid, date, bytea[], uuid[], bytea[], integer);
"""


class Migration(migrations.Migration):
    dependencies = [("riskanalysis", "0001_tables"), ("dossiers", "0002_walls"), ("accounts", "0001_tables")]
    operations = [migrations.RunSQL(COUNT, DOWN)]
