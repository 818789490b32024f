"""What is said and shown before details are asked. A new text is a new version, never a change.

The first version was spoken only; the second has three channels (``texts/2/<language>-<channel>.txt``: the explanation,
a line of ``===``, the limits of confidentiality). Later ones are written and published on the data officer's pages.
"""

from pathlib import Path

from django.conf import settings

from consent.models import NoticeVersion
from consent.vocabulary import Channel

TEXTS_OF = {2: Path(__file__).parent / "texts" / "2"}

TEXTS = {
    "en": (
        (
            "What you tell me is read only by me, our protection focal point and who stands in for them. It is not "
            "passed to anybody outside "
            "unless you agree. You may refuse any part, and take your words back later. The help you receive here does not "
            "depend on your answers."
        ),
        (
            "There are three exceptions: if a life is in danger, if a child is in danger, or if the law obliges us to "
            "report. You would be told first."
        ),
    ),
    "ru": (
        (
            "То, что вы расскажете, прочитаем только я, наш координатор по вопросам предоставления защиты и его заместитель. "
            "За пределы "
            "нашей организации это не передается без вашего согласия. От любой части можно отказаться, и сказанное можно "
            "взять назад позже. Помощь, которую вы здесь получаете, не зависит от ваших ответов."
        ),
        (
            "Есть три исключения: если в опасности чья-то жизнь, если в опасности ребенок или если сообщить об этом нас "
            "обязывает закон. Об этом вам скажут заранее."
        ),
    ),
    "ar": (
        (
            "ما تقوله لي نقرؤه أنا ومنسّق الحماية ومن ينوب عنه فقط. ولا يُنقل إلى غيرنا إلا بالموافقة. يمكن رفض أي جزء، "
            "ويمكن سحب "
            "الكلام لاحقاً. والمساعدة التي تُقدَّم هنا لا تتوقف على الإجابات."
        ),
        ("هناك ثلاثة استثناءات: حياة في خطر، أو طفل في خطر، أو إذا ألزمنا القانون بالإبلاغ. وسيُقال لك ذلك أولاً."),
    ),
}


def install() -> None:
    """Publish the versions that ship here, once, in every language and channel."""
    for language, (text, limits) in TEXTS.items():
        _publish(1, language, Channel.SPOKEN, text, limits)
    for version, folder in TEXTS_OF.items():
        for language, _name in settings.LANGUAGES:
            for channel in Channel.values:
                text, limits = (folder / f"{language}-{channel}.txt").read_text("utf-8").split("\n===\n")
                _publish(version, language, channel, text.strip(), limits.strip())


def _publish(version: int, language: str, channel: str, text: str, limits: str) -> None:
    NoticeVersion.objects.get_or_create(
        version=version, language=language, channel=channel, defaults={"text": text, "limits": limits}
    )


def current() -> dict[str, dict[str, list[str]]]:
    """What is said now: language → channel → text and limits; what a new version starts from."""
    found: dict[str, dict[str, list[str]]] = {}
    for language, _name in settings.LANGUAGES:
        for channel in Channel:
            notice = NoticeVersion.current(language, channel)
            found.setdefault(language, {})[str(channel)] = [notice.text, notice.limits]
    return found
