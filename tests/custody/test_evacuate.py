"""Cutting one organisation off takes two people, and so does taking it back; the keys are then in a file that others open."""

import io
import json

import pyrage
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.models import Role
from foundation.core.acting import acting
from foundation.core.errors import Forbidden, Refused, WrongState
from foundation.core.machines import COURIER
from foundation.custody import evacuating, terminal
from foundation.custody.models import Evacuation
from foundation.outbox.models import Message
from foundation.vault import models as vault
from foundation.vault.crypto import VaultError
from foundation.vault.models import OrganisationKey
from foundation.vault.providers import provider
from tests import door, factories

pytestmark = pytest.mark.proof("crypto")
PARTNER = "Quayside Legal Clinic"


@pytest.fixture
def identity():
    """Somebody outside, with a secret key of age."""
    return pyrage.x25519.Identity.generate()


@pytest.fixture
def ours(house):
    """The National Society."""
    return house.units["harbour"].organisation


@pytest.fixture
def officer(house):
    return house.people["data_officer"]


@pytest.fixture
def manager(house):
    return house.people["manager"]


def opened(identity, text: str) -> str:
    return pyrage.decrypt(text.encode(), [identity]).decode()


def proposed(organisation, by, *identities, reason="danger"):
    with acting(by.pk):
        return evacuating.propose(organisation, reason, [str(one.to_public()) for one in identities], by=by)


def cut_off(organisation, officer, manager, identity) -> Evacuation:
    _found, test = proposed(organisation, officer, identity)
    with acting(manager.pk):
        return evacuating.confirm(organisation, opened(identity, test), by=manager)


# --- away and back


def test_its_records_close_for_everybody_and_come_back_only_with_the_file(
    house, ours, officer, manager, identity, browse, figure
):
    case = factories.case(house)
    worker = browse(house.people["caseworker"])
    url = reverse("cases:case", args=[case.pk])
    assert worker.get(url).status_code == 200
    found = cut_off(ours, officer, manager, identity)
    assert worker.get(url).status_code == 503
    assert not OrganisationKey.objects.filter(organisation_id=ours.pk, destroyed_at=None).exists()
    assert all(bytes(row.wrapped) == b"" for row in OrganisationKey.objects.filter(organisation_id=ours.pk))
    with pytest.raises(VaultError):
        factories.case(house)
    with acting(officer.pk):
        evacuating.ask_return(ours, by=officer)
    with acting(manager.pk):
        evacuating.give_back(ours, opened(identity, found.package), by=manager)
    assert worker.get(url).status_code == 200
    vault._opened.cache_clear()
    assert worker.get(url).status_code == 200, "another process reads it from the database"
    figure("one organisation cut off by two people and taken back by two: closed for its own people, open again after")


def test_other_organisations_go_on(house, officer, manager, identity, browse):
    case = factories.case(house)
    factories.sent(house, case)
    cut_off(house.partners[PARTNER], officer, manager, identity)
    assert browse(house.people["caseworker"]).get(reverse("cases:case", args=[case.pk])).status_code == 200
    assert browse(house.people["partner_worker"]).get(reverse("referrals:inbox")).status_code in (200, 503)


def test_the_file_holds_the_keys_and_only_its_recipients_open_it(ours, officer, manager, identity, house):
    vault.current_key(ours.pk)
    before = {str(row.pk): row.key() for row in OrganisationKey.objects.filter(organisation_id=ours.pk)}
    found = cut_off(ours, officer, manager, identity)
    content = json.loads(opened(identity, found.package))
    assert {row["id"] for row in content["keys"]} == set(before)
    assert content["organisation"] == str(ours.pk)
    with pytest.raises(pyrage.DecryptError):
        opened(pyrage.x25519.Identity.generate(), found.package)
    for key in before.values():
        assert key not in found.package.encode()


def test_the_root_key_may_be_exchanged_while_it_is_away(house, ours, officer, manager, identity, keyring_file):
    key = vault.current_key(ours.pk).key()
    found = cut_off(ours, officer, manager, identity)
    kek = provider().rotate()
    with acting(manager.pk):
        evacuating.ask_return(ours, by=manager)
    with acting(officer.pk):
        evacuating.give_back(ours, opened(identity, found.package), by=officer)
    assert (vault.current_key(ours.pk).key(), vault.current_key(ours.pk).kek) == (key, kek)


# --- two people


