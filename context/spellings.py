"""How the languages the bot speaks are told apart, beside their common words.

Letters and word shapes, and the words of languages that share a script. Languages are named
by their ISO 639-1 codes; `FOREIGN…` is what shows a language that the bot does not speak.
"""

import re
from collections.abc import Mapping


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


LETTERS: Mapping[str, str] = {
    "de": "äöüß",
    "fr": "éèêëàâîïôûùçœ",
    "es": "áéíóúñü¿¡",
    "pt": "áéíóúâêôãõàç",
    "it": "àèéìòù",
    "nl": "ëïé",
    "tr": "çğıöşüâ",
}
"""Letters, and marks, that English and Indonesian lack."""

FOREIGN_LETTERS = (
    "ýəåæøąćęłńśźżčďěňřšťůžșțăőűđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹðþāēīūģķļņŗ"
)
"""Letters that no language in Latin letters has that the bot speaks."""

SHAPES: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(r"\w{2,}(?:ing|tion|tions|ness|ful|ly|ould|ought)|\w+n't"),
    "de": re.compile(
        r"\w{2,}(?:ung|ungen|heit|keit|lich|isch|schaft|chen)|ge\w{2,}t|sch\w+|\w*(?:tz|ck|pf)\w*"
    ),
    "fr": re.compile(r"[ldjcnsmtq]'\w+|qu'\w+|\w+(?:eux|eaux|ez|ement|ité|aire|oir)"),
    "es": re.compile(r"\w+(?:ción|ciones|dad|mente|ando|iendo|ito|ita)"),
    "pt": re.compile(
        r"\w+(?:ção|ções|dade|mente|ando|endo|inho|inha)|\w*[ln]h[aeio]\w*|\w{2,}(?:ou|ões|ãos)"
    ),
    "it": re.compile(
        r"\w+(?:zione|zioni|ità|mente|ando|endo|ato|ata)|\w*(?:gli|cch|zz|ggi|cci|gn)\w*"
        r"|\w*(?:tt|ss|ll|nn|pp|cc|bb|gg)\w*[aio]"
    ),
    "nl": re.compile(r"\w*(?:ij|aa|oe|uu|eeuw|schr|ouw)\w*|\w{2,}(?:heid|lijk|tje|tjes)"),
    "tr": re.compile(
        r"\w{2,}(?:iyor|ıyor|uyor|üyor)\w*|\w{2,}(?:lar|ler|ları|leri|mak|mek|acak|ecek|dım|dim|siniz|ınız)"
    ),
    "id": re.compile(
        r"(?:me[mn]\w|meng|ber|di|ter|pe[mn])\w{3,}(?:kan|an|i)?|\w{3,}(?:nya|kan|lah)"
    ),
}
"""Shapes of words that are likely in a language."""

FOREIGN_SHAPE = re.compile(r"\w*(?:ää|öö|yy|äy|yö|sz|cz|rz|õ(?!e))\w*")
"""Shapes of words that no language in Latin letters has that the bot speaks."""

FOREIGN_ARABIC = "پچژگکیٹڈڑںےہۀڤڵێ"
"""Letters of Persian, Urdu and Kurdish that Arabic lacks."""

HINDI_WORDS = _words("""
    है हैं हूँ हूं हो था थी थे का की के को में से ने और या पर तो भी ही नहीं मत हाँ हां जी क्या क्यों कैसे कैसा कैसी कौन
    कब कहाँ कहां कितना कितने मैं मुझे मेरा मेरी मेरे हम हमें हमारा आप आपको आपका आपकी आपके तुम तू यह ये वह वो इस उस
    कर करें करो करना किया सकता सकते सकती दो दें चाहिए चाहता नमस्ते धन्यवाद शुक्रिया कृपया बताओ बताइए बहुत कुछ
    अब आज कल फिर अच्छा ठीक एक लिए साथ बात
""")
"""Words that show Hindi among the languages in Devanagari."""

FOREIGN_DEVANAGARI = _words("""
    आहे आहेत आणि मी तू तुम्ही आम्ही नाही काय कसे कसा कशी माझा माझे माझी मला तुला होय छ छन् हुन्छ हो र मलाई तपाईं
    तिमी कस्तो के गर्नुहोस् छैन धन्यबाद कति ळ पाहिजे करा सांगा
""") - _words("के हो")
"""Words of Marathi and Nepali that Hindi lacks."""

FOREIGN_CYRILLIC = "іїєґўјљњћџђѓќѕәғқңөұүһӣӯҳҷ"
"""Letters of Ukrainian, Belarusian, Serbian, Macedonian, Kazakh and others that Russian lacks."""

FOREIGN_CYRILLIC_WORDS = _words("""
    съм си сме сте са да ще какво защо как къде кога този тази това благодаря здравей здравейте моля
    аз той ние вие мен байна уу вэ юу що як це дякую справи ви був де треба
""") - _words("да как си")
"""Words of Bulgarian, Ukrainian and Mongolian that Russian lacks."""

FOREIGN_CYRILLIC_SHAPE = re.compile(r"ъ(?![еёюя])")
"""A hard sign where Russian has none, as in nearly every Bulgarian sentence."""

CHINESE_SIGNS = "你您妳她它吗嗎呢吧啊呀嘛哪怎这這么麼们們说說对對个個为為还還没沒谢请样让给谁几时间问过听见爱岁钟块买卖钱东电话现帮幫很啥咋呗"
"""Signs of everyday Chinese, simplified and traditional, that are rare in Japanese."""
