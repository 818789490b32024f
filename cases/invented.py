"""What a decoy may be about: invented, ordinary, and of a kind that asks nobody to do anything now.

Drafts for the officer, who changes them and chooses the alias: whoever knows this file must not know a decoy by its words.
Each ends with the person coming back by themselves, so that nobody phones, visits or refers by mistake.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.watch.decoys import Story

FACTS: dict[str, dict[str, Any]] = {
    "papers": {
        "category": "documents_legal_status", "exposure": "actual", "harm_forms": ["deprivation"],
        "reporter_kind": "affected_person_self", "setting": "hsp", "contact": "none",
    },
    "wages": {
        "category": "trafficking_exploitation_forced_labour", "exposure": "actual", "harm_forms": ["coercion"],
        "reporter_kind": "affected_person_self", "setting": "clinic", "contact": "in_person",
    },
    "messages": {
        "category": "threats_online_digital", "exposure": "actual", "harm_forms": ["coercion"],
        "reporter_kind": "affected_person_self", "setting": "remote", "contact": "none",
    },
    "room": {
        "category": "eviction_property", "exposure": "potential", "harm_forms": ["deprivation"],
        "reporter_kind": "family", "setting": "shelter", "contact": "in_person",
    },
}  # fmt: skip
TITLES = {
    "papers": _("Identity papers that are not given back"),
    "wages": _("Work without pay"),
    "messages": _("Threatening messages"),
    "room": _("A room that may be lost"),
}
# code → (what was said, what the person wants, a note of another day)
TEXTS: dict[str, dict[str, tuple[str, str, str]]] = {
    "en": {
        "papers": (
            (
                "Left the passport as a deposit for a job two months ago. The job is over, the passport is still there. Each "
                "visit ends with a new date."
            ),
            "Wants the passport back without police. Will wait until the end of the month and then come here again.",
            "Came by, nothing new. Was told which papers prove who somebody is meanwhile. No contact from our side, as agreed.",
        ),
        "wages": (
            (
                "Works in a kitchen since spring and sleeps above it. Was paid once. The rest is to come when the season "
                "ends. May leave the house, but is afraid to lose the bed."
            ),
            "Wants to know what a contract must say. Does not want anybody to visit the kitchen.",
            "Explained what a written contract holds and where to ask. The person decides alone and comes on a market day.",
        ),
        "messages": (
            (
                "Gets messages from numbers that change. They name the street and the brother’s school. Nobody came "
                "to the door. Has kept the pictures."
            ),
            "Wants to change the number and asks how. Does not want the family to hear of it yet.",
            "Went through the settings of the phone together. The pictures stay with the person, who comes if it starts again.",
        ),
        "room": (
            (
                "Shares one room with a sister and two children. The house was sold, and the new owner speaks of repairs. "
                "Nothing was written down."
            ),
            "Wants to stay until the school year ends. Asks not to speak to the owner.",
            "The owner said nothing more. The family looks for a room themselves and will say if they need a place to sleep.",
        ),
    },
    "ru": {
        "papers": (
            (
                "Паспорт два месяца в залоге за работу. Работа закончилась, паспорт все еще там. При каждой встрече "
                "называют новую дату."
            ),
            "Просит вернуть паспорт без полиции. Готовность ждать до конца месяца, потом придет снова.",
            "Визит без новостей. Объяснено, какие документы пока подтверждают личность. Сами не звоним.",
        ),
        "wages": (
            (
                "С весны работа на кухне, ночлег этажом выше. Заплатили один раз. Остальное обещают, когда закончится сезон. "
                "Выходить можно, но страшно потерять место для ночлега."
            ),
            "Хочет знать, что должно быть в договоре. Просит, чтобы на кухню никто не приходил.",
            "Рассказано, что содержит письменный договор и где об этом спросить. Решает сам человек, придет в базарный день.",
        ),
        "messages": (
            (
                "Приходят сообщения с номеров, которые меняются. В них названы улица и школа брата. К двери никто не "
                "приходил. Снимки экрана сохранены."
            ),
            "Хочет сменить номер и спрашивает, как. Просит пока не говорить семье.",
            "Вместе просмотрели настройки телефона. Снимки остаются у человека. Вернется, если это начнется снова.",
        ),
        "room": (
            "Одна комната на двоих взрослых и двоих детей. Дом продан, новый хозяин говорит о ремонте. Письменно ничего нет.",
            "Хочет остаться до конца учебного года. Просит не говорить с хозяином.",
            "Хозяин больше ничего не говорил. Семья сама ищет комнату и скажет, если понадобится ночлег.",
        ),
    },
    "ar": {
        "papers": (
            "بقي جواز السفر ضماناً لعمل قبل شهرين. انتهى العمل والجواز ما زال هناك. في كل زيارة يُذكر موعد جديد.",
            "المطلوب استعادة الجواز دون الشرطة. سيكون الانتظار حتى نهاية الشهر ثم العودة إلى هنا.",
            "زيارة دون جديد. شُرحت الأوراق التي تثبت الهوية في هذه الأثناء. لا اتصال من جانبنا كما اتُّفق.",
        ),
        "wages": (
            (
                "عمل في مطبخ منذ الربيع والنوم فوقه. دُفع الأجر مرة واحدة، والباقي موعود به عند نهاية الموسم. الخروج ممكن، لكن "
                "الخوف من فقدان مكان النوم."
            ),
            "المطلوب معرفة ما يجب أن يتضمنه العقد. ولا زيارة للمطبخ من أحد.",
            "شُرح ما يتضمنه العقد المكتوب وأين يُسأل عنه. القرار للشخص وحده، والعودة في يوم السوق.",
        ),
        "messages": (
            "تصل رسائل من أرقام تتغير، وتُذكر فيها أسماء الشارع ومدرسة الأخ الأصغر. لم يأتِ أحد إلى الباب. الصور محفوظة.",
            "المطلوب تغيير الرقم ومعرفة كيفية ذلك. دون إخبار العائلة الآن.",
            "رُوجعت إعدادات الهاتف معاً. تبقى الصور عند الشخص. العودة إذا بدأ الأمر من جديد.",
        ),
        "room": (
            "غرفة واحدة لبالغَين وطفلين. بيع البيت ويتحدث المالك الجديد عن إصلاحات. لا شيء مكتوب.",
            "المطلوب البقاء حتى نهاية السنة الدراسية. ودون التحدث مع المالك.",
            "لم يقل المالك شيئاً آخر. تبحث العائلة عن غرفة بنفسها وستخبر إذا احتاجت إلى مكان للنوم.",
        ),
    },
}
STORIES = {
    language: [Story(code, TITLES[code], *words, facts=FACTS[code]) for code, words in texts.items()]
    for language, texts in TEXTS.items()
}
"""Language → stories, for the officer's page."""
