"""What can be told of a person, field by field. The labels are read aloud to the person too, in every language."""

from django.utils.translation import gettext_lazy as _

# Field → (tier, label). T0 is the preview without identity; T1–T3 open as the state and the consent allow.
FIELDS: dict[str, tuple[int, object]] = {
    "urgency": (0, _("Urgency")),
    "service_type": (0, _("Service asked for")),
    "district": (0, _("District")),
    "age_band": (0, _("Age band")),
    "gender": (0, _("Sex or gender")),
    "languages": (0, _("Languages")),
    "interpreter": (0, _("Interpreter")),
    "access": (0, _("Access needs")),
    "immediate_danger": (0, _("Immediate danger, yes or no")),
    "alias": (1, _("Name or alias")),
    "safe_contact": (1, _("Safe way to reach the person")),
    "reason": (2, _("What is needed, and why")),
    "wishes": (2, _("What the person wants")),
    "date_of_birth": (2, _("Date of birth")),
    "address": (3, _("Address")),
}
PREVIEW = [code for code, (tier, _label) in FIELDS.items() if tier == 0]
