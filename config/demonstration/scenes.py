"""The matters of the demonstration, in three languages. Nobody here exists; the words are invented for it."""

from collections.abc import Callable

from cases.actions.closing import Ending
from cases.vocabulary import Outcome
from config.demonstration import network, working
from config.demonstration.telling import Matter, Said
from consent.vocabulary import Answer
from foundation.accounts.models import User
from referrals.models import Service

Services = dict[str, Service]
Begin = Callable[[Said], Matter]
"""Writes down what somebody said at one place; it is not handed over yet."""
PAPERS, REMOVAL = "Papers and status service", "Advice before a removal"


def english(new: Begin, services: Services, partner: User) -> None:
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
    said = Said("psychological_distress", "Lost the work, cannot eat since.", "Wants no name anywhere.")
    new(said).hand_over(Answer.REFUSED).triaged(Outcome.NO_CONSENT)
    many = Said("documents_legal_status", "Says that every landlord of the street does it.", "Wants no name anywhere.")
    network.put_behind(new(many).hand_over(Answer.REFUSED))
    new(
        Said("trafficking_exploitation_forced_labour", "Works in a kitchen for a bed. Was never paid.",
             "Wants the wages. Does not want to lose the bed before.", "Joss", "+380500000013", "after 21:00")
    ).hand_over().opened("actual", "coercion", "deprivation")  # fmt: skip
    _referred(new, services, partner)
    _saved(new)
    _ended(new)


def _referred(new: Begin, services: Services, partner: User) -> None:
    """A partner is asked, an authority is spoken to; another case was helped by a partner and by us."""
    waiting = new(
        Said("documents_legal_status", "The employer keeps the passport in a safe.", "Wants the passport, without police.",
             "Mika", "+380500000014", "10:00-12:00")
    ).hand_over().opened("actual", "coercion").accepted()  # fmt: skip
    waiting.offered(services[PAPERS], "Help to get a passport back from an employer").sent()
    waiting.promised(3)
    network.raised(
        waiting,
        "An employer keeps the passport of a worker in a safe. We ask the office to have it handed back.",
        "They will write to the owner of the house within ten days.",
    )
    network.beside(waiting)
    new(
        Said("documents_legal_status", "The pass for the harbour has run out; the office is shut on the days off.",
             "Wants to go there alone and tell as little as possible.", "Kit", "+380500000017", "after 19:00")
    ).hand_over().opened("potential", "deprivation").accepted(33).carried(
        services[PAPERS], "Help to have a pass renewed"
    )  # fmt: skip
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
    working.follow(done)


def _saved(new: Begin) -> None:
    """A life depends on it, and the surgery that is open has no agreement in force: phoned, told, to be looked back at."""
    new(
        Said("physical_safety", "Was beaten last night and coughs blood.", "Wants a doctor, now.", "Vik",
             "+380500000018", "at any time", ["death_threat_72h"])
    ).hand_over().opened("actual", "violence").accepted(23).saved(
        Service.objects.select_related("partner__organisation").get(name=network.SURGERY),
        "Coughs blood, and no other surgery is open at night.",
    ).sent()  # fmt: skip


def _ended(new: Begin) -> None:
    """A case that was closed with a lower risk, one that was closed and opened again."""
    over = new(
        Said(
            "threats_online_digital", "Pictures were sent to the whole class.", "Wants them gone. Wants to finish school.",
            "Bo", "+380500000016", "after 16:00",
        )
    ).hand_over().opened("actual", "coercion").accepted(19)  # fmt: skip
    about = {
        "risk": "GPC-11", "source": "online", "exposure": "actual", "intent": "deliberate", "subject": "person",
    }  # fmt: skip
    first = working.assess(over, about, (3, 2, 1, 1, 2), "New pictures every few days; the class knows.", 3)
    step = working.plan(over, "Report the account together with the school", "team", 2, "responsive")
    working.done(over, step)
    working.look_again(over, first, (1, 1, 2, 3, 3), "The account is gone; a teacher looks after it.", 1)
    goal = Ending(
        "goals_met_risk_reduced",
        "safer",
        words="The account is gone, and school goes on.",
        unfollowed="She writes to us herself if it starts again.",
    )
    working.close(over, goal, "")
    back = new(
        Said("neglect_abandonment", "The grandmother cannot climb the stairs any more.", "Wants to see the sea again.",
             "Nan", "+380500000017", "mornings")
    ).hand_over().opened("actual", "deprivation").accepted(81)  # fmt: skip
    working.describe(back, "no_specific_crisis", ["health"], walking="lot", hearing="some")
    working.done(back, working.plan(back, "Carry the shopping up twice a week", "team", 3, "responsive", "remedial"))
    working.close(
        back,
        Ending("person_requested_closure", "unknown", "She did not want to talk about it.", unfollowed="Her wish."),
        "She left it open.",
    )
    working.reopen(back, "She phoned: nobody comes any more.")


def russian(new: Begin, services: Services, partner: User) -> None:
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
    looked = new(
        Said("physical_safety", "Сосед угрожает каждый вечер и стучит в дверь.", "Хочет спать спокойно.",
             "Тарас", "+380500000025", "днем")
    ).hand_over().opened("actual", "violence").accepted(44)  # fmt: skip
    about = {
        "risk": "GPC-11", "source": "community", "exposure": "actual", "intent": "deliberate", "subject": "person",
    }  # fmt: skip
    working.assess(looked, about, (2, 2, None, 1, 2), "Стучит, но не входит. Кто мог бы помочь, пока неизвестно.", 3)
    planned = new(
        Said("eviction_property", "Хозяин требует освободить комнату до конца месяца.", "Хочет другую комнату рядом.",
             "Оксана", "+380500000026", "вечером")
    ).hand_over().opened("potential", "deprivation").accepted(38)  # fmt: skip
    working.plan(planned, "Вместе прочитать договор", "owner", 2)
    working.plan(planned, "Спросить у сестры про комнату", "person", 5)


def arabic(new: Begin, services: Services, partner: User) -> None:
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
    thinking = new(
        Said("documents_legal_status", "فقد أوراقه في البحر.", "يريد أن يفكر قبل أن يقرر.", "عمر", "+380500000034", "ظهراً")
    ).hand_over().opened("actual", "deprivation").accepted(26)  # fmt: skip
    working.wait(thinking, "thinking", 4)
    gone = new(
        Said("other", "كان يحتاج إلى عنوان فقط.", "لا يريد أن يبقى شيء مكتوباً.", "زيد", "+380500000035", "صباحاً")
    ).hand_over().opened("potential", "deprivation").accepted(48)  # fmt: skip
    working.erase(gone)


SCENES = {"en": english, "ru": russian, "ar": arabic}
