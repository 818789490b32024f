"""What is filled in when consent is asked for, by the story and by the tests that type like it."""

from typing import Any

from config.story.browser import Form

EXPLAINED = [
    *("options", "risks", "use", "readers", "limits", "reporting"),
    *("voluntary", "withdraw", "validity", "questions", "understood"),
]


def how_held(form: Form) -> dict[str, Any]:
    """How the conversation was held; the age only where the form still asks for it."""
    said = {
        "elements": EXPLAINED, "mode": "verbal", "interpreter": "none", "is_private": "yes", "explained_by": "me",
        "channel": "spoken",
    }  # fmt: skip
    return {**said, "age": "34"} if "age" in form.names else said
