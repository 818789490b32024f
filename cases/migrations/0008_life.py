"""The whole life of a case: assessed, planned, followed up, waiting, closed; the database refuses any other move."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


ACCEPTED = """
ALTER TABLE cases_case NO FORCE ROW LEVEL SECURITY;
UPDATE cases_case SET accepted_at = opened_at WHERE status <> 'new';
ALTER TABLE cases_case FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_roles_of_the_four_elements"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("cases", "0007_freezing"),
        ("consent", "0012_capacity"),
        ("dossiers", "0009_office"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="accepted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="closed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="reopened_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="waits_for",
            field=models.CharField(
                blank=True,
                choices=[
                    ("not_reached", "The person cannot be reached safely for now"),
                    ("thinking", "The person wants time to think"),
                    ("away", "The person is away, and comes back"),
                    ("person_asked", "The person asks us to wait"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="came_from",
            field=models.CharField(
                blank=True,
                choices=[
                    ("new", "New"),
                    ("accepted", "Accepted"),
                    ("assessed", "Assessed"),
                    ("planned", "Planned"),
                    ("in_response", "In response"),
                    ("follow_up", "Being followed up"),
                    ("on_hold", "On hold: waits for the person"),
                    ("restricted", "Restricted: consent was taken back"),
                    ("closed", "Closed"),
                    ("erased", "Erased"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="status",
            field=models.CharField(
                choices=[
                    ("new", "New"),
                    ("accepted", "Accepted"),
                    ("assessed", "Assessed"),
                    ("planned", "Planned"),
                    ("in_response", "In response"),
                    ("follow_up", "Being followed up"),
                    ("on_hold", "On hold: waits for the person"),
                    ("restricted", "Restricted: consent was taken back"),
                    ("closed", "Closed"),
                    ("erased", "Erased"),
                ],
                default="new",
                max_length=12,
            ),
        ),
        migrations.RunSQL(ACCEPTED, migrations.RunSQL.noop),
        pgtrigger.migrations.AddTrigger(
            model_name="case",
            trigger=pgtrigger.compiler.Trigger(
                name="case_life",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{accepted:assessed,accepted:closed,accepted:erased,accepted:follow_up,accepted:in_response,accepted:on_hold,accepted:planned,accepted:restricted,assessed:closed,assessed:erased,assessed:follow_up,assessed:in_response,assessed:on_hold,assessed:planned,assessed:restricted,closed:erased,closed:new,follow_up:closed,follow_up:erased,follow_up:in_response,follow_up:on_hold,follow_up:restricted,in_response:closed,in_response:erased,in_response:follow_up,in_response:in_response,in_response:on_hold,in_response:restricted,new:accepted,new:assessed,new:closed,new:erased,new:in_response,new:restricted,on_hold:accepted,on_hold:assessed,on_hold:closed,on_hold:erased,on_hold:follow_up,on_hold:in_response,on_hold:planned,on_hold:restricted,planned:closed,planned:erased,planned:follow_up,planned:in_response,planned:on_hold,planned:restricted,restricted:accepted,restricted:assessed,restricted:closed,restricted:erased,restricted:follow_up,restricted:in_response,restricted:new,restricted:planned}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="6e61e8eec9d165238a7da8f3ed6b3ee41ae8e80b",
                    operation="UPDATE",
                    pgid="pgtrigger_case_life_4fa5a",
                    table="cases_case",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", False), ("status", "closed")),
                    ("status", "erased"),
                    models.Q(models.Q(("status__in", ("closed", "erased")), _negated=True), ("closed_at", None)),
                    _connector="OR",
                ),
                name="closed_since_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "on_hold"), _negated=True),
                    models.Q(models.Q(("waits_for", ""), _negated=True), models.Q(("came_from", ""), _negated=True)),
                    _connector="OR",
                ),
                name="waits_for_a_reason",
            ),
        ),
    ]
