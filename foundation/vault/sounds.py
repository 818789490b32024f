"""How a word sounds, in one alphabet for Latin, Cyrillic and Arabic, and how far two words are apart.

Costs are tenths of a full vowel change. They were set on the table of pairs in the tests: what must be found, what
must not. Arabic omits short vowels, so that a vowel between its consonants costs next to nothing; the long ones are
written, and leaving one out costs a refusal (محمد and محمود).
"""

import re

from anyascii import anyascii

from foundation.vault.scripts import ARABIC, CYRILLIC

_DIGRAPHS = """
shch:SC szcz:SC schtsch:SC tsch:C tch:C cz:C ch:C sch:S sh:S sz:S dzh:J dj:J zh:J j:J chr:kr chl:kl
ce:se ci:si cy:sy cv:tsv ck:k qu:k q:k c:k kh:X gh:g dh:d th:t ph:f x:ks tz:ts
"""
_LATIN = dict(pair.split(":") for pair in _DIGRAPHS.split())
_LONG_ONES = "ee:i ii:i iy:i yi:i yy:i aa:a uu:U ou:U oo:U aou:aw au:aw ao:aw"
_LONG = dict(pair.split(":") for pair in _LONG_ONES.split())
_GLIDE = r"(?![aeiouyU])"


def _longest_first(spellings: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(spellings, key=len, reverse=True)))


_LATIN_DIGRAPHS, _LONG_VOWELS = _longest_first(_LATIN), _longest_first(_LONG)
_SOFT_GLIDE = re.compile("[ьъ](?=[еиоу])")
_FRENCH_W = re.compile(r"ou(?=[aeiy])")
_SLAVIC_J = re.compile(r"(?<=[ei])J$")
_DIPHTHONG = re.compile(r"[ae][iy]" + _GLIDE)
_VOWEL_Y = re.compile(r"y" + _GLIDE)
_DOUBLED = re.compile(r"(.)\1+")
_SERVANT = re.compile(r"^abd(?:[aeiouU]+l(?=.{2})|[aeiouU]+(?=([a-zSJC])\1)|[aeiou]?)(?=.{3})")
_RELIGION = re.compile(r"(?<=.{3})(?:[aeiouU]*l|[aeiou])?d+[ie]+ne?$")
_ARABIC_SERVANT = re.compile(r"^`bd(?:Al)?(?=.{2})")
_ARABIC_RELIGION = re.compile(r"(?<=.{2})AldYn$")


def _arabic(word: str) -> str:
    """Sounds of an Arabic word: a first alef is any vowel, a last yeh may be *a* (موسى), and so may a last heh."""
    heard = re.sub("^A", "`", "".join(ARABIC.get(letter, letter) for letter in word))
    heard = _DOUBLED.sub(r"\1", _ARABIC_RELIGION.sub("&", _ARABIC_SERVANT.sub("%", heard)))
    return re.sub("(?<=..)h$", "H", re.sub("(?<=.)Y$", "I", heard))


def _spelt(word: str) -> str:
    """Sounds of a Cyrillic word, or of a word in Latin letters or in those that anyascii gives."""
    if word[0] in CYRILLIC:
        return "".join(CYRILLIC.get(letter, letter) for letter in _SOFT_GLIDE.sub("й", word))
    plain = word if word.isascii() else "".join(filter(str.isalpha, anyascii(word).lower()))
    return _LATIN_DIGRAPHS.sub(lambda found: _LATIN[found[0]], plain)


def sounds(word: str) -> str:
    """Give the sounds of one folded ``word``; ``%`` is *abd al-*, ``&`` is *-uddin*. Empty for a word without letters.

    About 5 µs: for the words of a query and of the few names that pass the sieve.
    """
    if not word:
        return ""
    if word[0] in ARABIC:
        return _arabic(word)
    text = _RELIGION.sub("&", _SERVANT.sub("%", _spelt(word)))
    text = _LONG_VOWELS.sub(lambda found: _LONG[found[0]], _FRENCH_W.sub("w", _SLAVIC_J.sub("y", text)))
    return _DOUBLED.sub(r"\1", _VOWEL_Y.sub("i", _DIPHTHONG.sub("E", text)))


