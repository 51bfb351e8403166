"""The words that instruct, promise and settle, in the languages most written to us.

They are searched in text in lower case with straight apostrophes. Nothing here is without a
bound where another part could take the same characters, so the time grows with the length of
a text and nothing else.
"""

import re

_MARKS = "\u064b-\u0652\u0900-\u0903\u093a-\u094f\u0955-\u0957\u0962\u0963"
"""Vowel signs, which belong to words but are no letters to `re`."""

BEGIN = rf"(?<![\w'{_MARKS}])"
END = rf"(?![\w'{_MARKS}])"
_WITHIN = r"[^.!?;\n।؟]{0,80}?"


WORD = re.compile(rf"[\w{_MARKS}]+")
"""A word of any script, its vowel signs included."""


def either(*alternatives: str) -> str:
    """One of several patterns."""
    return f"(?:{'|'.join(alternatives)})"


# "Call me" is followed by a name, or by what tells that somebody is to phone.
_NO_NAME = either(
    r"(?:back|later|tomorrow|today|tonight|at|on|in|when\w*|if|once|after|before|asap|now|again|by"
    r"|this|next|an?|the|crazy|as|up|for|from|soon|then|and|or|any\w*|via|with|monday|tuesday"
    r"|wednesday|thursday|friday|saturday|sunday)",
    r"(?:domani|più|quando|dopo|subito|alle?|al|oggi|stasera|appena|se|mañana|luego|más|cuando|a"
    r"|ahora|por|hoy|en|si|amanhã|depois|mais|agora|hoje|quando|às|demain|plus|quand|au|à|ce|dès)",
)
_NAME = either(
    "call me",
    "(?:address me as|refer to me as)",
    "nenn(?:e|t|en sie)? (?:mich|uns)",
    "appell?e[zs]?[- ]moi",
    "m'appel(?:er|les|iez)",
    "ll[aá]m(?:a|e|en)me",
    "llamarme",
    "me cham(?:e|a|em|ar)(?: de)?",
    "cham(?:e|a|ar)-me",
    "chiam(?:a|i|ate|ar)mi",
    "(?:نادني|نادِني|ناديني|سمني|سمّني|مناداتي)",
    "(?:noem (?:me|mij)|(?:зови|называй)(?:те)? меня)",
)
_NAME_INSIDE = either(
    r"(?:du |sie )?(?:kannst|darfst|können|dürfen) (?:du |sie )?mich (?:gerne? |einfach |ruhig )?\w+ nennen",
    r"bana (?:\w+ ){1,3}(?:de|diye|deyin|diyebilirsin\w*)",
    r"मुझे [^\s।]+ (?:[^\s।]+ )?(?:कहो|कहें|कहकर|कहिए|कहना|बुलाओ|बुलाएँ|बुलाएं|बुलाना|पुकारो)",
)

_LANGUAGES = either(
    "english|german|french|spanish|portuguese|italian|turkish|arabic|hindi|dutch|polish|russian",
    "englisch|deutsch|französisch|spanisch|portugiesisch|italienisch|türkisch|arabisch|russisch",
    "anglais|allemand|français|espagnol|portugais|italien|turc|arabe|russe|japanese|chinese",
    "inglés|alemán|francés|español|castellano|portugués|italiano|turco|árabe|ruso|ukrainian",
    "inglês|alemão|francês|espanhol|português|turco|inglese|tedesco|francese|spagnolo|portoghese",
    "nederlands|engels|duits|frans",
)
_TELL = either(
    r"(?:answer|reply|respond|write|speak|talk|chat|text|communicate)",
    r"(?:antworte|schreibe?|sprich|rede)(?:n sie)?",
    "(?:réponds|répondez|écris|écrivez|parle|parlez|répondre)(?:[- ]moi)?",
    "(?:responde|respond[ae]|respóndeme|respóndame|contest[ae]|contéstame|contésteme|escrib[ae]"
    "|escríbeme|escríbame|habl[ae]|háblame|hábleme)",
    "(?:responda|escrev[ae]|fal[ae]|responder|escrever|falar)",
    "(?:rispondi|risponda|rispondimi|rispondete|scrivi|scriva|scrivimi|parla|parlami|rispondere)",
    "(?:antwoord|schrijf|praat)",
)
# "Write me in German", not "write me an email in German", which is asked for once.
_TO_ME = either(
    "to me|me|back|with me|only|always|please|mir|mit mir|bitte|immer|nur|toujours|seulement",
    "siempre|solo|sólo|conmigo|sempre|só|comigo|con me|altijd|alleen",
)
_IN_LANGUAGE = either(
    rf"{_TELL}(?: {_TO_ME}){{0,3}} (?:in|auf|en|em|in het) {_LANGUAGES}",
    rf"(?:in|auf|en|em) {_LANGUAGES},? (?:please|bitte|s'il (?:te|vous) pla[iî]t|por favor"
    "|per favore|antworten|schreiben|sprechen)",
    rf"{_LANGUAGES},? please",
    r"(?:отвечай|пиши|говори)(?:те)? (?:\w+ )?(?:по-\w+ски|на \w+ом)",
    r"(?:türkçe|ingilizce|almanca|fransızca|ispanyolca|arapça|italyanca|rusça) (?:\w+ )?"
    r"(?:yanıt|cevap|yaz|konuş|lütfen)\w*",
    "(?:हिंदी|हिन्दी|अंग्रेज़ी|अंग्रेजी|इंग्लिश|उर्दू) में (?:ही )?(?:जवाब|उत्तर|लिख|बात|बोल)[^\\s।]*",
    r"(?:أجب|أجبني|رد|رُد|اكتب|تحدث|تكلم)(?: \w+)? (?:ب|بال)(?:عربية|العربية|إنجليزية|الإنجليزية"
    r"|انجليزية|الانجليزية|فرنسية|الفرنسية|ألمانية|الألمانية)",
)

