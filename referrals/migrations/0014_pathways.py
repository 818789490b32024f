"""Gaps in the pathways, how services answer, and what somebody went on in spite of."""

import django.db.models.deletion
import referrals.models.gap
import uuid
from django.db import migrations, models

from foundation.core.db.policies import NEVER, SOMEBODY, policies

READERS = "(SELECT amparo_sits('{directory_editor,manager,data_officer}'))"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_roles_of_the_four_elements"),
        ("referrals", "0013_register_guards"),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="warned",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="referral",
            name="warned_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("phoned", "I phoned them: they can take the person"),
                    ("asked_for", "The person asked for this very service"),
                    ("nobody_else", "Nobody else gives this here"),
                    ("other_part", "It is for another part of the need"),
                    ("moves_on", "The earlier help has ended or does not help"),
                ],
                max_length=24,
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="recent_declined",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="service",
            name="recent_hours",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="recent_sent",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="service",
            name="recent_silent",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.CreateModel(
            name="PathwayGap",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "service_type",
                    models.CharField(
                        choices=[
                            ("health_medical", "Medical care"),
                            ("clinical_management_of_rape", "Clinical care after rape"),
                            ("sexual_reproductive_health", "Sexual and reproductive health"),
                            ("mhpss", "Mental health and psychosocial support"),
                            ("safe_shelter", "Safe shelter"),
                            ("shelter_housing", "Shelter and housing"),
                            ("legal_assistance", "Legal help"),
                            ("civil_documentation", "Civil documents"),
                            ("child_protection", "Child protection"),
                            ("rfl", "Restoring family links"),
                            ("gbv_case_management", "Support after gender-based violence"),
                            ("trafficking_response", "Support after trafficking"),
                            ("disability_rehabilitation", "Disability and rehabilitation"),
                            ("cash", "Cash assistance"),
                            ("food", "Food"),
                            ("transport_accompaniment", "Transport and accompaniment"),
                            ("information_counselling", "Information and counselling"),
                            ("other", "Other"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("no_service", "No service gives this here"),
                            ("no_answer", "The partner did not answer"),
                            ("no_capacity", "No capacity"),
                            ("waitlist_only", "Waiting list only"),
                            ("out_of_area", "Outside our area"),
                            ("not_eligible", "Not eligible"),
                            ("service_not_provided", "We do not provide this service"),
                            ("service_suspended", "Service suspended"),
                            ("language_or_access_barrier", "Language or access barrier"),
                            ("safety_concern_for_person", "Not safe for the person"),
                            ("safety_concern_for_staff", "Not safe for our staff"),
                            ("conflict_of_interest", "Conflict of interest"),
                            ("better_placed_actor", "Somebody else is better placed"),
                            ("additional_assessment_required", "Needs another assessment"),
                            ("other", "Another reason"),
                        ],
                        max_length=32,
                    ),
                ),
                (
                    "urgency",
                    models.CharField(
                        choices=[("emergency", "Emergency"), ("urgent", "Urgent"), ("normal", "Normal")], max_length=10
                    ),
                ),
                ("month", models.DateField(default=referrals.models.gap.this_month)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["month", "service_type"], name="gaps_of_a_month")],
            },
        ),
        # Anybody's step may leave a gap; only who answers for partners reads them, and nobody changes one.
        policies("referrals_pathwaygap", reads=READERS, adds=SOMEBODY, changes=NEVER, removes=NEVER),
    ]
