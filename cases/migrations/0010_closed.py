"""The walls of these tables, and guards that hold whoever writes: nothing changes in a closed case, none is closed alone."""

from django.db import migrations

from foundation.core.db.policies import NEVER, SOMEBODY, policies
from foundation.dossiers import walls

HAND = "cases_handover"
MINE = "((SELECT amparo_groups((SELECT amparo_actor())))::int[])"
OPENS = walls.seen(f"{HAND}.dossier_id", "view_dossier")
ASKED = f"({HAND}.asked_by_id = (SELECT amparo_actor()) AND cardinality({MINE}) > 0)"
SEEN = f"({OPENS} OR {ASKED} OR {HAND}.to_group_id = ANY ({MINE}) OR (SELECT amparo_is_clerk()))"
LEADS = f"""(EXISTS (SELECT 1 FROM accounts_seat s WHERE s.unit_id = cases_ceiling.unit_id
    AND s.role IN ('focal_point', 'deputy', 'manager') AND s.group_id = ANY ({MINE})))"""  # noqa: S608


def hand_wall() -> migrations.RunSQL:
    """Who opens the case, who asked, and the seat that is asked."""
    raised = policies(HAND, reads=SEEN, adds=OPENS, changes=SEEN, removes=f"({OPENS} OR (SELECT amparo_is_clerk()))")
    keeper = walls.KEEPER.format(table=HAND)
    return migrations.RunSQL(f"{raised.sql}{keeper}", f"DROP POLICY keeper ON {HAND};{raised.reverse_sql}")


GUARDS = """
CREATE FUNCTION cases_closed_by_the_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status IN ('closed', 'erased') THEN
            RAISE EXCEPTION 'no case begins as closed' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF NEW.status = 'closed' AND OLD.status <> 'closed' THEN
        IF NOT EXISTS (SELECT 1 FROM cases_closure c JOIN cases_concern n ON n.id = NEW.concern_id
                        WHERE c.case_id = NEW.id AND c.status = 'closed' AND c.asked_at >= coalesce(OLD.reopened_at, OLD.opened_at)
                          AND (c.decided_by_id IS NOT NULL OR (NEW.urgency = 'normal' AND n.urgency = 'normal'))) THEN
            RAISE EXCEPTION 'a case is closed for a reason, a pressing one by two people' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF NEW.status = 'closed' AND (NEW.owner_id, NEW.unit_id, NEW.focal_group_id, NEW.urgency, NEW.person_id, NEW.concern_id,
            NEW.code, NEW.opened_at, NEW.closed_at, NEW.accepted_at, NEW.reopened_at, NEW.came_from, NEW.waits_for)
        IS DISTINCT FROM (OLD.owner_id, OLD.unit_id, OLD.focal_group_id, OLD.urgency, OLD.person_id, OLD.concern_id,
            OLD.code, OLD.opened_at, OLD.closed_at, OLD.accepted_at, OLD.reopened_at, OLD.came_from, OLD.waits_for) THEN
        RAISE EXCEPTION 'a closed case cannot be changed' USING ERRCODE = 'check_violation';
    ELSIF OLD.status = 'closed' AND NEW.status = 'new' AND NEW.reopened_at IS NOT DISTINCT FROM OLD.reopened_at THEN
        RAISE EXCEPTION 'a reopened case says since when' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_closed BEFORE INSERT OR UPDATE ON cases_case
    FOR EACH ROW EXECUTE FUNCTION cases_closed_by_the_rules();

CREATE FUNCTION cases_of_an_open_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id AND c.status IN ('closed', 'erased')) THEN
        RAISE EXCEPTION 'a closed case cannot be changed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_open BEFORE INSERT ON cases_casenote
    FOR EACH ROW WHEN (NEW.event = 'note') EXECUTE FUNCTION cases_of_an_open_case();
CREATE TRIGGER guard_open BEFORE INSERT OR UPDATE OF due_at, done_at, result ON cases_followup
    FOR EACH ROW EXECUTE FUNCTION cases_of_an_open_case();
CREATE TRIGGER guard_open BEFORE INSERT OR UPDATE OF status, due_on, doer ON cases_planstep
    FOR EACH ROW EXECUTE FUNCTION cases_of_an_open_case();
CREATE TRIGGER guard_open BEFORE INSERT ON cases_conference
    FOR EACH ROW EXECUTE FUNCTION cases_of_an_open_case();
CREATE TRIGGER guard_open BEFORE INSERT ON cases_closure
    FOR EACH ROW EXECUTE FUNCTION cases_of_an_open_case();
CREATE TRIGGER guard_open BEFORE INSERT ON cases_handover
    FOR EACH ROW EXECUTE FUNCTION cases_of_an_open_case();

-- How many open cases these people follow up, by the access rows: a number and nothing of the cases; for who holds a seat.
CREATE FUNCTION cases_load(people integer[]) RETURNS TABLE (person integer, n bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.user_id, count(*) FROM dossiers_dossieruserpermission p
     WHERE p.user_id = ANY (people) AND p.dossier_kind = 'case' AND p.reason = 'owner'
       AND (SELECT cardinality(amparo_groups((SELECT amparo_actor()))) > 0)
     GROUP BY p.user_id
$$;
"""
UNGUARDS = """
DROP FUNCTION cases_load(integer[]);
DROP TRIGGER guard_open ON cases_casenote; DROP TRIGGER guard_open ON cases_followup;
DROP TRIGGER guard_open ON cases_planstep; DROP TRIGGER guard_open ON cases_conference;
DROP TRIGGER guard_open ON cases_closure; DROP TRIGGER guard_open ON cases_handover;
DROP TRIGGER guard_closed ON cases_case;
DROP FUNCTION cases_of_an_open_case(); DROP FUNCTION cases_closed_by_the_rules();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_closing"), ("dossiers", "0009_office")]
    operations = [
        *(walls.wall(f"cases_{name}") for name in ("closure", "planstep", "conference")),
        hand_wall(),
        policies("cases_ceiling", reads=SOMEBODY, adds=LEADS, changes=LEADS, removes=NEVER),
        migrations.RunSQL(GUARDS, UNGUARDS),
    ]
