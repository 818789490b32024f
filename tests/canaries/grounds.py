"""What people type where consent is not the whole story: rights, deciding for others, exceptions, incidents, the office."""

from datetime import UTC, datetime, timedelta

from tests.canaries.markers import SCRIPTS
from tests.canaries.world import World, entry


def ahead(days: int) -> str:
    """A day that many days from now."""
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"


@entry("rights of the person: what they ask, what is answered")
def rights(world: World) -> None:
    worker, officer, mint = world.person("caseworker"), world.person("data_officer"), world.mint
    at = f"/cases/{world.case}/rights/"
    asked = worker.step(f"{at}access/", identity="known", words=f"{mint.sentence('latin')} {mint.phone()}").pk
    page = officer.opened(f"/data-protection/requests/{asked}/")
    form = page.own_form("ruling")
    officer.submit(page, form, ruling="refused", refusal="answered_already", answer=mint.sentence("cyrillic"))
    worker.step(f"{at}feedback/", spoken_of="service", words=mint.sentence("arabic"))
    worker.step(f"{at}complaint/", spoken_of="partner", words=f"{mint.sentence('cyrillic')} {mint.day()}")
    page = worker.opened(f"{at}rectification/?field=alias")
    form = page.own_form("value")
    worker.submit(page, form, value=mint.name("cyrillic"), identity="known", words=mint.sentence())


@entry("who decides for somebody else")
def deciding(world: World) -> None:
    worker, mint, at = world.person("caseworker"), world.mint, f"/cases/{world.case}/capacity/"
    for script in SCRIPTS:
        worker.step(f"{at}caregiver/", relationship="mother", name=mint.name(script))
    said = {part: mint.sentence() for part in ("views", "options", "safety", "decision")}
    worker.step(f"{at}best-interest/", purposes=["follow_up_contact"], **said)
    abilities = dict.fromkeys(("understand", "retain", "weigh", "communicate"), "with_support")
    found = {"purpose": "follow_up_contact", "doubt": "confused", "support": ["plain_words"], **abilities}
    worker.step(f"{at}assess/", **found, words=mint.sentence("cyrillic"))


@entry("what is told without consent, and a second person who does not sign")
def excepted(world: World) -> None:
    lead, manager, mint = world.person("focal_point"), world.person("manager"), world.mint
    people, at = world.house.demo["people"], f"/cases/{world.case}/exception/"
    page = lead.opened(lead.opened(at).link(rf"{at}[0-9a-f-]+/$"))
    if page.path == "/again/":
        page = lead.confirm(page, people["focal_point"])
    form = page.own_form("ground", "necessity")
    first = next(iter(form.choices["fields_told"]))
    said = {
        name: mint.sentence(script) for name, script in zip(("necessity", "proportionality"), SCRIPTS, strict=False)
    }
    plea = {"ground": "life_at_risk", "source": "partner", "informed": "no", "fields_told": [first]}
    pk = lead.submit(page, form, **plea, **said, law=mint.name(), unsafe=mint.sentence(), days="1").pk
    manager.step(f"/exceptions/{pk}/refuse/", answer=mint.sentence("arabic"))


@entry("a data incident")
def incident(world: World) -> None:
    volunteer, officer, mint = world.person("volunteer"), world.person("data_officer"), world.mint
    for script in SCRIPTS:
        told = f"{mint.sentence(script)} {mint.phone()} {mint.name(script)}"
        pk = volunteer.step("/data-protection/incidents/report/", text=told, still_going="no").pk
        officer.step(f"/data-protection/incidents/{pk}/take_on/")
        officer.step(f"/data-protection/incidents/{pk}/contain/", text=mint.sentence(script))


@entry("the office of data protection")
def office(world: World) -> None:
    officer, mint, at = world.person("data_officer"), world.mint, "/data-protection/"
    said = {
        part: mint.sentence(script) for part, script in zip(("processing", "risks", "measures"), SCRIPTS, strict=True)
    }
    officer.step(f"{at}assessments/new/", subject="country", topic="Elsewhere", **said, review_by=ahead(300))
