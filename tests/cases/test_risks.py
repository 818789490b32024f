"""The protection risks and the sources of threat are one list each (domain.md §7.1, §7.7)."""

from importlib import import_module

import pytest
from django.db import connections

from cases.forms.issue import IssueForm, LessonForm
from cases.vocabulary import Risk
from consent.sources import Source
from riskanalysis.forms.assessment import ThreatForm

MOVE = import_module("cases.migrations.0013_one_list_of_risks")


def test_an_issue_a_lesson_and_a_threat_speak_of_the_same_fifteen_risks_by_their_exact_titles():
    for form, name in ((IssueForm(), "risks"), (LessonForm(), "tags"), (ThreatForm(), "risk")):
        offered = {code: label for code, label in form.fields[name].choices if code}
        assert offered == dict(Risk.choices), name
    assert len(Risk) == 15
    assert {code[:4] for code in Risk.values} == {"GPC-"}
    assert str(Risk("GPC-10").label) == "Presence of Mine and Other Explosive Ordnance"


def test_a_threat_comes_from_where_the_one_list_says():
    offered = [code for code, _label in ThreatForm().fields["source"].choices if code]
    assert offered == Source.values
    assert len(Source) == 19


@pytest.mark.django_db
def test_codes_kept_under_their_old_spelling_are_carried_over_and_back():
    """On tables of the same names that last for this transaction, so that the walls of the real ones stay where they are."""
    with connections["default"].cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE cases_issue (risks jsonb) ON COMMIT DROP")
        cursor.execute("CREATE TEMP TABLE cases_lessonlearned (tags varchar(20)[]) ON COMMIT DROP")
        cursor.execute("""INSERT INTO cases_issue VALUES ('["gpc-09", "gpc-12"]'), ('[]')""")
        cursor.execute("INSERT INTO cases_lessonlearned VALUES ('{gpc-08}'), ('{}')")
        cursor.execute(MOVE.UP)
        cursor.execute("SELECT risks::text FROM cases_issue UNION ALL SELECT tags::text FROM cases_lessonlearned")
        assert sorted(row[0] for row in cursor.fetchall()) == ['["GPC-09", "GPC-12"]', "[]", "{GPC-08}", "{}"]
        cursor.execute(MOVE.DOWN)
        cursor.execute("SELECT risks::text FROM cases_issue UNION ALL SELECT tags::text FROM cases_lessonlearned")
        assert sorted(row[0] for row in cursor.fetchall()) == ['["gpc-09", "gpc-12"]', "[]", "{gpc-08}", "{}"]
