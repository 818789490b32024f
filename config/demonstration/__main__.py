"""``python -m config.demonstration``: play it into an installation that holds the demonstration's people and no matter yet."""

import os
import sys

import django


def main() -> int:
    """0 when it was played, or was there already."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from config.demonstration import playing

    playing.play()
    return 0


if __name__ == "__main__":
    sys.exit(main())
