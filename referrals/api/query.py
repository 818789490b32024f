"""The query of a request: every name known and given once."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


def query_of(request: Request, shape: type[Any]) -> dict[str, Any]:
    """The checked values; 400 with the names of what is unknown, wrong or given twice."""
    given = request.query_params
    twice = [name for name in given if len(given.getlist(name)) > 1]
    if twice:
        raise ValidationError(dict.fromkeys(twice, _("Given more than once.")), code="twice")
    query = shape(data=given.dict())
    query.is_valid(raise_exception=True)
    values: dict[str, Any] = query.validated_data
    return values
