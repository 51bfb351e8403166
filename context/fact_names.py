"""What a fact is called: a short label from the words around it, such as "order number".

The words before it in the same clause count ("my order number is …"), else those behind it
that are tied to it ("… is my order number", "… for the lamp"). The label helps to find the fact again; it is never a claim.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from context.fact_patterns import FactKind, Mention

_BEFORE_CHARS = 80
_AFTER_CHARS = 48
_MOST_WORDS = 3
_WORD_CHARS = 24
_UNSPACED_CHARS = 8

# Words that carry no name, of the languages most written to us.
_SMALL_WORD_LIST = """
a about actually again all also am an and any are as at be been but by call can check could
did do does find for from get give given go got had has have he her here hers his i i'm if in
into is it it's its just know let like may me meet mine must my need needs new not
now of oh on or our ours out pay please really remember said say says see send she should so
some still than that that's the their them then there these they this those to too up us use
used want was we were what when where which who will with would yes you your yours
aber als am an auch auf aus bei bitte da das dass dein deine dem den der des die doch du ein
eine einem einen einer er es für habe haben hat ich ihr ihre im in ist jetzt lautet mein
meine meinem meinen meiner mit nach neue nicht noch oder sein sie sind um und unser von vom
vor war wir wird zu zum zur
al au aux avec c'est ce ces cette como con da das de del della des di do dos du e el ella em
en es est et étais était este está eu fue gli ho i il io j'ai je l la las le les lo los ma
mais me mes mi mia mio mis moi mon na ne nella no nos notre nous o os où para per por pour
que qui sa ses si sì sont su sul sur sus ta te tu un una une uno vos votre vous y
aan bij dat een het ik is mijn naar nu om onze op te van voor was wij zijn
"""
SMALL_WORDS = frozenset(_SMALL_WORD_LIST.split()) - {"no"}  # "no." asks for a number
_JOINING_WORDS = frozenset(["of", "for", "de", "del", "des", "du", "di", "da", "von", "van"])

# They begin what is named: "changed my pin to" speaks of a pin.
_BEGINNING_WORD_LIST = """
a an any her his my our that the their this your das dein deine dem den der die ein eine einen
ihr ihre mein meine meinem meinen meiner unser el la las le les los ma mes mi mis mon nos notre
su sus ta tes tu tus un una une vos votre il lo mia mio sua suo o os um uma een het mijn onze
"""
_BEGINNING_WORDS = frozenset(_BEGINNING_WORD_LIST.split())

# Their figure is asked for as their number: "order 48213" is an order number.
_NUMBERED_LIST = """
account apartment appointment bill booking bus case claim client confirmation contract coupon
customer delivery employee file flat flight gate insurance invoice item licence license member
membership model order parcel part passport patient payment phone platform policy receipt
registration reservation room seat serial shipment ticket track tracking train
transaction voucher
"""
_NUMBERED = frozenset(_NUMBERED_LIST.split())
_NUMBER_WORDS = frozenset(["code", "id", "no", "nr", "number", "pin", "ref", "reference"])

_CLAUSE_END = re.compile(
    r"[\n\r\t;!?\u3002\uff01\uff1f\uff1b\uff0c\u3001()\[\]{}<>|\"“”„«»•]"
    r"|[,:](?=\s)|(?<!\bno)(?<!\bnr)\.(?=\s)|\s[-\u2013\u2014]\s",
    re.IGNORECASE,
)
_MARKS = " \t\u00a0:=\uff1a#№-\u2013\u2014>*_\"'“„«`(~,"
_CLOSING_MARKS = " \"'”»`*_)"
_STATED = re.compile(
    r"(?:[:=\uff1a是为為は]|(?<!\w)(?:is|are|was|ist|lautet|war|est|es|era|è|é|to|هو|هي)"
    r"(?:\s(?:now|jetzt|nun|maintenant|désormais|ahora|agora|ora|adesso|nu|الآن))?)"
    r"[\s:=\uff1a\"'“„«`*_(#№]*$",
    re.IGNORECASE,
)
_STATED_BEHIND = re.compile(
    r"\s*(?:(?:is|was|are|ist|war|est|es|è|é)(?!\w)|[=是])", re.IGNORECASE
)
# "€20 for the lamp"
_BELONGING = re.compile(r"(?:for|of|per|für|pour|para|por|di|del|van)(?!\w)", re.IGNORECASE)

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]+")
_UNSPACED_SMALL = re.compile(
    r"^(?:我的|我们的|你的|您的|私の|的|の)|(?:号码是|[是为為はがの])$"
)


@dataclass(frozen=True, slots=True)
class Naming:
    """What a fact is called; `is_stated` where the words say that this is it."""

    name: str
    is_stated: bool


def namings(text: str, mentions: Sequence[Mention]) -> Iterator[Naming]:
    """Name facts by the words around them; a name is empty where they say nothing.

    Args:
        text: Where the facts stand.
        mentions: The facts, in the order they stand there.
    """
    last, last_name = Mention(FactKind.QUOTE, 0, 0), ""
    ends = [*(mention.start for mention in mentions[1:]), len(text)]
    for mention, end in zip(mentions, ends, strict=False):
        start = max(min(last.end, mention.start), mention.start - _BEFORE_CHARS)
        naming = _naming(
            text[start : mention.start],
            text[mention.end : min(end, mention.end + _AFTER_CHARS)],
            inherited=last_name if _are_alike(last, mention) else "",
        )
        if mention.kind is not FactKind.QUOTE:  # which may hold the next one
            last, last_name = mention, naming.name
        if mention.kind is FactKind.IDENTIFIER:
            naming = replace(naming, name=_numbered(naming.name))
        yield naming


def _are_alike(one: Mention, other: Mention) -> bool:
    return one.kind is other.kind or {one.kind, other.kind} == {FactKind.DATE, FactKind.TIME}


def _naming(before: str, behind: str, *, inherited: str) -> Naming:
    # A space again, so that a full stop still ends a clause.
    clause = _CLAUSE_END.split(before.rstrip(_MARKS) + " ")[-1]
    if words := _content_words(reversed(clause.split())):
        return Naming(" ".join(words[::-1]), is_stated=_STATED.search(before) is not None)
    behind = behind.lstrip(_CLOSING_MARKS)
    is_stated = _STATED_BEHIND.match(behind) is not None
    if inherited and not is_stated and _CLAUSE_END.search(before) is None:
        return Naming(inherited, is_stated=False)  # "orders 1001 and 1002"
    if not is_stated and _BELONGING.match(behind) is None:
        return Naming("", is_stated=False)
    words = _content_words(_CLAUSE_END.split(behind)[0].split())
    return Naming(" ".join(words), is_stated=is_stated and bool(words))


def _numbered(name: str) -> str:
    words = name.split()
    if not _NUMBER_WORDS.isdisjoint(words):
        return name
    return " ".join(f"{word} number" if word in _NUMBERED else word for word in words)


def _content_words(words: Iterable[str]) -> list[str]:
    """The first words that carry a name, going on over small ones where those join them."""
    found: list[str] = []
    gap: set[str] = set()
    for word in map(_bare, words):
        if (
            word in SMALL_WORDS
            or not any(map(str.isalpha, word))
            or any(map(str.isdigit, word))
        ):
            gap.add(word)
        elif found and gap and not _joins(gap, len(found)):
            break
        else:
            found.append(word)
            gap = set()
    return found[:_MOST_WORDS]


def _joins(gap: set[str], found: int) -> bool:
    """Whether small words tie what is before them to what is behind: "ticket I opened"."""
    return not gap.isdisjoint(_JOINING_WORDS) or (
        found == 1 and gap.isdisjoint(_BEGINNING_WORDS)
    )


def _bare(word: str) -> str:
    """A word in lower case without marks; of a script without spaces, its last few characters."""
    if run := _UNSPACED.findall(word):
        return _UNSPACED_SMALL.sub("", run[-1])[-_UNSPACED_CHARS:]
    bare = word.strip(f"{_MARKS}{_CLOSING_MARKS}.?!;")[-_WORD_CHARS:].lower()
    return bare if len(bare) > 1 else ""
