"""Signing in as a person does it: address, password, and where it is asked the code that the app shows."""

import time
from typing import Any

from allauth.account.internal.flows import login
from allauth.mfa.models import Authenticator
from django.test import Client

from foundation.accounts import factors, sealing
from foundation.accounts.models import CodeUse, User
from foundation.core.acting import acting
from tests.factories import PASSWORD

TYPING = 10
"""Seconds that a code must still count for after it was read from the app."""

LOGIN, SECOND = "/accounts/login/", "/accounts/2fa/authenticate/"


def secret_of(user: User) -> str | None:
    """What the person's app holds; ``None`` without an app."""
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return sealing.opened(app.data["secret"])[1] if app else None


def take_factors(user: User) -> User:
    """As if none had ever been set up. Not by the way that keeps the last one of a seat that needs it."""
    rows: Any = Authenticator.objects.filter(user=user)
    rows._raw_delete(rows.db)
    return user


def next_code(user: User) -> str:
    """A code that was not used yet, of those that count now and for the next seconds; waits when there is none."""
    secret = secret_of(user)
    assert secret is not None
    used = getattr(CodeUse.objects.filter(user=user).first(), "step", 0)
    while (step := max(used + 1, oldest_to_type())) > factors.step_now() + factors.SKEW:
        time.sleep(0.5)
    return factors.code_at(secret, step)


def oldest_to_type() -> int:
    """The oldest step whose code will still count when it has been typed, even on a slow machine."""
    return int(time.time() + TYPING) // factors.PERIOD - factors.SKEW


def password(client: Client, user: User, word: str = PASSWORD, **more: Any) -> Any:
    """The first step."""
    return client.post(LOGIN, {"login": user.email, "password": word}, **more)


def second(client: Client, code: str, **more: Any) -> Any:
    """The second step."""
    return client.post(SECOND, {"code": code}, **more)


def is_in(client: Client, user: User) -> bool:
    """Whether the session is this person's."""
    return client.session.get("_auth_user_id") == str(user.pk)


def opened(user: User) -> Client:
    """A client with the session that both steps made ten minutes ago, without the steps: hashing and codes cost time.

    For a sensitive step it is too old: ``confirm``.
    """
    client, at = Client(), time.time() - 600
    client.force_login(user, backend="foundation.accounts.backend.Backend")
    session, kind = client.session, "totp" if secret_of(user) else None
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": at},
        *([{"method": "mfa", "type": kind, "at": at}] if kind else []),
    ]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    return client


def confirm(client: Client) -> Client:
    """Confirm that it is the person of the session, as "Confirm that it is you" asks it: by a code, else by the password."""
    user = User.objects.get(pk=client.session["_auth_user_id"])
    for _n in range(3):  # a code that ran out on the way is followed by the next
        data = {"again_code": next_code(user)} if secret_of(user) else {"again_password": PASSWORD}
        answer = client.post("/again/", data)
        if answer.status_code == 302:
            break
    assert answer.status_code == 302
    return client


def acts(user: User, act: Any, *args: Any, **more: Any) -> Any:
    """An action of this person, as their request would carry it out."""
    with acting(user.pk):
        return act(*args, by=user, **more)


def signed_in(user: User) -> Client:
    """A client after both steps."""
    client = Client()
    password(client, user)
    if secret_of(user) is not None:
        second(client, next_code(user))
    assert is_in(client, user)
    return client
