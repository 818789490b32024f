"""Find a person by name among decrypted names, across spellings and scripts, without an index.

For search inside the visible scope only: the caller fetches and decrypts what the actor may see and asks the query
for the rank of each name (safety.md §2: a blind index on first names let a thief recover 43 % of them). A name that
does not match costs under 1 µs in Latin, under 2 µs in Cyrillic or Arabic script; one that passes the sieve, 10–40 µs.
"""

import re

from rapidfuzz.distance import OSA

from foundation.vault.scripts import CLASSES, fold
from foundation.vault.sieve import OPEN_FROM, compile_sieve
from foundation.vault.sounds import distance, is_arabic, sounds, tolerance
from foundation.vault.variants import GROUPS, spellings

EXACT, PREFIX, VARIANT = 0, 1, 2
"""Ranks of a match, best first."""

_MOST_TYPED, _MOST_WORDS, _MOST_LETTERS, _MOST_REMEMBERED = 400, 8, 48, 2_048
_SLIP_FROM = 7

_ARTICLE = r"(?:[aeu]l|[ae][rsdtnz]|ash|[аеэ]ль?|а[рсштзнд]|ال)"
_IS_ARTICLE = re.compile(_ARTICLE)
_SERVANT = re.compile(rf"\b(abd(?:[aeu][lr])?|абд(?:[уе]ль?|[уе]р)?|عبد(?:ال)?)\s+(?:{_ARTICLE}\s+)?(?=[^\W\d]{{3}})")
_RELIGION = re.compile(
    r"(?<=\w\w)\s+(?=(?:[aeu][ld]\s*)?d(?:in|een|ine)\b|(?:[аэеу]ль?\s*|[аэу]д\s*)?дин\b|(?:ال)\s*دين\b)"
)


def _compounds(folded: str) -> list[str]:
    """Split folded text into words, *Abd al-X* and *X al-Din* as one word each: both are one name, in any spelling."""
    joined = _RELIGION.sub("", _SERVANT.sub(r"\1", folded))
    return joined.split()


def _bare(word: str) -> str:
    """Give a folded word without the article written onto it (الزهراء, Alzahra, Azzahra); the word itself if none."""
    if word.startswith("ال") and len(word) >= 5:
        return word[2:]
    is_article = word[:2] in {"al", "el", "ал", "эл"} and word[2:3] not in "aeiouаеиоу"
    if is_article and len(word) >= 7:
        return word[2:].lstrip("ь")
    is_assimilated = word[:1] in {"a", "e", "а", "э"} and word[1:2] == word[2:3]
    return word[2:] if is_assimilated and len(word) >= 6 else word


class _Word:
    """One word of a query, with all that can be worked out before the first name is seen."""

    __slots__ = ("_bare", "_groups", "_is_long", "_remembered", "sieve", "text")

    def __init__(self, text: str) -> None:
        self.text, self._bare = text, _bare(text)
        self._groups = GROUPS.get(text) or GROUPS.get(self._bare) or frozenset()
        self._is_long = len(text) >= _SLIP_FROM
        own = {sounds(text), sounds(self._bare)}
        others = {sounds(word) for word in spellings(text) | spellings(self._bare)} - own
        self.sieve = compile_sieve(text, own, others, is_slip_allowed=self._is_long).search
        self._remembered: dict[str, bool] = {}

    def rank(self, words: list[str]) -> int | None:
        """Give the best rank of this word among the folded ``words`` of a name."""
        if self.text in words:
            return EXACT
        if any(word.startswith(self.text) for word in words):
            return PREFIX
        return VARIANT if any(self._is_variant(word) for word in words) else None

    def _is_variant(self, word: str) -> bool:
        known = self._remembered.get(word)
        if known is None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            known = self._remembered[word] = self._compare(word[:_MOST_LETTERS])
        return known

    def _compare(self, word: str) -> bool:
        bare = _bare(word)
        groups = GROUPS.get(word) or GROUPS.get(bare)
        if groups and self._groups:
            return not groups.isdisjoint(self._groups)
        if self._is_long and word[0] == self.text[0] and OSA.distance(self.text, word, score_cutoff=1) <= 1:
            return True
        return any(self._sounds_like(mine, other) for mine in {self.text, self._bare} for other in {word, bare})

    def _sounds_like(self, mine: str, other: str) -> bool:
        one, two = sounds(mine), sounds(other)
        if len(one) >= OPEN_FROM and two.startswith(one):
            return True
        if not one or not two:
            return False
        apart = distance(one, two, is_one_arabic=is_arabic(mine), is_other_arabic=is_arabic(other))
        return apart <= tolerance(one, two)


class Query:
    """A name as somebody typed it, compiled for one search and thrown away with it.

    What it remembers of the names that it saw (at most 2,048 words per typed word) lives in it and dies with it: never
    keep a query beyond the request. Its ``repr`` says nothing, so that no log learns whom somebody looked for.
    """

    __slots__ = ("_words",)

    def __init__(self, words: list[str]) -> None:
        self._words = tuple(_Word(word) for word in words)

    def __repr__(self) -> str:
        return f"<Query of {len(self._words)} words>"

    def __bool__(self) -> bool:
        return bool(self._words)

    def rank(self, name: str) -> int | None:
        """Give 0 when each typed word stands in ``name``, 1 when each begins one, 2 for variants, None for no match.

        Words may come in any order; the worst word decides. An empty query matches nothing.
        """
        classes = f" {name.translate(CLASSES)}"
        for word in self._words:
            if word.sieve(classes) is None:
                return None
        return self._rank_closely(name) if self._words else None

    def _rank_closely(self, name: str) -> int | None:
        folded = fold(name)
        words = list(dict.fromkeys(folded.split() + _compounds(folded)))
        worst = EXACT
        for word in self._words:
            rank = word.rank(words)
            if rank is None:
                return None
            worst = max(worst, rank)
        return worst


def compile_query(text: str) -> Query:
    """Compile what somebody typed: at most 8 words of 48 letters, articles left out; the rest is ignored.

    0.2 to 1 ms: once per search. Punctuation, emoji and control characters separate words and match nothing.
    """
    words = [word[:_MOST_LETTERS] for word in _compounds(fold(text[:_MOST_TYPED]))]
    named = [word for word in words if not _IS_ARTICLE.fullmatch(word)]
    return Query(list(dict.fromkeys(named or words))[:_MOST_WORDS])
