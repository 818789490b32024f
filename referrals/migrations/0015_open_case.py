"""Nothing is offered to a partner, nor given by ourselves, from a case that is closed, whoever writes (HS-18)."""

from django.db import migrations

TABLES = ("referrals_referral", "referrals_assistance")
UP = "".join(
    f"CREATE TRIGGER guard_open BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION cases_of_an_open_case();"
    for table in TABLES
)
DOWN = "".join(f"DROP TRIGGER guard_open ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0014_pathways"), ("cases", "0010_closed")]
    operations = [migrations.RunSQL(UP, DOWN)]