# What they begin is to be so from now on, or was only said in passing.
_ALWAYS = either(
    "always(?! (?:wanted|been|had|loved|thought|happy|good|nice|fun|a|the|welcome|glad|liked|was)"
    f"{END})",
    "never(?! (?:mind|heard|seen|been|had|again|knew|thought|tried|said|got|did|was|a|the)"
    f"{END})",
    "(?:don't|dont|do not)(?: you)?(?: ever)?(?! (?:know|worry|think|care|mind|bother|understand"
    "|see|want|need|have|like|believe|forget|remember|feel|you|we|they|i|panic|hesitate|tell me"
    f" (?:you|that|it)|be (?:sorry|afraid)){END})",
    r"stop(?= \w+ing)",
    "avoid",
    "(?:immer|niemals|nie|stets)(?! (?:mehr$|noch|wieder))",
    "(?:toujours|jamais)",
    "(?:siempre|nunca|jamás)",
    "(?:sempre|jamais|mai)",
    "(?:her zaman|daima|asla|hiçbir zaman)",
    "(?:altijd|nooit|всегда|никогда)",
    "(?:हमेशा|सदा|कभी भी|कभी)",
    "دائم[اًا]{1,3}",
)

_DO_DE = (
    "(?:antworte|schreibe?|sprich|nenne?|benutze?|verwende|nutze|mache?|sage?|frage?|gib|zeige?"
    "|schicke?|sende|lass|halte|erwähne|nimm|stelle?|füge|rechne|rede)(?:n sie)?"
)
_DO_FR = (
    "(?:réponds|répondez|écris|écrivez|parle|parlez|utilise|utilisez|dis|dites|donne|donnez|fais"
    "|faites|envoie|envoyez|mets|mettez|vérifie|vérifiez|demande|demandez|commence|commencez)"
)
_DO_ES = (
    "(?:responde|responda|contest[ae]|escrib[ae]|habl[ae]|us[ae]|utiliz[ae]|utilice|haz|haga|di"
    "|diga|pon|ponga|envía|envíe|manda|mande|pregunta|pregunte|confirma|confirme|incluye|incluya)"
)
_DO_PT = (
    "(?:responda|responde|escrev[ae]|fal[ae]|us[ae]|utiliz[ae]|faça|faz|diga|diz|coloque|envie"
    "|envia|mande|manda|pergunte|confirme|inclua)"
)
_DO_IT = (
    "(?:rispondi|risponda|scrivi|scriva|parla|usa|usi|utilizza|fai|faccia|metti|invia|manda"
    "|chiedi|conferma|includi|di')"
)
_RULE = either(
    f"{_DO_DE}{END}{_WITHIN}{BEGIN}(?:immer|nie|niemals|stets|nicht|keine?[mnrs]?)",
    f"bitte{END}{_WITHIN}{BEGIN}(?:immer|nie|niemals|stets|nicht|keine?[mnrs]?)",
    f"{_DO_FR}{END}(?:[- ](?:moi|lui|nous|les?))?{_WITHIN}{BEGIN}toujours",
    rf"(?:ne |n')(?=\w){_WITHIN}{BEGIN}(?:pas|jamais|plus)(?! (?:mal|grave|possible))",
    f"{_DO_ES}(?:me|te|le|nos)?{END}{_WITHIN}{BEGIN}siempre",
    r"no (?:(?:me|te|le|lo|la|les|los|las|nos) )?(?:us|utilic|escrib|respond|contest|habl|llam|mand"
    r"|enví|pong|hag|dig|olvid|incluy|mencion|pregunt|cambi|trat|recomiend|añad|agregu)(?:es?|as?|an|en)",
    r"por favor,? (?:no|não)(?= \w)",
    f"{_DO_PT}(?:-me)?{END}{_WITHIN}{BEGIN}sempre",
    r"não (?:(?:me|o|a|os|as|se) )?(?:us|utiliz|escrev|respond|cham|fal|mand|envi|coloqu|faç|dig"
    r"|inclu|mencion|pergunt|mud)[ae]m?",
    f"{_DO_IT}(?:mi|lo|la|le|ci)?{END}{_WITHIN}{BEGIN}sempre",
    r"non \w{2,12}(?:are|ere|ire|armi|ermi|irmi|arlo|erlo|irlo|arci|erci|irci)",
    r"(?:per favore,? )non(?= \w)",
    rf"lütfen{END}{_WITHIN}\w(?:ma|me)(?:y[ıi]n(?:[ıi]z)?)?",
    rf"lütfen{END}{_WITHIN}{BEGIN}(?:her zaman|daima|asla)",
    rf"कृपया{END}{_WITHIN}{BEGIN}(?:मत|न|हमेशा)",
    f"(?:gebruik|antwoord|schrijf|stuur|noem|alsjeblieft|graag){END}{_WITHIN}{BEGIN}"
    "(?:altijd|nooit|niet|geen)",
    r"не (?:используй|пиши|называй|отправляй|присылай|говори|добавляй)(?:те)?",
    f"(?:отвечай|пиши|используй|отправляй)(?:те)?{END}{_WITHIN}{BEGIN}(?:всегда|только)",
    r"(?:و)?لا ت\w{2,12}(?= )",
    rf"(?:أجب|رد|اكتب|استخدم|أرسل){_WITHIN}{BEGIN}دائم[اًا]{{1,3}}",
)

