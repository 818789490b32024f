"""The protection risks of issues and lessons by the codes that assessments use: one list (domain.md §7.1)."""

from django.db import migrations

UP = """
UPDATE cases_issue SET risks = replace(risks::text, '"gpc-', '"GPC-')::jsonb WHERE risks::text LIKE '%"gpc-%';
UPDATE cases_lessonlearned SET tags = replace(tags::text, 'gpc-', 'GPC-')::varchar[] WHERE tags::text LIKE '%gpc-%';
"""
DOWN = """
UPDATE cases_issue SET risks = replace(risks::text, '"GPC-', '"gpc-')::jsonb WHERE risks::text LIKE '%"GPC-%';
UPDATE cases_lessonlearned SET tags = replace(tags::text, 'GPC-', 'gpc-')::varchar[] WHERE tags::text LIKE '%GPC-%';
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_safeguarding")]
    operations = [migrations.RunSQL(UP, DOWN)]
