"""The expression that finds what looks like a fact: one pass, so that nothing is read twice.

Its parts stand in order of preference: what is a date is no longer a number. No quantifier is
without a bound where another could take the same characters, so its time grows with the length
of a text and nothing else. `#` and blanks are escaped, because it is compiled as verbose.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class FactKind(StrEnum):
    """What a fact is; the first kinds are kept longest where not all can be kept.

    Of the first three and the last the value is a whole sentence. A question is one that is
    open. A settlement says that a promise was kept or is no longer wanted: it is only there
    to close promises, and never told.
    """

    INSTRUCTION = "instruction"
    PROMISE = "promise"
    QUESTION = "question"
    IDENTIFIER = "identifier"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    AMOUNT = "amount"
    DATE = "date"
    TIME = "time"
    LINK = "link"
    VERSION = "version"
    PATH = "path"
    QUOTE = "quote"
    SETTLEMENT = "settlement"


@dataclass(frozen=True, slots=True)
class Mention:
    """Where in a text a fact stands."""

    kind: FactKind
    start: int
    end: int


# Of scripts whose words stand apart; those of others, such as Chinese, touch their figures.
_L = r"A-Za-z\u00C0-\u024F\u0370-\u03FF\u0400-\u04FF"
_UPPER = r"A-Z\u00C0-\u00DE"
_W = rf"{_L}\d_"
_END = rf"(?![{_W}])"
_GAP = r"[\ \u00a0\u202f]"

# November · nov. · märz · février · de abril · ноября
_MONTH = r"""(?i:jan(?:uary|uari|uar|vier|eiro|\.)?|feb(?:ruary|ruari|ruar|braio|rero|\.)?
 |f[ée]v(?:rier|ereiro|\.)?|m(?:ar(?:ch|s|zo|ço|t|\.)?|ärz|aart|ay|ai|aio|ayo|aggio|ei|arta|ay\u0131s)
 |apr(?:il|ile|\.)?|abr(?:il|\.)?|avr(?:il|\.)?|jun(?:e|i|ho|io|\.)?|juin|giugno
 |jul(?:y|i|ho|io|\.)?|juil(?:let|\.)?|luglio|aug(?:ust|ustus|\.)?|ao[ûu]t|ago(?:sto|\.)?
 |sept?(?:ember|embre|iembre|\.)?|set(?:tembre|embro|\.)?|o[ck]t(?:ober|obre|ubre|\.)?
 |ottobre|out(?:ubro|\.)?|nov(?:ember|embre|iembre|embro|\.)?|de[cz](?:ember|embre|embro|\.)?
 |d[ée]c(?:embre|\.)?|dic(?:iembre|embre|\.)?
 |января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря
 |ocak|şubat|nisan|haziran|temmuz|ağustos|eylül|ekim|kas\u0131m|aral\u0131k
 |जनवरी|फ़रवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|सितम्बर|अक्टूबर|नवंबर|नवम्बर|दिसंबर|दिसम्बर
 |يناير|فبراير|مارس|أبريل|ابريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر)"""

# November 20th, 2026 · May 2027
_MONTH_FIRST = rf"""{_MONTH}{_GAP}
 (?:\d\d?(?:st|nd|rd|th)?{_END}(?:,?{_GAP}\d{{4}}{_END})?|\d{{4}}{_END})"""

# 2026-11-20T10:00:00Z · 2026/11/20 · 20.11.26 · 20. November 2026 · 10-12 March · 3 de mayo · 2026年11月20日
_DATE = rf"""\d{{4}}-\d\d?-\d\d?
   (?:[T\ ]\d\d?:\d\d(?::\d\d(?:\.\d{{1,9}})?)?(?:Z|[+-]\d\d:?\d\d)?)?{_END}
 |\d{{4}}(?P<cut>[./])\d\d?(?P=cut)\d\d?{_END}
 |\d\d?(?P<part>[./-])\d\d?(?P=part)(?:\d{{4}}|\d\d){_END}
 |(?:\d\d?\.?{_GAP}?[-\u2013]{_GAP}?)?\d\d?(?:st|nd|rd|th|er|\.|º|°)?{_GAP}(?:of{_GAP}|de{_GAP}|d['\u2019])?{_MONTH}{_END}
   (?:,?{_GAP}(?:de{_GAP}|del{_GAP})?\d{{4}}{_END})?
 |(?:\d{{4}}{_GAP}?[年년]{_GAP}?)?\d\d?{_GAP}?[月월]{_GAP}?\d\d?{_GAP}?[日號号일]"""

# 10:30 · 10:30:05 pm · 9 Uhr · 10h30 · 10点30分
_TIME = rf"""\d\d?\.\d\d{_GAP}?(?i:uhr){_END}
 |\d\d?:\d\d(?::\d\d)?(?:{_GAP}?(?i:[ap]m|[ap]\.m\.|uhr|h))?{_END}
 |\d\d?{_GAP}?(?i:[ap]m|[ap]\.m\.|uhr|o['\u2019]clock|h\d\d){_END}
 |\d\d?[时時点點시](?:\d\d?[分분])?"""

_NUMBER = r"(?:\d{1,3}(?:[\ \u00a0\u202f.,'\u2019]\d{3}){1,4}|\d{1,15})(?:[.,]\d{1,4})?"
_TIMES = rf"(?:{_GAP}?(?i:k|mn?|bn|million|billion|thousand|mio|mrd){_END})?"
_SIGN = r"[$€£¥₹₽₩₺₴₫฿₪₦₱₡₲₵₸]"
_CURRENCY = r"""(?i:EUR|USD|GBP|CHF|JPY|CAD|AUD|NZD|INR|BRL|MXN|CNY|RMB|SEK|NOK|DKK|PLN|CZK|HUF
 |TRY|TL|liras?|lira|z[łl]|K[čc]|kr|RUB|UAH|ILS|ZAR|SGD|HKD|KRW|THB|AED|SAR|euros?|dollars?|bucks|pounds|cents?|yen|francs?
 |francos|franken|rupees|pesos?|reais|\u0440\u0443\u0431[\u0430-\u044f]{0,4}
 |रुपये|रुपए|रुपया|रु|ريال|درهم|جنيه|دينار|دولار|يورو|ليرة)"""

# 1,250.50 USD · 5 000 € · 3.5 million dollars · 3,500元 · 15 %
_AMOUNT = rf"""{_NUMBER}{_TIMES}
 (?:{_GAP}?(?:{_SIGN}|[元円圓원])|{_GAP}?{_CURRENCY}{_END}|{_GAP}?%)"""
# €20 · US$ 1.2k · CHF 50
_SIGN_FIRST = rf"(?:US|CA?|AU?|NZ|HK|S|R|MX)?{_SIGN}{_GAP}?{_NUMBER}{_TIMES}"
_CURRENCY_FIRST = rf"{_CURRENCY}{_GAP}?{_NUMBER}{_END}"

# 0151 2345678 · 11 98765-4321 · 415-555-0100
_PHONE = rf"""0\d{{1,5}}[\ /-]\d{{2,8}}(?:[\ -]\d{{2,8}}){{0,4}}(?![{_W}-])
 |\d\d\ 9?\d{{4}}-\d{{4}}{_END}
 |\d{{3}}(?P<dash>[\ .-])\d{{3}}(?P=dash)\d{{4}}{_END}"""
# +1 (415) 555-0100 · (0151) 234 567
_SIGNED_PHONE = rf"""\+\d{{1,3}}(?:[\ \u00a0().-]{{0,2}}\d){{6,13}}{_END}
 |\(\d{{2,5}}\){_GAP}?\d{{2,5}}(?:[\ -]\d{{2,5}}){{0,3}}{_END}"""

_URL = rf"[!\#-;=?-_a-~{_L}]{{1,2048}}+"
_LINK = rf"(?i:https?|ftp)://{_URL}|(?i:www)\.{_URL}"
_EMAIL = rf"[{_W}.+%-]{{1,64}}+@[{_W}-]{{1,63}}+(?:\.[{_W}-]{{1,63}}+){{1,5}}"

_STEP = rf"[{_W}.@%+-]{{1,64}}+"
_EXTENSION = r"""(?i:pdf|docx?|xlsx?|pptx?|odt|csv|tsv|txt|md|json|ya?ml|toml|xml|html?|py|js|ts
 |sql|sh|log|png|jpe?g|gif|heic|svg|mp[34]|mov|wav|ogg|zip|gz|ics|eml)"""
# src/app/main.py · C:\Users\ada.txt · report.pdf
_PATH = rf"""[A-Za-z]:(?:\\{_STEP}){{1,64}}+
 |(?<!/)[{_W}.-]{{1,64}}+(?:/{_STEP}){{1,16}}+
   (?:(?<=\.[a-z])|(?<=\.[a-z]\w)|(?<=\.[a-z]\w\w)|(?<=\.[a-z]\w\w\w))
 |[{_W}-]{{1,64}}+\.{_EXTENSION}{_END}"""
# /etc/hosts · ~/notes/today · ../src/app
_ROOTED_PATH = rf"(?:~|\.{{1,2}})?/{_STEP}(?:/{_STEP}){{1,64}}+/?"

# v2 · v2.0.1-rc.1 · 3.11.7
_SUFFIX = r"(?:-[\dA-Za-z]{1,16}(?:\.[\dA-Za-z]{1,16}){0,3})?"
_V_FIRST = rf"[vV]\d{{1,4}}(?:\.\d{{1,6}}){{0,4}}{_SUFFIX}{_END}"
_VERSION = rf"\d{{1,4}}(?:\.\d{{1,6}}){{2}}{_SUFFIX}(?![{_W}.])"

_NAME = rf"[{_W}'\u2019-]{{0,24}}+"
_TOWN = rf"(?:,\ [{_UPPER}]{_NAME}(?:\ [{_UPPER}\d]{_NAME}){{0,3}}){{0,2}}"
# 10 Downing Street, London SW1A 2AA · 12 rue de la Paix, 75002 Paris
_NUMBER_STREET = rf"""\d{{1,5}}[A-Za-z]?\ (?:[{_UPPER}][{_W}'\u2019.-]{{0,24}}+\ ){{1,4}}
   (?i:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|way|court|ct|place|pl
    |square|sq|terrace|parkway|highway|hwy){_END}{_TOWN}
 |\d{{1,4}}(?:\ ?(?:bis|ter))?,?\ (?:rue|avenue|boulevard|place|chemin|quai|allée)
   \ [{_L}'\u2019\ -]{{2,40}}(?:,\ \d{{5}}\ [{_L}-]{{2,40}})?"""
# Hauptstraße 5a, 10115 Berlin · Via Roma 12 · Rue de la Loi 16, 1000 Bruxelles · SW1A 2AA
_STREET_NUMBER = rf"""[{_UPPER}][{_L}-]{{1,40}}
   (?:(?<=straße)|(?<=strasse)|(?<=weg)|(?<=platz)|(?<=allee)|(?<=gasse)|(?<=ring)|(?<=ufer)
    |(?<=damm)|(?<=straat)|(?<=laan)|(?<=plein)|(?<=str)\.)
   \ \d{{1,4}}(?:\ ?[a-z])?{_END}(?:,?\ \d{{4,5}}\ [{_UPPER}][{_L}-]{{1,40}})?
 |(?:Via|Viale|Piazza|Corso|Calle|Avenida|Plaza|Rua|Rue|Avenue|Boulevard)
   \ [{_L}'\u2019.\ -]{{2,40}},?\ \d{{1,4}}{_END}(?:,?\ \d{{4,5}}\ [{_UPPER}][{_L}-]{{1,40}})?
 |[{_UPPER}İŞÇ][{_L}-]{{1,40}}\ (?:Caddesi|Sokağ\u0131|Sokak|Bulvar\u0131)\ (?:No[:.]?\ ?)?\d{{1,4}}{_END}
 |[A-Z]{{1,2}}\d[A-Z\d]?\ \d[A-Z]{{2}}{_END}"""

# DE89 3704 0044 0532 0130 00 · 1234 5678 9012
_IBAN = rf"[A-Z]{{2}}\d\d(?:{_GAP}[A-Z\d]{{4}}){{2,7}}(?:{_GAP}[A-Z\d]{{1,3}})?{_END}"
# LH 438 · B-XY 1234
_CARRIER = rf"(?!(?:A[MNT]|BY|I[DNS]|MY|N[OR]|O[FNR]|P[MO]|TO|WE){_GAP})[A-Z]{{2}}{_GAP}\d{{3,4}}{_END}"
_PLATE = rf"[A-ZÄÖÜ]{{1,3}}-[A-Z]{{1,2}}{_GAP}\d{{1,4}}[EH]?{_END}"
_GROUPS = rf"\d{{4}}(?:[\ -]\d{{4}}){{2,4}}{_END}"
# Any word with a digit in it: PR-2291 · 48213 · 2024/0931 · 10.0.0.1
_TOKEN = rf"""(?:[{_L}_]{{1,32}}+[-./_]?){{0,4}}\d[{_W}]{{0,63}}+
 (?:[-_./:\#,'\u2019][{_W}]{{1,63}}+){{0,8}}+"""

# Most words end before a blank and hold nothing but letters: they are passed over at once.
_MAY_BE_MORE = rf"(?=[{_L}_]{{1,32}}+(?:[^\s,;!?)]|{_GAP}\d))"


def _either(start: str, *parts: tuple[FactKind, str]) -> str:
    """Name each part by its kind, and by a start of its own, because names are unique."""
    return "|".join(f"(?P<{start}{n}_{kind}>{part})" for n, (kind, part) in enumerate(parts))


_FROM_LETTER = _either(
    "letter",
    (FactKind.LINK, _LINK),
    (FactKind.EMAIL, _EMAIL),
    (FactKind.PATH, _PATH),
    (FactKind.DATE, _MONTH_FIRST),
    (FactKind.AMOUNT, f"{_SIGN_FIRST}|{_CURRENCY_FIRST}"),
    (FactKind.VERSION, _V_FIRST),
    (FactKind.IDENTIFIER, f"{_IBAN}|{_PLATE}|{_CARRIER}|{_TOKEN}"),
)
_FROM_DIGIT = _either(
    "digit",
    (FactKind.DATE, _DATE),
    (FactKind.ADDRESS, _NUMBER_STREET),
    (FactKind.AMOUNT, _AMOUNT),
    (FactKind.IDENTIFIER, _GROUPS),
    (FactKind.PHONE, _PHONE),
    (FactKind.VERSION, _VERSION),
    (FactKind.TIME, _TIME),
    (FactKind.EMAIL, _EMAIL),
    (FactKind.PATH, _PATH),
    (FactKind.IDENTIFIER, _TOKEN),
)
_FROM_SIGN = _either(
    "sign",
    (FactKind.AMOUNT, _SIGN_FIRST),
    (FactKind.IDENTIFIER, rf"[\#№]{_GAP}?{_TOKEN}"),
    (FactKind.PHONE, _SIGNED_PHONE),
    (FactKind.PATH, _ROOTED_PATH),
)
FACT = re.compile(
    rf"""(?<![{_W}])(?:
      (?P<street_address>{_STREET_NUMBER})
     |{_MAY_BE_MORE}(?:{_FROM_LETTER})
     |(?=\d)(?:{_FROM_DIGIT})
     |(?![{_W}\s])(?:{_FROM_SIGN}))""",
    re.VERBOSE,
)
"""Anything that looks like a fact; the kind stands behind the underscore in `lastgroup`."""

# What follows begins with its characters and looks back afterwards: so it is found faster.
QUOTE = re.compile(
    rf"""\"(?<![{_W}]\")([^"\n]{{2,200}})"{_END}
    |\u201c([^\u201c\u201d\n]{{2,200}})\u201d|\u201e([^\u201e\u201c\u201d\n]{{2,200}})[\u201c\u201d]
    |«([^«»\n]{{2,200}})»|\u300c([^\u300c\u300d\n]{{1,200}})\u300d
    |\u300e([^\u300e\u300f\n]{{1,200}})\u300f|`([^`\n]{{2,200}})`""",
    re.VERBOSE,
)
"""Something in quotation marks of any language; the only group that matched is inside them."""

CAPITALS = re.compile(r"[A-Z](?<![\w-][A-Z])[A-Z]{3,11}(?![\w-])")
"""A word in capitals, which is a code only where it is called one."""

FIGURE = re.compile(r"[\d@/\\.](?:(?<!\.)|(?=[A-Za-z]))(?s:.{0,64})")
"""A sign that a fact may be near, and what follows it."""