_MIND = either(
    r"(?:answer|reply|respond)(?: to me| me)?(?: only)? (?:in|with|using) \w+",
    "(?:remember|bear in mind|keep in mind|make a note|take note|note)(?: that| this| my| to|:|,| i"
    "| i'm| the| we| our)",
    "(?:don't|dont|do not) forget",
    "for (?:future|your) reference",
    "make sure(?: to| that| you)",
    "be sure to",
    "be (?:more |very |less )?(?:brief|concise|formal|informal|polite|direct|specific)",
    r"keep (?:(?:your|the|all|every|it|them|things|answers|replies|responses|messages|it all)"
    r"[\s]?){1,3}(?:short|brief|concise|simple|formal|polite|plain)\w*",
    "(?:merke? dir|merken sie sich|vergiss nicht|vergessen sie nicht|denke? (?:bitte )?dr?an"
    "|denken sie (?:bitte )?dr?an|beachte|beachten sie|fass(?:e|en sie)? (?:dich|sich) kurz"
    "|halte? (?:dich|deine|es)|(?:duz|siez)(?:e|t|en sie)?(?= (?:mich|uns)))",
    "(?:souviens-toi|souvenez-vous|rappelle-toi|rappelez-vous|retiens|retenez|gardez? à l'esprit"
    "|gardez? en tête|notez? (?:que|bien)|tutoie|vouvoie|sois bref|soyez bref|sois concis)",
    "(?:recuerd[ae] (?:que|esto|siempre|mi)|acuérdate|no olvid[ae]s?|ten en cuenta|tenga en cuenta"
    "|toma nota|trátame de|tutéame|sé (?:breve|conciso))",
    "(?:lembr[ae](?:-se|-te)?|não (?:se )?esque(?:ça|ças)|ten?ha em mente|tem em mente|anot[ae]"
    "|seja (?:breve|conciso))",
    "(?:ricord(?:a|i|ati|atevi)(?= (?:che|di|il|la|questo|sempre))|non dimenticare"
    "|tieni (?:a mente|presente|conto)|dammi del|sii (?:breve|conciso))",
    "(?:aklında tut|aklınızda tut|not al|bunu hatırla|şunu hatırla|kısa (?:yaz|tut|cevap))",
    "(?:onthoud|vergeet niet|denk eraan)",
    "(?:запомни|помни|не забудь|имей в виду|учти)(?:те)?",
    "(?:याद (?:रख|रहे)|ध्यान (?:रख|रहे))[^\\s।]*",
    "(?:و)?(?:تذكر|تذكّر|تذكري|لا تنس|لا تنسى|ضع في اعتبارك)",
)

