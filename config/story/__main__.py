"""`python -m config.story`: exit code 0 when every step went as it must, else 1 and the reason."""

import json
import os
import sys
from pathlib import Path

from config.story.browser import StoryError
from config.story.play import Play, say


def main() -> int:
    """Play the story of the product that runs at ``AMPARO_URL``."""
    demo = json.loads((Path(os.environ["AMPARO_STATE"]) / "demo.json").read_text())
    try:
        Play(os.environ.get("AMPARO_URL") or demo["url"], demo).all()
    except (StoryError, OSError) as problem:
        say(f"FAILED: {problem}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
