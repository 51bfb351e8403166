"""Where in a text credentials and card numbers stand, found by pattern and checked by sum.

Every expression is compiled once. None has a quantifier without a bound where another could
take the same characters, so that time grows with the length of a text and nothing else.
Who and where a person is finds `context.personal_patterns`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

MASK = "\ue000"
"""Stands for each character of what was found already; no word, no space, nobody types it."""

Span = tuple[int, int]


class Sensitive(StrEnum):
    """What something is; the word in its placeholder."""

    PRIVATE_KEY = "PRIVATE_KEY"
    TOKEN = "TOKEN"  # noqa: S105  a word in a placeholder
    KEY = "KEY"
    PASSWORD = "PASSWORD"  # noqa: S105  likewise
    CVC = "CVC"
    CARD = "CARD"
    EMAIL = "EMAIL"
    IBAN = "IBAN"
    NATIONAL_ID = "NATIONAL_ID"
    IP = "IP"
    PHONE = "PHONE"


PLACEHOLDER = re.compile(rf"<({'|'.join(Sensitive)})_(\d{{1,9}})>")
"""What stands in a value's place: its kind, and a number."""


def last_placeholders(texts: Iterable[str]) -> tuple[str, ...]:
    """Of each kind that stands in some texts the placeholder with the highest number."""
    last: dict[str, int] = {}
    for text in texts:
        for kind, number in PLACEHOLDER.findall(text):
            last[kind] = max(int(number), last.get(kind, 0))
    return tuple(f"<{kind}_{number}>" for kind, number in sorted(last.items()))


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way in which something sensitive is written."""

    kind: Sensitive
    spans: Callable[[str], Iterator[Span]]


def matching(
    expression: re.Pattern[str],
    *,
    cues: Sequence[str] = (),
    holds: Callable[[str], bool] | None = None,
) -> Callable[[str], Iterator[Span]]:
    """Find by an expression: its group `value` where it has one, else all of it.

    Args:
        expression: What to find.
        cues: Lower-case letters of which some stand in all that it finds; where none do,
            nothing is looked for.
        holds: A sum or another check that what was found must pass.
    """
    group = "value" if "value" in expression.groupindex else 0

    def spans(text: str) -> Iterator[Span]:
        if _lacks(text, cues):
            return
        for match in expression.finditer(text):
            if holds is None or holds(match[group]):
                yield match.span(group)

    return spans


def _lacks(text: str, cues: Sequence[str]) -> bool:
    """Whether no cue stands in a text; most texts lack them, and that is told at once."""
    if not cues or not text.isascii():  # other scripts have letters that match two others
        return False
    lowered = text.lower()
    return not any(cue in lowered for cue in cues)


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > _LAST_DIGIT else value
    return total % 10 == 0


_LAST_DIGIT = 9

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?s:.*?)"
    r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)"
)

# A JSON web token: both its halves are JSON objects in base64.
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{8,}+\.eyJ[\w-]{4,}+(?:\.[\w-]*+)?")

_BEARER = re.compile(
    r"(?<!\w)(?i:bearer)[ \t]{1,3}(?P<value>(?=[\w.~+/=-]*?\d)[\w.~+/=-]{12,}+)"
)
_BASIC = re.compile(
    r"(?<!\w)(?i:basic)[ \t]{1,3}(?P<value>(?=[A-Za-z0-9+/]*?[A-Z])[A-Za-z0-9+/]{12,}+={0,2})(?![\w-])"
)

# Keys by the prefix that their issuer gives them: Anthropic and OpenAI, Stripe, AWS, GitHub,
# GitLab, Slack, Google, SendGrid, Meta, npm, PyPI, Hugging Face, Voyage, Twilio, Telegram.
_KEY = re.compile(
    r"""(?<![\w-])(?:
     sk-(?=[\w-]*?(?:[\dA-Z]|[a-z_]{16}))[\w-]{12,}+
    |[rs]k_(?:live|test)_\w{12,}+ |whsec_[\w+/=]{16,}+
    |A(?:KI|SI)A[A-Z0-9]{16}(?!\w)
    |gh[opsur]_\w{20,}+ |github_pat_\w{20,}+ |glpat-[\w-]{16,}+
    |xox[a-z](?:\.xox[a-z])?-[\w-]{10,}+ |xapp-\d-[\w-]{10,}+
    |AIza[\w-]{30,}+ |ya29\.[\w-]{20,}+ |GOCSPX-[\w-]{20,}+
    |SG\.[\w-]{16,}+\.[\w-]{16,}+
    |EAA[A-Za-z0-9]{40,}+
    |npm_\w{30,}+ |pypi-[\w-]{30,}+ |hf_\w{20,}+ |pa-[\w-]{32,}+
    |SK[0-9a-f]{32}(?!\w)
    |\d{8,10}:AA[\w-]{33}(?![\w-])
    )""",
    re.VERBOSE,
)
_SLACK_HOOK = re.compile(
    r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<value>[\w/]{8,}+)"
)
_URL_PASSWORD = re.compile(
    r"(?<![\w+.-])[A-Za-z][\w+.-]{1,20}+://[^\s/:@<]{0,128}+:(?P<value>[^\s/@\ue000]{1,256}+)@"
)

_OPEN = r"""["'`\u201c\u201e\u00ab]?"""
_VALUE_CHAR = r"""[^\s\ue000"'`\u201c\u201d\u00bb,;]"""
_CUE = r"""(?<![^\W_])(?i:pass(?:word|wd|phrase|code)|pwd|passwort|kennwort
    |mot\ de\ passe|contrase[ñn]a|senha|wachtwoord|parola\ d['\u2019]ordine|пароль
    |密码|密碼|パスワード|비밀번호)"""
_IS = r"(?i:is|ist|lautet|est|es|è|é|was|war|to)"
# "password: hunter2", whatever it is; "the password for the router is hunter2", where a word
# may be only a word, so that it counts by its digits and signs.
_PASSWORD = re.compile(
    rf"""{_CUE}["'`]?(?:
      \s{{0,3}}(?:[:=\uff1a]|是|は)\s{{0,3}}{_OPEN}(?P<stated>{_VALUE_CHAR}{{4,}}+)
     |(?:[ ][\w-]{{1,16}}+){{0,4}}?(?:[ ]{_IS}[ ]|[ ]?[:=][ ]?){_OPEN}
      (?P<told>(?=[^\s]{{0,64}}?[^\s\w.,;:!?"'`)\u2019\u201d-]|[^\s]{{0,64}}?\d){_VALUE_CHAR}{{4,}}+)
    )""",
    re.VERBOSE,
)
_SECRET = re.compile(
    rf"""(?<![^\W_])(?i:(?:api|access|auth|client|secret|private|signing|app|bot|webhook|refresh
      |session|account|master|license|encryption)[ _-]?(?:key|token|secret)|token|secret)
    ["'`]?(?:\s{{0,3}}[:=\uff1a]\s{{0,3}}|[ ]{_IS}[ ]){_OPEN}
    (?P<value>(?=[^\s]{{0,64}}?\d)[\w+/=.~-]{{8,}}+)""",
    re.VERBOSE,
)
_CVC = re.compile(
    r"(?<!\w)(?i:cv[cv]2?|card (?:security|verification) code|security code|prüfziffer)"
    r"\W{0,3}(?:(?i:is|ist|est|es)\W{1,3}|number\W{1,3})?(?P<value>\d{3,4})(?!\w)"
)


_PASSWORD_CUES = ("pass", "pwd", "kennwort", "contrase", "senha", "wachtwoord", "parola")


def _passwords(text: str) -> Iterator[Span]:
    if _lacks(text, _PASSWORD_CUES):
        return
    for match in _PASSWORD.finditer(text):
        yield match.span("stated" if match["stated"] is not None else "told")


_DIGITS_RUN = re.compile(r"(?<!\w)\d+(?:[ \u00a0\u2009\u202f.\u2010-\u2015-]{1,3}\d+)*+")
_DIGITS = re.compile(r"\d+")
_SHORTEST_CARD, _LONGEST_CARD, _MOST_GROUPS = 13, 19, 5
_LONGEST_PHONE = 15  # ITU-T E.164, read 2026-11
_GROUPINGS = frozenset(
    [
        (4, 4, 4, 4),
        (4, 6, 5),
        (4, 6, 4),
        (4, 4, 4, 4, 3),
        (4, 4, 4, 4, 2),
        (4, 4, 4, 1),
        (6, 13),
    ]
)
"""As cards are printed; any other grouping counts only where nothing else stands beside it."""

# Visa, Mastercard, American Express, Diners, JCB, Discover, UnionPay, Maestro, Mir, by the
# prefixes of ISO/IEC 7812: an order number has these beginnings as rarely as the right sum.
_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}"
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12}(?:\d{3})?|62\d{14,17}|(?:5[0678]|6\d)\d{11,17}"
    r"|220[0-4]\d{12,15}"
)