_FROM_NOW_ON = either(
    "from (?:now|here|today|this point) on(?:wards?)?",
    "going forward",
    "until further notice",
    "until i (?:say|tell you) otherwise",
    "(?:whenever|every time|each time) i (?:ask|say|write|send|mention)",
    "(?:ab jetzt|von jetzt an|von nun an|ab sofort|ab heute|künftig bitte|bitte künftig|bis auf weiteres"
    "|in zukunft bitte|bitte in zukunft)",
    "(?:à partir de maintenant|à partir d'aujourd'hui|dorénavant|désormais)",
    "(?:de ahora en adelante|a partir de ahora|desde ahora|de hoy en adelante)",
    "(?:a partir de agora|de agora em diante|daqui (?:em|para|por) diante|doravante)",
    "(?:d'ora in poi|da ora in poi|da adesso in poi|d'ora in avanti)",
    "(?:bundan sonra|bundan böyle|şu andan itibaren)",
    "(?:vanaf nu|voortaan|с этого момента|отныне|впредь)",
    "(?:अब से|आगे से|आज से)",
    "من الآن(?: فصاعد[اًا]{1,3})?",
)
_PREFER = either(
    "(?:i|we)(?: really| also| always| usually|'d| would)? prefer",
    "i(?:'d| would) rather",
    "i(?:'m| am) (?:allergic|vegetarian|vegan|intolerant|a vegetarian|a vegan)",
    "i (?:don't|do not|can't|cannot|never) (?:eat|drink)",
    "ich (?:bevorzuge|bin allergisch|bin vegetarier\\w*|bin veganer\\w*|esse kein\\w*|trinke kein\\w*)",
    f"(?:ich|mir){END}{_WITHIN}{BEGIN}lieber",
    "(?:je préfère|je préférerais|j'aimerais mieux|je suis allergique|je suis végét\\w+"
    "|je ne (?:mange|bois) (?:pas|jamais))",
    "(?:prefiero|preferiría|soy alérgic[oa]|soy vegetarian[oa]|soy vegan[oa]|no como|no bebo)",
    "(?:prefiro|preferiria|sou alérgic[oa]|sou vegetarian[oa]|sou vegan[oa]|não (?:como|bebo))",
    "(?:preferisco|preferirei|sono allergic[oa]|sono vegetarian[oa]|sono vegan[oa]|non (?:mangio|bevo))",
    "(?:tercih (?:ederim|ediyorum)|alerjim var|alerjiğim)",
    "(?:ik geef de voorkeur|ik (?:\\w+ )?liever|ik ben allergisch|ik eet geen)",
    r"(?:я предпочитаю|мне больше нравится|у меня аллергия|я не (?:ем|пью)|я вегетариан\w+)",
    "(?:पसंद (?:करता|करती|करूँ|करूं|है)|एलर्जी है)",
    "(?:أفضل أن|أفضّل|لدي حساسية|أنا نباتي)",
)

_ABOUT = (
    f"(?P<name>(?:{_NAME}(?! {_NO_NAME}{END})(?= \\S)|{_NAME_INSIDE}))"
    f"|(?P<language>{_IN_LANGUAGE}){END}"
)
ABOUT = re.compile(f"{BEGIN}(?:{_ABOUT})")
"""What there is one of at a time: how to call somebody, and in which language to answer."""

STRICT_CUE = re.compile(
    f"{BEGIN}(?:{_ABOUT}|(?P<mind>{_MIND}){END}|(?P<always>{_ALWAYS}){END}(?= \\S)"
    f"|(?P<rule>{_RULE}){END})"
)
"""What instructs where a clause begins with it; its group says how."""

