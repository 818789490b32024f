"""Tokens of the partner API."""

from django.db.models import Q
from oauth2_provider.models import AccessToken, get_access_token_model

from foundation.accounts.models import User
from foundation.core.acting import acting


def end_tokens(user: User) -> None:
    """Take back every token of a program, or of a person, whose way in was taken away. Nobody's actor may: see the walls."""
    model: type[AccessToken] = get_access_token_model()
    with acting(None):
        model.objects.filter(Q(user=user) | Q(application__user=user)).delete()