def _cards(text: str) -> Iterator[Span]:
    for run in _DIGITS_RUN.finditer(text):
        if run.end() - run.start() < _SHORTEST_CARD:
            continue
        groups = [match.span() for match in _DIGITS.finditer(text, *run.span())]
        if _is_phone(text, groups):
            continue
        if text[run.end() : run.end() + 1].isalpha():  # a word that only begins with digits
            groups.pop()
        first = place = 0
        while place < len(groups):
            size = _card_groups(text, groups[place : place + _LONGEST_CARD])
            if size:
                yield from _odd_card(text, groups[first:place])
                yield groups[place][0], groups[place + size - 1][1]
                first = place + size
            place += size or 1
        yield from _odd_card(text, groups[first:])


def _is_phone(text: str, groups: list[Span]) -> bool:
    """Whether digits are a phone number as it is dialled from abroad, which no card looks like."""
    first = groups[0][0]
    digits = sum(end - start for start, end in groups)
    return digits <= _LONGEST_PHONE and text[max(first - 1, 0) : first] == "+"


def _card_groups(text: str, groups: list[Span]) -> int:
    """How many groups from the first on are a card as it is printed; 0 if none."""
    for size in range(min(len(groups), _MOST_GROUPS), 0, -1):
        lengths = tuple(end - start for start, end in groups[:size])
        printed = lengths in _GROUPINGS or (size == 1 and not _is_decimal(text, groups[0]))
        if printed and _is_card(text, groups[:size]):
            return size
    return 0