_APART = 30
_PAIRS = """
ae5 ao6 ai11 au11 ei4 eo9 eu8 io11 iu11 ou3 Uu0 Uo3 Ue12 Ee4 Ea11 Ei5 yi0 yJ4 ye6
Aa0 Ae4 Ao6 AE6 Wu0 Wo0 WU0 Ww0 Wv3 Yi0 Yy0 YE0 Ye3 YJ4 Ii0 Iy0 IE0 IY0 Ie3 Ia3 Ha0 He2 Hh0 HA2
`a1 `e1 `i1 `o1 `u1 `A1 `E3 `U3 `Y3 `W3 hg4 hX3 Xk4 Xg8 gk8 wv2 wu2 wo3 wU2 fv5 fp12 bp11
SC4 Ss8 Cs8 Jg4 Jz8 JC8 sz10 td11 tQ0 sQ3 dD0 zD3 zZ0 dZ3
"""
_NEAR = {pair[:2]: int(pair[2:]) for pair in _PAIRS.split()}
_COST = _NEAR | {pair[::-1]: cost for pair, cost in _NEAR.items()}
_VOWELS = frozenset("aeiou")
_VOCALIC = frozenset("aeiouyUEAWY`")
_DROP = {"h": 3, "y": 3, "w": 6, "`": 1, "A": 6, "W": 13, "Y": 13, "U": 13, "E": 13, "I": 13, "H": 3}


def _vowel_drop(word: str, place: int, *, is_before_arabic: bool) -> int:
    """Price of leaving out the short vowel at ``place``: dear at the edges (Amin, Amina) and beside another vowel."""
    if place in {0, len(word) - 1}:
        return 6 if place and word[place] == "e" else 15
    if word[place - 1] in _VOCALIC or word[place + 1] in _VOCALIC:
        return 13
    return (2 if word[place] in "ou" else 1) if is_before_arabic else 6


def _drops(word: str, *, is_before_arabic: bool) -> list[int]:
    """Price of leaving out each sound of ``word``; *y* and *h* are dear where they begin a word (Yana, Anna)."""
    prices = []
    for place, sound in enumerate(word):
        if sound in _VOWELS:
            prices.append(_vowel_drop(word, place, is_before_arabic=is_before_arabic))
        elif sound == "U" and is_before_arabic:
            prices.append(5)
        elif place == 0 and (sound == "h" or (sound == "y" and word[1:2] != "e")):
            prices.append(8)
        else:
            prices.append(4 if sound == "C" and word[place - 1 : place] == "S" else _DROP.get(sound, _APART))
    return prices


def is_arabic(word: str) -> bool:
    """Tell whether a folded ``word`` is written in the Arabic script, which leaves short vowels out."""
    return word[:1] in ARABIC


def distance(one: str, other: str, *, is_one_arabic: bool = False, is_other_arabic: bool = False) -> int:
    """Give the cost in tenths of turning the sounds ``one`` into ``other``: weighted edit distance, 5–15 µs."""
    leaving = _drops(one, is_before_arabic=is_other_arabic)
    adding = _drops(other, is_before_arabic=is_one_arabic)
    row = [0]
    for price in adding:
        row.append(row[-1] + price)
    for sound, price in zip(one, leaving, strict=True):
        above, row = row, [row[0] + price]
        for place, heard in enumerate(other):
            same = above[place] if sound == heard else above[place] + _COST.get(sound + heard, _APART)
            row.append(min(same, above[place + 1] + price, row[place] + adding[place]))
    return row[-1]


def tolerance(one: str, other: str) -> int:
    """Give the cost up to which two words are variants: short names differ in little (Omar, Umar; not Ali, Ola)."""
    longest = max(len(one), len(other))
    return 5 if longest <= 4 else 10 if longest <= 6 else 12
