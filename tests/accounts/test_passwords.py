"""Passwords: long rather than complicated, never one that an attacker tries first, kept by a slow hash."""

import re

import pytest
from django.contrib.auth.hashers import get_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse

from tests.factories import PASSWORD

GOOD = "seven blue kettles boil"


@pytest.mark.parametrize(
    "password",
    ["kettle boils", "Kettle-Boils", "ketel12345678", "семь синих чайников", "七つの青いやかんと茶碗です", GOOD * 6],
)
def test_any_composition_of_twelve_signs_or_more_is_taken(house, volunteer, password):
    validate_password(password, volunteer)


@pytest.mark.parametrize(
    "password", ["short", "elevensigns", "password1234", "qwertyuiop123", "iloveyou1234", "123456789012"]
)
def test_short_and_common_ones_are_refused(house, volunteer, password):
    with pytest.raises(ValidationError):
        validate_password(password, volunteer)


@pytest.mark.parametrize(
    "password",
    ["amparo-and-more", "RedCross-forever", "my harbour service point", "Lantern House 2026", "Защита навсегда"],
)
def test_words_of_the_house_are_refused_however_they_are_written(house, volunteer, password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, volunteer)
    assert "password_house" in {error.code for error in refused.value.error_list}


def change(client, **data):
    return client.post(reverse("account_change_password"), {"password1": GOOD, "password2": GOOD, **data})


def test_the_current_one_is_needed_to_change_it(house, browse, volunteer):
    volunteer.set_password(PASSWORD)
    volunteer.save()
    client = browse(volunteer)
    assert "error" in change(client, oldpassword="another one altogether").content.decode()
    volunteer.refresh_from_db()
    assert volunteer.check_password(PASSWORD)
    assert change(client, oldpassword=PASSWORD).status_code == 302
    volunteer.refresh_from_db()
    assert volunteer.check_password(GOOD)


@pytest.mark.parametrize("other", [GOOD.upper(), GOOD[:20], f"{GOOD} ", GOOD.replace(" ", "")])
def test_it_is_checked_as_it_was_typed(house, volunteer, other):
    volunteer.set_password(GOOD)
    assert volunteer.check_password(GOOD)
    assert not volunteer.check_password(other)


def test_fields_are_masked_and_name_their_purpose(client, db):
    page = client.get(reverse("account_login")).content.decode()
    field = next(tag for tag in re.findall(r"<input[^>]*>", page) if 'name="password"' in tag)
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert "onpaste" not in page


def test_they_are_kept_by_a_slow_hash(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    algorithm, count, _salt, _hash = make_password(GOOD).split("$")
    assert (algorithm, int(count) >= 600_000) == ("pbkdf2_sha256", True)
    assert get_hasher().algorithm == "pbkdf2_sha256"
