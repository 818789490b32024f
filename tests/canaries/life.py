"""What people type when a case is planned, waits, changes hands or is to be closed."""

from datetime import UTC, datetime

from tests.canaries.markers import SCRIPTS
from tests.canaries.world import World, entry


@entry("a plan, advice of colleagues, a closing that is refused")
def life(world: World) -> None:
    worker, lead, mint, at = (
        world.person("caseworker"),
        world.person("focal_point"),
        world.mint,
        f"/cases/{world.case}/",
    )
    for script in SCRIPTS:
        worker.step(f"{at}plan/", what=mint.sentence(script), doer="owner")
    page = worker.opened(f"{at}plan/")
    worker.step(page.link(r"/steps/[0-9a-f-]+/drop/$"), why=mint.sentence())
    worker.step(f"{at}plan/nothing/", why=mint.sentence())
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    advice = {"who": mint.name(), "question": mint.sentence("cyrillic"), "advice": mint.sentence("arabic")}
    worker.step(f"{at}conferences/", held_on=today, **advice)
    worker.step(f"{at}urgency/", urgency="emergency")
    lead.step(f"{at}urgency/", urgency="normal", reason=mint.sentence())
    said = {"reason": "duplicate", "result": "unknown", "because": mint.sentence(), "words": mint.sentence()}
    page = worker.opened(f"{at}close/")
    form = page.own_form("reason")
    said |= {"unfollowed": mint.sentence()} if "unfollowed" in form.names else {}
    assert worker.post(page.url, form.filled(said)).status == 422, "something is still open"
