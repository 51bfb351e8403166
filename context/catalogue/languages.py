"""Which file holds which language."""

from collections.abc import Mapping

from context.catalogue.arabic import ARABIC
from context.catalogue.chinese import CHINESE
from context.catalogue.dutch import DUTCH
from context.catalogue.english import ENGLISH
from context.catalogue.french import FRENCH
from context.catalogue.german import GERMAN
from context.catalogue.hindi import HINDI
from context.catalogue.indonesian import INDONESIAN
from context.catalogue.italian import ITALIAN
from context.catalogue.japanese import JAPANESE
from context.catalogue.portuguese import PORTUGUESE
from context.catalogue.russian import RUSSIAN
from context.catalogue.sentences import Sentences
from context.catalogue.spanish import SPANISH
from context.catalogue.turkish import TURKISH
from context.language import Language

SENTENCES: Mapping[Language, Sentences] = {
    Language.ENGLISH: ENGLISH,
    Language.GERMAN: GERMAN,
    Language.FRENCH: FRENCH,
    Language.SPANISH: SPANISH,
    Language.PORTUGUESE: PORTUGUESE,
    Language.ITALIAN: ITALIAN,
    Language.DUTCH: DUTCH,
    Language.TURKISH: TURKISH,
    Language.ARABIC: ARABIC,
    Language.HINDI: HINDI,
    Language.INDONESIAN: INDONESIAN,
    Language.RUSSIAN: RUSSIAN,
    Language.JAPANESE: JAPANESE,
    Language.CHINESE: CHINESE,
}
"""Every language's sentences; a test proves that none is left out."""