def _odd_card(text: str, groups: list[Span]) -> Iterator[Span]:
    """A card that all of some digits make up, however they are grouped."""
    if 1 < len(groups) <= _LONGEST_CARD and _is_card(text, groups):
        yield groups[0][0], groups[-1][1]


def _is_decimal(text: str, span: Span) -> bool:
    """Whether digits are a part of a number with a point in it."""
    start, end = span
    before, behind = text[max(start - 2, 0) : start], text[end : end + 2]
    return (before[-1:] == "." and before[:-1].isdigit()) or (
        behind[:1] == "." and behind[1:].isdigit()
    )


def _is_card(text: str, groups: list[Span]) -> bool:
    digits = "".join(text[start:end] for start, end in groups)
    if not _SHORTEST_CARD <= len(digits) <= _LONGEST_CARD:
        return False
    plain = "".join(str(int(digit)) for digit in digits)
    return _ISSUED.fullmatch(plain) is not None and passes_luhn(plain)


CUED: tuple[Pattern, ...] = (
    Pattern(Sensitive.PASSWORD, matching(_URL_PASSWORD, cues=("://",))),
    Pattern(Sensitive.PASSWORD, _passwords),
    Pattern(Sensitive.KEY, matching(_SECRET, cues=("key", "token", "secret"))),
)
"""What only the words before it give away, so that it may stand elsewhere without them."""

SECRETS: tuple[Pattern, ...] = (
    Pattern(Sensitive.PRIVATE_KEY, matching(_PRIVATE_KEY)),
    Pattern(Sensitive.TOKEN, matching(_JWT, cues=("eyj",))),
    Pattern(Sensitive.KEY, matching(_KEY)),
    Pattern(Sensitive.KEY, matching(_SLACK_HOOK)),
    CUED[0],
    Pattern(Sensitive.TOKEN, matching(_BEARER, cues=("bearer",))),
    Pattern(Sensitive.TOKEN, matching(_BASIC, cues=("basic",))),
    *CUED[1:],
    Pattern(Sensitive.CVC, matching(_CVC, cues=("cvc", "cvv", "code"))),
    Pattern(Sensitive.CARD, _cards),
)
"""In the order in which they are looked for; what one found is nothing for the next."""
