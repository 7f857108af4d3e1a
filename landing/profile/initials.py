"""The one or two letters that stand for somebody whose face is not shown."""

import re
import unicodedata
from collections.abc import Iterable

_ZWJ = "\u200d"
_VIRAMA_CLASS = 9  # Unicode canonical combining class: it binds two consonants into one letter
_ARTICLES = frozenset("le la les the der die das el il lo los las".split())
_ELISION = re.compile(r"\w{1,3}['’](?=\w)")  # d'Ormesson, dell'Acqua; N'Diaye has no small n
_ARABIC_ARTICLE = "ال"


def person_initials(given_name: str, family_name: str) -> str:
    """The letters of a person; a Chinese, Japanese or Korean family name stands alone."""
    first, last = _letter(given_name), _letter(family_name)
    if last and _is_east_asian(last):
        return last
    return _joined((first, last))


def company_initials(name: str) -> str:
    """The letters of a company, of its first two words that say something."""
    words = [word for word in name.split() if word.lower() not in _ARTICLES] or name.split()
    spoken = [word for word in words if not word[:1].islower()] or words
    letters = [letter for letter in map(_letter, spoken) if letter]
    return _joined(letters[: 1 if letters and _is_east_asian(letters[0]) else 2])


def first_grapheme(text: str) -> str:
    """What a reader takes for the first letter: marks, joined emoji and flags belong to it.

    Source: Unicode Standard Annex 29, 3.1.1 (GB9, GB9a, GB9c, GB11, GB12), in NFC.
    """
    text = unicodedata.normalize("NFC", text)
    end = 2 if _is_flag_letter(text[:1]) and _is_flag_letter(text[1:2]) else 1
    while end < len(text):
        if text[end] == _ZWJ and end + 1 < len(text):
            end += 2
        elif _extends(text[end]) or (_binds(text[end - 1]) and text[end].isalpha()):
            end += 1
        else:
            break
    return text[:end]


def _letter(name: str) -> str:
    """The letter of a name: of its first word that is no particle, written small as «de»."""
    words = name.split()
    main = next((word for word in words if not _bare(word)[:1].islower()), "")
    word = _bare(main or (words[0] if words else ""))
    if len(word) > len(_ARABIC_ARTICLE) + 1:
        word = word.removeprefix(_ARABIC_ARTICLE)
    letter = first_grapheme(word)
    capital = letter.title()  # not upper(): Georgian capitals are for whole words in capitals
    return capital if len(capital) == len(letter) else letter


def _bare(word: str) -> str:
    """A word without what stands before its first letter or digit: quotes, brackets, «d'»."""
    start = next((i for i, character in enumerate(word) if character.isalnum()), 0)
    word = word[start:]
    found = _ELISION.match(word)
    return word[found.end() :] if found and found[0][:1].islower() else word


def _joined(letters: Iterable[str]) -> str:
    """Letters side by side; in Arabic writing they would melt into each other."""
    kept = [letter for letter in letters if letter]
    arabic = any(unicodedata.bidirectional(letter[0]) == "AL" for letter in kept)
    return (" " if arabic else "").join(kept)


def _is_east_asian(letter: str) -> bool:
    return unicodedata.name(letter[0], "").startswith(("CJK", "HANGUL", "HIRAGANA", "KATAKANA"))


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _binds(character: str) -> bool:
    return unicodedata.combining(character) == _VIRAMA_CLASS


def _extends(character: str) -> bool:
    is_skin = "\U0001f3fb" <= character <= "\U0001f3ff"
    is_tag = "\U000e0020" <= character <= "\U000e007f"
    return is_skin or is_tag or unicodedata.category(character) in ("Mn", "Mc", "Me")