def test_one_person_alone_never_does_it(ours, officer, manager, identity, house):
    """Neither by the action nor by a statement of the database."""
    vault.current_key(ours.pk)
    found, test = proposed(ours, officer, identity)
    with acting(officer.pk), pytest.raises(Forbidden, match=r"evacuation\.same_person"):
        evacuating.confirm(ours, opened(identity, test), by=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evacuation.objects.filter(pk=found.pk).update(
            status="done", confirmed_by=officer, confirmed_at=timezone.now(), package="x"
        )
    assert OrganisationKey.objects.filter(organisation_id=ours.pk, destroyed_at=None).exists()


def test_the_return_takes_two_as_well(ours, officer, manager, identity, house):
    vault.current_key(ours.pk)
    found = cut_off(ours, officer, manager, identity)
    with acting(officer.pk):
        evacuating.ask_return(ours, by=officer)
        with pytest.raises(Forbidden, match=r"evacuation\.same_person"):
            evacuating.give_back(ours, opened(identity, found.package), by=officer)
    with acting(manager.pk):
        evacuating.cancel_return(ours, by=manager)
    assert Evacuation.objects.get().status == "done"


@pytest.mark.parametrize(
    "who", ["volunteer", "caseworker", "focal_point", "administrator", "partner_worker", "auditor"]
)
def test_no_other_seat_may_begin_it(house, ours, identity, who):
    with pytest.raises(Forbidden):
        proposed(ours, house.people[who], identity)


def test_one_of_the_two_protects_data(house, ours, manager, identity, monkeypatch):
    """Two managers are not enough."""
    second = house.people["data_officer"]
    vault.current_key(ours.pk)
    _found, test = proposed(ours, manager, identity)
    monkeypatch.setattr(type(second), "holds", lambda user, role, unit_id=None: role == Role.MANAGER)
    with acting(second.pk), pytest.raises(Forbidden, match=r"evacuation\.no_officer"):
        evacuating.confirm(ours, opened(identity, test), by=second)


# --- what people type, and what happens meanwhile


def test_the_word_shows_that_somebody_can_open_the_file(ours, officer, manager, identity, house):
    vault.current_key(ours.pk)
    proposed(ours, officer, identity)
    with acting(manager.pk):
        for word in ("", "K7F-2QX"):
            with pytest.raises(Refused, match=r"evacuation\.word"):
                evacuating.confirm(ours, word, by=manager)
        with pytest.raises(Refused, match=r"evacuation\.word"):
            evacuating.confirm(ours, "K7F-2QX", by=manager, is_untested=True)
        assert not evacuating.confirm(ours, "", by=manager, is_untested=True).is_tested


@pytest.mark.parametrize(
    ("recipients", "code"),
    [
        ([], "evacuation.recipients"),
        (["age1nonsense"], "evacuation.recipients"),
        (["AGE-SECRET-KEY-1QQQ"], "evacuation.secret"),
        ([f"age{n}" for n in range(6)], "evacuation.recipients"),
    ],
)
def test_a_recipient_that_is_none_is_refused_without_being_quoted(ours, officer, recipients, code):
    with acting(officer.pk), pytest.raises(Refused, match=code) as refused:
        evacuating.propose(ours, "danger", recipients, by=officer)
    assert "QQQ" not in refused.value.message


def test_a_proposal_waits_a_day_and_no_longer(ours, officer, manager, identity, house):
    """A clock that jumps ahead makes it be proposed anew, no more."""
    vault.current_key(ours.pk)
    found, test = proposed(ours, officer, identity)
    Evacuation.objects.filter(pk=found.pk).update(proposed_at=found.proposed_at - evacuating.VALID)
    with acting(manager.pk):
        with pytest.raises(WrongState, match=r"evacuation\.old"):
            evacuating.confirm(ours, opened(identity, test), by=manager)
        evacuating.cancel(ours, by=manager)
    proposed(ours, officer, identity)


def test_only_one_is_under_way(ours, officer, manager, identity, house):
    vault.current_key(ours.pk)
    proposed(ours, officer, identity)
    with pytest.raises(WrongState, match=r"evacuation\.under_way"):
        proposed(ours, manager, identity)


def test_a_damaged_key_stops_it_before_anything_is_destroyed(ours, officer, manager, identity, house):
    row = vault.current_key(ours.pk)
    OrganisationKey.objects.filter(pk=row.pk).update(wrapped=bytes(row.wrapped)[:-1] + b"\0")
    _found, test = proposed(ours, officer, identity)
    with acting(manager.pk), pytest.raises(VaultError):
        evacuating.confirm(ours, opened(identity, test), by=manager)
    assert Evacuation.objects.get().status == "proposed"
    assert OrganisationKey.objects.get(pk=row.pk).destroyed_at is None


def spoilt(content: str, what: str) -> str:
    data = json.loads(content)
    if what == "other organisation":
        data["organisation"] = "00000000-0000-0000-0000-000000000001"
    if what == "other key":
        data["keys"][0]["key"] = "A" * 43 + "="
    if what == "key left out":
        data["keys"] = []
    return {"cut short": content[:-9], "a list": "[]", "empty": ""}.get(what, json.dumps(data))


@pytest.mark.parametrize("what", ["other organisation", "other key", "key left out", "cut short", "a list", "empty"])
def test_only_the_very_keys_come_back(ours, officer, manager, identity, house, what):
    vault.current_key(ours.pk)
    found = cut_off(ours, officer, manager, identity)
    content = opened(identity, found.package)
    with acting(officer.pk):
        evacuating.ask_return(ours, by=officer)
    with acting(manager.pk):
        with pytest.raises(Refused):
            evacuating.give_back(ours, spoilt(content, what), by=manager)
        with pytest.raises(Refused, match=r"evacuation\.closed"):
            evacuating.give_back(ours, found.package, by=manager)
        assert not OrganisationKey.objects.filter(organisation_id=ours.pk, destroyed_at=None).exists()
        evacuating.give_back(ours, content, by=manager)


def test_the_trail_and_the_officers_know_each_step(ours, officer, manager, identity, house, events):
    vault.current_key(ours.pk)
    cut_off(ours, officer, manager, identity)
    assert [data["reason"] for data in events("evacuation.proposed")] == ["danger"]
    assert [data["tested"] for data in events("evacuation.confirmed")] == [True]
    with COURIER.acting():
        told = set(Message.objects.filter(event="evacuation.done").values_list("recipient", flat=True))
    assert officer.pk in told


# --- at the terminal


@pytest.fixture
def typed(monkeypatch):
    """Answers to the questions of the terminal, in turn."""

    def answers(user, *more: str) -> None:
        said = iter([user.email, door.next_code(factories.settle(user)), *more])
        monkeypatch.setattr("builtins.input", lambda _question: next(said))
        monkeypatch.setattr(terminal, "getpass", lambda _question: factories.PASSWORD)

    return answers


def run(*words) -> str:
    out = io.StringIO()
    call_command("evacuate", *map(str, words), stdout=out)
    return out.getvalue()


def test_from_the_terminal_there_and_back(house, ours, officer, manager, identity, typed, tmp_path):
    vault.current_key(ours.pk)
    test, closed, plain = (tmp_path / name for name in ("test.age", "keys.age", "keys.json"))
    recipient = identity.to_public()
    typed(officer)
    run("propose", ours.name, "--reason=danger", f"--recipient={recipient}", f"--test-file={test}")
    typed(manager, opened(identity, test.read_text()))
    assert "are destroyed here" in run("confirm", ours.name, f"--to={closed}")
    assert closed.stat().st_mode & 0o777 == 0o600
    typed(officer)
    run("ask-return", ours.name)
    plain.write_text(opened(identity, closed.read_text()))
    typed(manager)
    assert "open again" in run("give-back", ours.name, f"--opened={plain}")
    assert f"{ours.name}: open again" in run("list")


def test_a_full_disk_loses_nothing(house, ours, officer, manager, identity, typed, tmp_path):
    vault.current_key(ours.pk)
    _found, test = proposed(ours, officer, identity)
    typed(manager, opened(identity, test))
    with pytest.raises(CommandError, match="What was done stands"):
        run("confirm", ours.name, f"--to={tmp_path}/no/such/folder")
    typed(manager)
    run("file", ours.name, f"--to={tmp_path}/keys.age")
    assert "organisation keys" in opened(identity, (tmp_path / "keys.age").read_text())


def test_nobody_is_taken_at_their_word(house, ours, officer, events, monkeypatch):
    """A wrong password, a code that was used, a person without an app."""
    code = door.next_code(factories.settle(officer))
    for email, password, typed_code in (
        (officer.email, "wrong", code), ("nobody@example.org", factories.PASSWORD, code),
        (officer.email, factories.PASSWORD, "000000x"), (house.people["volunteer"].email, factories.PASSWORD, code),
    ):  # fmt: skip
        with pytest.raises(Refused):
            terminal.identified(email, password, typed_code)
    assert terminal.identified(officer.email.upper(), factories.PASSWORD, code) == officer
    with pytest.raises(Refused):
        terminal.identified(officer.email, factories.PASSWORD, code)
    assert len(events("evacuation.refused")) == 5
