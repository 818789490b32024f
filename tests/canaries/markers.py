"""Canaries: names, sentences, phone numbers and dates that nobody else has, so that each is known wherever it turns up."""

import random
from dataclasses import dataclass, field

LETTERS = {
    "latin": ("bcdfghjklmnpqrstvwzčñş", "aeiouéüàõ"),
    "cyrillic": ("бвгджзклмнпрстфхцчшщ", "аеийоуяюёї"),
    "arabic": ("بتثجحخدذرزسشصضطظعغفق", "اأإآئوي"),
}
SENTENCES = {
    "latin": "The landlord {} keeps the papers and locks the door at night.",
    "cyrillic": "Хозяин жилья {} забрал документы и запирает дверь на ночь.",
    "arabic": "صاحب السكن {} أخذ الأوراق ويقفل الباب في الليل.",
}
SCRIPTS = tuple(LETTERS)


@dataclass(frozen=True)
class Canary:
    """``needle`` is the part that nobody else has; ``place`` is where it was entered."""

    kind: str
    needle: str
    place: str


@dataclass
class Mint:
    """Makes canaries and remembers each. ``place`` is set by whoever enters the next ones."""

    seed: int = 0
    place: str = ""
    made: list[Canary] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._turn = 0

    def _kept(self, kind: str, needle: str) -> str:
        self.made.append(Canary(kind, needle, self.place))
        return needle

    def name(self, script: str = "") -> str:
        """A name of ten letters; the scripts take turns unless one is asked for."""
        self._turn += 1
        script = script or SCRIPTS[self._turn % len(SCRIPTS)]
        consonants, vowels = LETTERS[script]
        word = "".join(self._random.choice(consonants) + self._random.choice(vowels) for _ in range(5))
        return self._kept(script, word.title() if script != "arabic" else word)

    def plain(self) -> str:
        """A name for where only ASCII fits: addresses, headers, keys."""
        return self._kept("ascii", "Z" + "".join(self._random.choices("bcdfghjklmnpqrstvwxz", k=11)))

    def sentence(self, script: str = "") -> str:
        """What somebody says, with a name in it."""
        self._turn += 1
        script = script or SCRIPTS[self._turn % len(SCRIPTS)]
        return SENTENCES[script].format(self.name(script))

    def phone(self) -> str:
        """A number, written as people write them."""
        digits = "".join(self._random.choices("0123456789", k=7))
        self._kept("phone", f"+380 73 {digits[:3]} {digits[3:5]} {digits[5:]}")
        return self.made[-1].needle

    def day(self) -> str:
        """A sentence with a day of birth in it."""
        year, month, day = self._random.randint(1905, 1929), self._random.randint(1, 12), self._random.randint(1, 28)
        return f"Born on {self._kept('day', f'{year}-{month:02}-{day:02}')}, says the aunt."
