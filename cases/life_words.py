"""What stands in the story of a case when it moves on: closing, planning, waiting, changing hands."""

from django.utils.translation import gettext_lazy as _

LIFE = {
    "urgency_raised": _("It is more pressing now"),
    "urgency_lowered": _("It is less pressing now"),
    "step_agreed": _("A step was agreed with the person"),
    "step_done": _("A step that was agreed is done"),
    "step_dropped": _("A step is no longer wanted"),
    "no_step": _("No step is needed or wanted"),
    "response_finished": _("What was agreed is done; now we only ask how it goes"),
    "waits": _("It waits for the person"),
    "goes_on": _("The waiting is over; it goes on"),
    "conference": _("Colleagues were asked for advice"),
    "asked_other_owner": _("The owner asked for somebody else"),
    "asked_other_unit": _("Another unit was asked to take the case over"),
    "transferred": _("Another unit took the case over"),
    "closure_asked": _("Somebody asks for the case to be closed"),
    "closure_returned": _("The second person gave it back: something is missing"),
    "closure_taken_back": _("It is no longer asked for the case to be closed"),
    "closed": _("The case was closed"),
    "reopened": _("The case was opened again; what was agreed before covers nothing any more"),
}
