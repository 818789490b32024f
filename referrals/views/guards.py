"""How a refusal of the domain shows on a form page."""

from django.forms import Form

from foundation.core.errors import DomainError


def refuse(form: Form, error: DomainError) -> None:
    """A hard stop stands in the form, with all that was typed; what has moved on or is gone gets its own page."""
    if error.status != 422:
        raise error
    form.add_error(error.field if error.field in form.fields else None, error.message)
