"""Which file holds which language."""

from collections.abc import Mapping

from context.catalogue.english import ENGLISH
from context.catalogue.sentences import Sentences
from context.language import Language

SENTENCES: Mapping[Language, Sentences] = dict.fromkeys(Language, ENGLISH)
"""Every language's sentences; a test proves that none is left out."""
