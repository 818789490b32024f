"""The matters of the demonstration, in three languages. Nobody here exists; the words are invented for it."""

from cases.vocabulary import Outcome
from config.demonstration.telling import Matter, Said
from consent.vocabulary import Answer
from foundation.accounts.models import User
from referrals.models import Service

Services = dict[str, Service]
PAPERS, REMOVAL, SHELTER, TALK = (
    "Papers and status service", "Advice before a removal", "Safe shelter", "Somebody to talk to",
)  # fmt: skip


def english(new: "Begin", services: Services, partner: User) -> None:
    """The Harbour: from a draft that waits to a service that was given."""
    new(
        Said(
            "denied_services_discrimination",
            "Was sent away from the clinic twice, without a word why.",
            "Wants to see a doctor.",
        )
    )
    new(
        Said(
            "threats_online_digital", "Strangers write to the phone every night and name the street.",
            "Wants to sleep. Wants nobody to call the police.", "Ana", "+380500000011", "09:00-11:00", ["death_threat_72h"],
        )
    ).hand_over()  # fmt: skip
    new(Said("eviction_property", "The landlord wants the room back by Sunday.", "Wants to know where to ask.", "Rio",
             "+380500000012")
        ).hand_over().triaged(Outcome.REDIRECTED, contact="Tenants' advice line, 0800 555 061, weekdays")  # fmt: skip
    new(Said("psychological_distress", "Lost the work, cannot eat since.", "Wants no name anywhere.")).hand_over(
        Answer.REFUSED
    )
    new(
        Said("trafficking_exploitation_forced_labour", "Works in a kitchen for a bed. Was never paid.",
             "Wants the wages. Does not want to lose the bed before.", "Joss", "+380500000013", "after 21:00")
    ).hand_over().opened("actual", "coercion", "deprivation")  # fmt: skip
    waiting = new(
        Said("documents_legal_status", "The employer keeps the passport in a safe.", "Wants the passport, without police.",
             "Mika", "+380500000014", "10:00-12:00")
    ).hand_over().opened("actual", "coercion").accepted()  # fmt: skip
    waiting.offered(services[PAPERS], "Help to get a passport back from an employer").sent()
    waiting.promised(3)
    done = new(
        Said("physical_safety", "Somebody waits at the gate every evening.", "Wants to move before the weekend.",
             "Tal", "+380500000015", "mornings")
    ).hand_over().opened("actual", "violence").accepted(41)  # fmt: skip
    done.offered(services[PAPERS], "Papers for a new address").sent()
    done.answered(partner, "accept").answered(partner, "start").answered(partner, "complete", outcome="met")
    blankets = done.helped("nfi", "Two blankets and a lock for the door")
    done.given(blankets, "Two blankets, one lock")
    done.asked(blankets, "met", "The lock holds.")
    done.noted("Asked about the move: a cousin can take in two of them.")


def russian(new: "Begin", services: Services, partner: User) -> None:
    """The Riverside: a case whose partner said no, one whose conversation is still to come."""
    new(
        Said("family_separated_or_missing", "Потеряла брата в толпе на вокзале два дня назад.", "Хочет найти брата.",
             "Лена", "+380500000021", "днем")
    ).hand_over()  # fmt: skip
    new(
        Said("neglect_abandonment", "Пожилой сосед остался один, еду приносят раз в неделю.", "Хочет, чтобы к нему заходили.",
             "Дед Марк", "+380500000022", "утром")
    ).hand_over().triaged(Outcome.INFORMATION)  # fmt: skip
    refused = new(
        Said("sexual_or_gender_based", "Боится возвращаться домой, муж сменил замки.", "Хочет спокойно ночевать. Без полиции.",
             "Нина", "+380500000023", "10:00-12:00")
    ).hand_over().opened("actual", "violence", "deprivation").accepted(29)  # fmt: skip
    refused.offered(services[PAPERS], "Нужен совет о документах на жилье").sent()
    refused.answered(partner, "decline", reason="no_capacity")
    asked = new(
        Said("documents_legal_status", "Паспорт сгорел вместе с домом.", "Хочет восстановить документы.",
             "Илья", "+380500000024", "после 18:00")
    ).hand_over().opened("potential", "deprivation").accepted(52)  # fmt: skip
    asked.offered(services[REMOVAL], "Восстановление паспорта").handed_in()
    food = asked.helped("food", "Продукты на неделю")
    asked.given(food, "Один набор")


def arabic(new: "Begin", services: Services, partner: User) -> None:
    """The Station: a child, a person who took the consent back, a partner that has accepted."""
    new(
        Said("child_in_danger", "طفل في العاشرة ينام وحده في المحطة منذ ثلاث ليالٍ.", "يريد مكاناً دافئاً.",
             "سامي", "", "", ["child_alone"])
    ).hand_over().opened("actual", "deprivation").accepted(10)  # fmt: skip
    running = new(
        Said("forced_return_expulsion", "استلم ورقة تطلب منه المغادرة خلال أسبوعين.", "يريد أن يفهم ما تقوله الورقة.",
             "نادر", "+380500000031", "١٠:٠٠-١٢:٠٠")
    ).hand_over().opened("potential", "coercion").accepted(37)  # fmt: skip
    running.offered(services[PAPERS], "شرح ورقة المغادرة").sent().answered(partner, "accept")
    running.promised(2)
    shut = new(
        Said("psychological_distress", "لا تنام منذ أن فقدت بيتها.", "تريد أن تتحدث مع امرأة.", "هالة",
             "+380500000032", "صباحاً")
    ).hand_over().opened("actual", "deprivation").accepted(63)  # fmt: skip
    shut.taken_back()
    new(
        Said("eviction_property", "صاحب الغرفة يطلب إخلاءها يوم الأحد.", "يريد وقتاً أطول.", "يوسف", "+380500000033", "مساءً")
    ).hand_over()  # fmt: skip


class Begin:
    """A new matter at one place."""

    def __init__(self, matter: Matter) -> None:
        self._of = matter

    def __call__(self, said: Said) -> Matter:
        """Written down, not handed over yet."""
        return Matter(self._of.place, self._of.team, self._of.language).begin(said)


SCENES = {"en": english, "ru": russian, "ar": arabic}