# Their words do not stand apart.
_UNSPACED = either(
    "从现在(?:起|开始)|今后|以后(?:请|都|不要|别)|请(?:记住|始终|总是|一直|不要|别)|永远不要|(?:请|就)?叫我",
    "称呼我|我(?:更)?(?:喜欢|偏好)|我对.{1,12}过敏|(?:请|只)?用(?:中文|英文|英语|德语|法语)(?:回答|回复|交流)",
    "これから(?:は|も)|今後(?:は|も)|常に|(?:い|し|使わ|書か|送ら)ないでください|と呼んで|覚えておいて",
    "忘れないで|(?:日本語|英語|ドイツ語)で(?:答|返|書|お願い)|(?:の方|ほう)が好き|アレルギーがあ",
)
FREE_CUE = re.compile(
    f"{BEGIN}(?:(?P<lasting>{_FROM_NOW_ON})|(?P<wish>{_PREFER})){END}"
    rf"|(?=[\u3040-\u30ff\u4e00-\u9fff])(?P<unspaced>{_UNSPACED})"
)
"""What instructs wherever it stands in a sentence."""

_OPENING_WORDS = either(
    "please|pls|and|also|but|so|then|ok|okay|kindly|just|hey|hi|hello|well|thanks|yes|no",
    "(?:can|could|would|will|should|must|may) you|you (?:should|must|may|can|could|shall|need to)",
    "(?:want|need|like|ask|tell) you to|(?:make|be) sure(?: to| you)?|(?:remember|try) to",
    "bitte|und|aber|auch|dann|also|mal|kannst du|könntest du|können sie|könnten sie|du sollst",
    "et|mais|alors|donc|plaît|veuillez|peux-tu|pouvez-vous|tu peux|vous pouvez|tu dois|vous devez",
    "y|pero|también|entonces|favor|puedes|podrías|puede|podría|debes|gracias|oye|que",
    "e|mas|também|então|pode|poderia|deve|ma|anche|allora|favore|puoi|potresti|può|grazie",
    "en|maar|ook|alsjeblieft|aub|kun je|wil je|пожалуйста|и|но|также",
    "lütfen|ve|ama|bana|bize|benimle|कृपया|और|लेकिन|मुझे|मुझसे|आप|तुम|فضلك|رجاء|رجاءً|لكن|ثم",
)
_OPEN_MARK = rf"(?:\A|[^\w\s'\"“”„«»{_MARKS}-]|\n|\s-)[\s*_~-]*\Z"
CLAUSE_BEGIN = re.compile(rf"{_OPEN_MARK}|{BEGIN}(?:{_OPENING_WORDS}|{_FROM_NOW_ON})\s*\Z")
"""What stands before a clause begins, at its end."""

ASIDE = re.compile(
    rf"{BEGIN}"
    + either(
        "what|when|how|where|why|whether|which|who|if|hope|think|guess|doubt|wish|maybe|perhaps",
        "said|do|did|does|would|should|wenn|ob|was|wie|hoffe|glaube|si|que|quand|se|che|cuando",
    )
    + r"\s*\Z"
)
"""The words after which nothing is promised or wished, at the end of what stands before."""

CONDITION = re.compile(
    BEGIN
    + either(
        "when|whenever|if|for|unless|only|while|during|until|except|outside",
        "(?<!now )(?<!here )(?<!today )(?<!point )on",
        "in (?:code|emails?|comments?|letters?|groups?|public|meetings?|documents?|private|slack)",
        "wenn|falls|für|nur|bis|außer|si|quand|pour|sauf|cuando|para|salvo|solo|se|quando|per|só",
        "eğer|sadece|अगर|जब|केवल|सिर्फ|إذا|عندما|فقط",
    )
    + END
)
"""What holds for some cases only takes nothing else's place."""

REQUEST = re.compile(
    BEGIN
    + either(
        r"(?:can|could|would|will) you|please|bitte|(?:kannst|könntest) du|können sie|könnten sie",
        r"peux-tu|pouvez-vous|pourr\w+|plaît|pued\w+|podr\w+|favor|pode\w*|puoi|può|potre\w+|favore",
        r"lütfen|\w+[mn][ıi]s[ıi]n(?:[ıi]z)?|कृपया|सकते|सकती|يمكنك|فضلك",
    )
    + END
)
"""A question that asks for something to be done."""
