"""Where words of Latin script and numbers begin and end. (``\\b`` of a regex is useless beside Chinese.)"""

from __future__ import annotations

__all__ = ["begins_inside_word", "continues_word", "is_word_rim"]


def is_word_rim(character: str) -> bool:
    """True for the characters that words of Latin script and numbers are made of, after normalisation."""
    return character.isascii() and character.isalnum()


def continues_word(rim: str, neighbour: str) -> bool:
    """True if ``neighbour`` continues the word or number that ``rim`` belongs to: letters with letters, digits with digits."""
    return neighbour.isascii() and ((rim.isalpha() and neighbour.isalpha()) or (rim.isdigit() and neighbour.isdigit()))


def begins_inside_word(text: str, at: int, numbers: bool = False) -> bool:
    """True if a letter of Latin script stands at ``at`` and directly before it: no pattern begins there, as no word does; ``numbers``: or a digit."""
    return (
        at > 0
        and text[at].isascii()
        and (text[at].isalpha() or (numbers and text[at].isdigit()))
        and continues_word(text[at], text[at - 1])
    )
