"""Pathways of the other branches, in the language of those who use them; each published by a second person (R-53, P6)."""

from foundation.accounts.models import Unit
from referrals import demo, pathway_demo
from referrals.pathway_demo import Line
from referrals.pathway_terms import Within
from referrals.vocabulary import ServiceType

NEED = "documents_legal_status"
WORDS = {
    "hills": "Nobody has to show papers to be helped. A bus goes to the harbour twice a day; we pay the ride.",
    "river": "Чтобы получить помощь, документы показывать не нужно. Консультация бесплатная, есть переводчик.",
    "ar": "لا يحتاج أحد إلى إظهار أوراق كي يحصل على المساعدة. الاستشارة مجانية، ويوجد مترجم.",
}
NOTES = {
    "hills": ("Phone first: they see people from the hills on Tuesdays.", "By phone too."),
    "river": ("Возьмите все бумаги, даже просроченные.", "Предлагайте каждый раз: ожидание документов изматывает."),
    "ar": ("أحضر كل الأوراق، حتى المنتهية.", "اعرض ذلك في كل مرة: انتظار الأوراق مرهق."),
}


def publish(places: dict[str, Unit]) -> None:
    """One for each of the two other branches, and one for the service point where Arabic is spoken."""
    editor, manager = demo.somebody("directory_editor"), demo.somebody("manager_river")
    hills = Unit.objects.select_related("parent").get(name="Hills branch")
    for key, unit, second in (
        ("hills", hills, demo.somebody("manager_hills")), ("river", places["river"], manager), ("ar", places["ar"], manager),
    ):  # fmt: skip
        pathway_demo.publish(unit, NEED, _lines(key), WORDS[key], writer=editor, second=second)


def _lines(key: str) -> tuple[Line, ...]:
    papers, talk = NOTES[key]
    return (
        (ServiceType.LEGAL, Within.TWO_WEEKS, "Papers and status service", "Advice before a removal", papers),
        (ServiceType.MHPSS, Within.ANY, "Somebody to talk to", "", talk),
    )
