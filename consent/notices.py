"""What is read aloud before details are asked, first version. A new text is a new version, never a change."""

from consent.models import NoticeVersion

VERSION = 1

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
    """Publish this version in every language, once."""
    for language, (text, limits) in TEXTS.items():
        NoticeVersion.objects.get_or_create(
            version=VERSION, language=language, defaults={"text": text, "limits": limits}
        )
