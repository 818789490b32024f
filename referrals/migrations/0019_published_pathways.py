"""Published pathways, which nobody changes; every kind of help of domain.md §7.5."""

import django.db.models.constraints
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


UP = """
CREATE TRIGGER kept_by BEFORE INSERT OR UPDATE ON referrals_pathway
    FOR EACH ROW EXECUTE FUNCTION referrals_only_keepers();
CREATE TRIGGER kept_by BEFORE INSERT OR UPDATE ON referrals_pathwaystep
    FOR EACH ROW EXECUTE FUNCTION referrals_only_keepers();

CREATE FUNCTION referrals_pathway_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'no version of a pathway is removed' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'a pathway begins as a draft' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state NOT IN ('draft', 'submitted') AND to_jsonb(NEW) - 'state' IS DISTINCT FROM to_jsonb(OLD) - 'state' THEN
        RAISE EXCEPTION 'a published pathway does not change' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.published_by_id IS DISTINCT FROM OLD.published_by_id AND amparo_actor() IS NOT NULL
       AND NEW.published_by_id IS DISTINCT FROM amparo_actor() THEN
        RAISE EXCEPTION 'nobody publishes in the name of another' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stands BEFORE INSERT OR UPDATE OR DELETE ON referrals_pathway
    FOR EACH ROW EXECUTE FUNCTION referrals_pathway_stands();

CREATE FUNCTION referrals_pathway_step_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM referrals_pathway p WHERE p.state <> 'draft'
                  AND p.id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.pathway_id END,
                               CASE WHEN TG_OP <> 'DELETE' THEN NEW.pathway_id END)) THEN
        RAISE EXCEPTION 'the steps of a pathway change only while it is being written' USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER stands BEFORE INSERT OR UPDATE OR DELETE ON referrals_pathwaystep
    FOR EACH ROW EXECUTE FUNCTION referrals_pathway_step_stands();
"""
DOWN = """
DROP TRIGGER stands ON referrals_pathwaystep;
DROP TRIGGER kept_by ON referrals_pathwaystep;
DROP TRIGGER stands ON referrals_pathway;
DROP TRIGGER kept_by ON referrals_pathway;
DROP FUNCTION referrals_pathway_step_stands(), referrals_pathway_stands();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_specialised"),
        ("referrals", "0018_running_out"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Pathway",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("district", models.CharField(blank=True, max_length=60)),
                (
                    "need",
                    models.CharField(
                        choices=[
                            ("physical_safety", "Physical safety"),
                            ("sexual_or_gender_based", "Sexual or gender-based violence"),
                            ("child_in_danger", "A child in danger"),
                            ("family_separated_or_missing", "Family separated or missing"),
                            ("detention_or_arrest", "Detention or arrest"),
                            ("trafficking_exploitation_forced_labour", "Trafficking, exploitation, forced labour"),
                            ("documents_legal_status", "Documents or legal status"),
                            ("eviction_property", "Eviction or property"),
                            ("denied_services_discrimination", "Services denied, discrimination"),
                            ("threats_online_digital", "Threats online"),
                            ("mines_weapons", "Mines or weapons"),
                            ("neglect_abandonment", "Neglect or abandonment"),
                            ("psychological_distress", "Psychological distress"),
                            ("recruitment", "Recruitment"),
                            ("forced_return_expulsion", "Forced return or expulsion"),
                            ("other", "Something else"),
                        ],
                        max_length=40,
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Being written"),
                            ("submitted", "Waits for a second person"),
                            ("published", "Published"),
                            ("superseded", "Replaced by a newer one"),
                            ("dropped", "Thrown away"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=600)),
                ("review_by", models.DateField()),
                ("drafted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PathwayStep",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveSmallIntegerField()),
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
                            ("alternative_care", "Alternative care for a child"),
                            ("education", "Education"),
                            ("rfl", "Restoring family links"),
                            ("family_reunification", "Bringing a family together again"),
                            ("gbv_case_management", "Support after gender-based violence"),
                            ("trafficking_response", "Support after trafficking"),
                            ("disability_rehabilitation", "Disability and rehabilitation"),
                            ("livelihoods", "Earning a living"),
                            ("cash", "Cash assistance"),
                            ("food", "Food"),
                            ("nutrition", "Treatment of malnutrition"),
                            ("nfi", "Blankets, clothes, things for the household"),
                            ("wash", "Water, toilets and hygiene"),
                            ("mine_risk_education", "Staying safe from mines and weapons"),
                            ("detention_visit", "Visits to people in detention"),
                            ("asylum_status_information", "Information on asylum and status"),
                            ("physical_security_relocation", "Moving to a safer place"),
                            ("transport_accompaniment", "Transport and accompaniment"),
                            ("community_based_support", "Support in the community"),
                            ("information_counselling", "Information and counselling"),
                            ("other", "Other"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "within",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "No fixed time"),
                            (1, "At once"),
                            (24, "Within 24 hours"),
                            (72, "Within 72 hours (three days)"),
                            (120, "Within 120 hours (five days)"),
                            (168, "Within seven days"),
                            (336, "Within two weeks"),
                        ],
                        default=0,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="service",
            name="no_address_of_a_safe_house",
        ),
        migrations.AlterField(
            model_name="pathwaygap",
            name="service_type",
            field=models.CharField(
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
                    ("alternative_care", "Alternative care for a child"),
                    ("education", "Education"),
                    ("rfl", "Restoring family links"),
                    ("family_reunification", "Bringing a family together again"),
                    ("gbv_case_management", "Support after gender-based violence"),
                    ("trafficking_response", "Support after trafficking"),
                    ("disability_rehabilitation", "Disability and rehabilitation"),
                    ("livelihoods", "Earning a living"),
                    ("cash", "Cash assistance"),
                    ("food", "Food"),
                    ("nutrition", "Treatment of malnutrition"),
                    ("nfi", "Blankets, clothes, things for the household"),
                    ("wash", "Water, toilets and hygiene"),
                    ("mine_risk_education", "Staying safe from mines and weapons"),
                    ("detention_visit", "Visits to people in detention"),
                    ("asylum_status_information", "Information on asylum and status"),
                    ("physical_security_relocation", "Moving to a safer place"),
                    ("transport_accompaniment", "Transport and accompaniment"),
                    ("community_based_support", "Support in the community"),
                    ("information_counselling", "Information and counselling"),
                    ("other", "Other"),
                ],
                max_length=30,
            ),
        ),
        migrations.AlterField(
            model_name="service",
            name="service_type",
            field=models.CharField(
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
                    ("alternative_care", "Alternative care for a child"),
                    ("education", "Education"),
                    ("rfl", "Restoring family links"),
                    ("family_reunification", "Bringing a family together again"),
                    ("gbv_case_management", "Support after gender-based violence"),
                    ("trafficking_response", "Support after trafficking"),
                    ("disability_rehabilitation", "Disability and rehabilitation"),
                    ("livelihoods", "Earning a living"),
                    ("cash", "Cash assistance"),
                    ("food", "Food"),
                    ("nutrition", "Treatment of malnutrition"),
                    ("nfi", "Blankets, clothes, things for the household"),
                    ("wash", "Water, toilets and hygiene"),
                    ("mine_risk_education", "Staying safe from mines and weapons"),
                    ("detention_visit", "Visits to people in detention"),
                    ("asylum_status_information", "Information on asylum and status"),
                    ("physical_security_relocation", "Moving to a safer place"),
                    ("transport_accompaniment", "Transport and accompaniment"),
                    ("community_based_support", "Support in the community"),
                    ("information_counselling", "Information and counselling"),
                    ("other", "Other"),
                ],
                max_length=30,
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("service_type__in", ("safe_shelter", "physical_security_relocation")), _negated=True),
                    models.Q(("address", ""), ("location_type", "virtual")),
                    _connector="OR",
                ),
                name="no_address_of_a_safe_house",
            ),
        ),
        migrations.AddField(
            model_name="pathway",
            name="drafted_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="pathway",
            name="published_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="pathway",
            name="submitted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="pathway",
            name="unit",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit"),
        ),
        migrations.AddField(
            model_name="pathwaystep",
            name="first",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="referrals.service",
            ),
        ),
        migrations.AddField(
            model_name="pathwaystep",
            name="otherwise",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="referrals.service",
            ),
        ),
        migrations.AddField(
            model_name="pathwaystep",
            name="pathway",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="referrals.pathway",
            ),
        ),
        migrations.AddConstraint(
            model_name="pathway",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("published_by", None),
                    models.Q(
                        models.Q(("published_by", models.F("drafted_by")), _negated=True),
                        models.Q(("published_by", models.F("submitted_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="pathway_published_by_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="pathway",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ("published", "superseded")),
                        ("published_at__isnull", False),
                        ("published_by__isnull", False),
                        ("submitted_by__isnull", False),
                    ),
                    models.Q(
                        models.Q(("state__in", ("published", "superseded")), _negated=True),
                        ("published_at", None),
                        ("published_by", None),
                    ),
                    _connector="OR",
                ),
                name="pathway_is_published_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="pathway",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "published")),
                fields=("unit", "district", "need"),
                name="one_pathway_published",
            ),
        ),
        migrations.AddConstraint(
            model_name="pathway",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("draft", "submitted"))),
                fields=("unit", "district", "need"),
                name="one_pathway_in_writing",
            ),
        ),
        migrations.AddConstraint(
            model_name="pathway",
            constraint=models.UniqueConstraint(
                fields=("unit", "district", "need", "version"), name="one_pathway_of_a_version"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="pathway",
            trigger=pgtrigger.compiler.Trigger(
                name="pathway_life",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE _is_valid_transition BOOLEAN;",
                    func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{draft:dropped,draft:submitted,published:superseded,submitted:draft,submitted:dropped,submitted:published}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;',
                    hash="2cd1ff363b3aad388ee70415d4887b0d9f7ebc89",
                    operation="UPDATE",
                    pgid="pgtrigger_pathway_life_e5718",
                    table="referrals_pathway",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="pathwaystep",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("pathway", "position"),
                name="one_step_per_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="pathwaystep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("otherwise", None),
                    models.Q(("first__isnull", False), models.Q(("otherwise", models.F("first")), _negated=True)),
                    _connector="OR",
                ),
                name="another_service_is_asked_next",
            ),
        ),
        migrations.RunSQL(UP, DOWN),
    ]
