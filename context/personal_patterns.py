"""Where in a text a person's addresses, numbers and documents stand, by pattern and by sum.

They are looked for only where an operator wants that: the next agent works with them.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_address

from context.redaction_patterns import Pattern, Sensitive, Span, matching

_EMAIL = re.compile(r"(?<![\w.+%-])\w[\w.+%-]{0,63}+@[\w-]{1,63}+(?:\.[\w-]{1,63}+)++(?![\w-])")

# Lengths by country (ISO 13616 registry, 2026).
_IBAN_LIST = """
AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18
DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23
IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27
MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19
SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
"""
_IBAN_LENGTHS = {one[:2]: int(one[2:]) for one in _IBAN_LIST.split()}
_IBAN_HEAD = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d\d", re.ASCII | re.IGNORECASE)
_IBAN_GAPS = " \u00a0\u202f-"
_IBAN_REMAINDER = 1

# United States: 123-45-6789, but none that was never given out.
_SSN = re.compile(
    r"(?<![\w-])(?!000|666|9)\d{3}(?P<gap>[ -])(?!00)\d\d(?P=gap)(?!0000)\d{4}(?![\w-])"
)
# Spain: eight digits, or a letter and seven, and a letter that is their sum.
_DNI = re.compile(r"(?<!\w)(?:\d{8}|[XYZxyz]-?\d{7})-?[A-Za-z](?!\w)")
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
# Brazil: 123.456.789-09
_CPF = re.compile(r"(?<![\w.])\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?!\w)")
_CPF_DIGITS = 9
# France: sex, year, month, department, commune, order, key.
_NIR = re.compile(
    r"(?<!\w)[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d(?!\w)"
)
_NIR_MODULUS = 97
# Italy: six letters of the name, date of birth, place, check letter.
_FISCAL_CODE = re.compile(
    r"(?<!\w)[A-Z]{6}\d\d[A-EHLMPRST](?:[04][1-9]|[1256]\d|[37][01])[A-Z]\d{3}[A-Z](?!\w)",
    re.ASCII | re.IGNORECASE,
)

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = re.compile(
    rf"(?<![\w.])(?<!(?i:version) )(?:{_OCTET}\.){{3}}{_OCTET}(?!\w|\.\d)", re.ASCII
)
_IPV6 = re.compile(
    r"(?<![\w:.])(?=[0-9A-Fa-f:.]{0,44}\d)[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,44}+(?![\w:])",
    re.ASCII,
)

_PHONE_GAP = r"[ \u00a0\u202f().\u2010-\u2015/-]"
# +1 (415) 555-0100 · 0049 151 2345678 · 0151 2345678 · (415) 555-0100 · 415-555-0100
_PHONE = re.compile(
    rf"""(?:
      (?:(?<![^\W\d])(?<![.+])\+|(?<![\w.+])(?<![\d\ue000][ \u00a0-])00)[1-9]\d{{0,2}}(?:{_PHONE_GAP}{{0,2}}\d){{6,13}}
     |(?<![\w.+])(?<![\d\ue000][ \u00a0-])(?:
        \(?0[1-9]\d{{0,4}}\)?[ /-]{{1,2}}\d{{2,8}}(?:[ -]\d{{2,8}}){{0,4}}
       |\(\d{{3}}\)[ ]?\d{{3}}[ .-]\d{{4}}
       |\d{{3}}(?P<gap>[ .-])\d{{3}}(?P=gap)\d{{4}})
    )(?![\w-])""",
    re.VERBOSE,
)
# What is called a phone number is one, however it is written: "tel. 4155550100".
_CALLED_PHONE = re.compile(
    rf"""(?<![^\W_])(?i:phone|tel(?:efono?|efon|éfono|ephone)?|mobile?|handy|cell(?:phone)?
      |whatsapp|fax|call\ me\ at)(?![^\W_])
    (?:[ ]?(?i:number|no|nr|nummer))?[ .:=]{{0,3}}(?:(?i:is|ist|est|es|è|é)[ :]{{1,2}})?
    (?P<value>\d(?:{_PHONE_GAP}{{0,2}}\d){{6,14}})(?![\w-])""",
    re.VERBOSE,
)
_DATE = re.compile(
    r"\d{4}[-./ ]\d\d?[-./ ]\d\d?|\d\d?[-./ ]\d\d?[-./ ](?:\d{4}|\d\d)|\d\d/\d{4}"
)
_SHORTEST_PHONE = 7


def _ibans(text: str) -> Iterator[Span]:
    for head in _IBAN_HEAD.finditer(text):
        length = _IBAN_LENGTHS.get(head[0][:2].upper(), 0)
        if end := _iban_end(text, head.start(), length):
            yield head.start(), end


def _iban_end(text: str, start: int, length: int) -> int:
    """Where as many letters and digits end, if they are an IBAN; 0 if not."""
    written, place = "", start
    for place in range(start, min(start + 2 * length, len(text))):
        char = text[place]
        if char.isascii() and char.isalnum():
            written += char.upper()
        elif char not in _IBAN_GAPS or text[place - 1] in _IBAN_GAPS:
            return 0
        if len(written) == length:
            break
    if len(written) < length or text[place + 1 : place + 2].isalnum() or not length:
        return 0
    moved = written[4:] + written[:4]
    remainder = int("".join(str(int(char, 36)) for char in moved)) % 97
    return place + 1 if remainder == _IBAN_REMAINDER else 0


def _is_dni(text: str) -> bool:
    plain = text.replace("-", "").upper()
    digits = plain[:-1].translate(str.maketrans("XYZ", "012"))
    return _DNI_LETTERS[int(digits) % len(_DNI_LETTERS)] == plain[-1]


def _is_cpf(text: str) -> bool:
    digits = [int(char) for char in text if char.isdigit()]
    if len(set(digits)) == 1:
        return False
    for length in (_CPF_DIGITS, _CPF_DIGITS + 1):
        weighed = (digit * (length + 1 - n) for n, digit in enumerate(digits[:length]))
        if sum(weighed) * 10 % 11 % 10 != digits[length]:
            return False
    return True


def _is_nir(text: str) -> bool:
    plain = text.replace(" ", "").replace("2A", "19").replace("2B", "18")
    return _NIR_MODULUS - int(plain[:-2]) % _NIR_MODULUS == int(plain[-2:])


def _is_ipv6(text: str) -> bool:
    try:
        return ip_address(text.rstrip(".")).version > _IP_VERSION_4
    except ValueError:
        return False


_IP_VERSION_4 = 4


def _is_phone(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    return digits >= _SHORTEST_PHONE and _DATE.fullmatch(text) is None


PERSONAL: tuple[Pattern, ...] = (
    Pattern(Sensitive.EMAIL, matching(_EMAIL)),
    Pattern(Sensitive.IBAN, _ibans),
    Pattern(Sensitive.NATIONAL_ID, matching(_SSN)),
    Pattern(Sensitive.NATIONAL_ID, matching(_FISCAL_CODE)),
    Pattern(Sensitive.NATIONAL_ID, matching(_NIR, holds=_is_nir)),
    Pattern(Sensitive.NATIONAL_ID, matching(_CPF, holds=_is_cpf)),
    Pattern(Sensitive.NATIONAL_ID, matching(_DNI, holds=_is_dni)),
    Pattern(Sensitive.IP, matching(_IPV4)),
    Pattern(Sensitive.IP, matching(_IPV6, holds=_is_ipv6)),
    Pattern(Sensitive.PHONE, matching(_PHONE, holds=_is_phone)),
    Pattern(Sensitive.PHONE, matching(_CALLED_PHONE, holds=_is_phone)),
)
"""In the order in which they are looked for; what one found is nothing for the next."""
