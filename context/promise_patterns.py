"""The words that promise, and those that say a promise was kept or taken back.

They are searched in text in lower case with straight apostrophes, as those of
`context.sentence_patterns`, and bounded like them.
"""

import re

from context.sentence_patterns import BEGIN, END, either

# "I'll be honest", "I'll show you": of what is being said, not of what is to be done.
_EN_ASIDE = (
    "(?! (?:be (?:honest|happy|glad|frank|sure|fine|clear|blunt)|say|admit|assume|explain|show|walk"
    "|break|start|begin|go (?:ahead|with|through|over)|use|help|take (?:a look|that|it|the)|need"
    "|have (?:to|a|the)|provide|list|outline|summari[sz]e|describe|now|want|see|miss|guess|suppose"
    f"|pass|probably|give you (?:a|an|some|the)){END})"
)
_EN = either(
    f"(?:i'll|i will|i'm going to|i am going to|i'm gonna|i shall){_EN_ASIDE}",
    f"(?:we'll|we will|we're going to|we are going to|we shall){_EN_ASIDE}",
    "(?:i|we) (?:can )?promise",
    "let me (?:get|come|circle) back",
    r"let me (?:check|ask|find out|look into)[^.!?;\n]{0,60} and (?:get|come|let|tell|send|call)",
)
_DE = either(
    "(?:ich werde|werde ich|wir werden|werden wir)(?! (?:alt|krank|müde|gefragt|verrückt))",
    "ich (?:schicke?|sende?|melde?|rufe?|kümmere|gebe?|bringe?|prüfe?|überweise?|zahle?|bezahle?"
    "|liefere|erledige|maile?|komme?|informiere?|sage?|schaue?|frage?|besorge?)"
    rf"(?= [^.!?;\n]{{0,60}}{BEGIN}(?:dir|ihnen|euch|mich|bescheid|morgen|bis|nächste\w?|später"
    rf"|gleich|heute|\w{{3,6}}tag|mittwoch){END})",
    "(?:schicke?|sende|melde|rufe|kümmere|gebe|bringe|überweise|zahle|liefere|erledige|prüfe) ich",
    "ich verspreche",
)
_FR = either(
    "(?:je vais|on va|nous allons) (?:(?:te|vous|le|la|les|lui|leur|y|en|me|nous) |[tlm]'){0,3}"
    r"(?!aller|voir|bien)\w{2,16}(?:er|ir|re)",
    "(?:je |nous )(?:(?:te|vous|le|la|les|lui|leur|y|en|me|nous) |[tlmn]'){0,3}"
    r"(?!(?:pour|dev|voud|au)r)\w{2,16}r(?:ai|ons)",
    "je m'(?:en )?(?:occupe|charge)",
    "je (?:te |vous |le )?promets",
    "je reviens vers",
)
_ES = either(
    r"(?:voy|vamos) a (?!ver|ser)\w{2,16}(?:ar|er|ir)(?:te|les?|los?|las?|se|me|nos)?",
    "(?:te |le |os |les |lo )?prometo",
)
_PT = either(
    r"(?:vou|vamos) (?:(?:te|lhes?|me|nos) )?(?!ver|ser|ter)\w{2,16}(?:ar|er|ir)(?:-\w{1,4})?",
    "(?:te |lhe |eu )?prometo",
)
_OTHERS = either(
    "(?:te lo |ti |le |vi )?(?:prometto|promettiamo)",
    "(?:mi occuperò|ci penso io)",
    "söz veriyor(?:um|uz)",
    "(?:ik (?:zal|beloof|stuur|bel|kom erop terug)|(?:wij|we) zullen)",
    "(?:я|мы) (?:завтра |сегодня |обязательно |вам |тебе ){0,2}(?:приш|отправ|позвон|сдела|провер"
    "|свяж|напиш|перезвон|оплат|сообщ|выш|верн)\\w{1,5}|обещаю|обещаем",
    "वादा (?:करता|करती|है|रहा)",
    r"(?:و)?(?:سأ|سوف أ|سوف ن)\w{2,12}",
    "(?:أعدك|أعدكم|نعدك|نعدكم|سنرسل|سنتصل|سنعود|سنخبر)",
)

# Their words do not stand apart.
_UNSPACED = either(
    "我(?:们)?(?:会|将|一定会|保证|马上|稍后)(?!说|觉得)|承诺",
    "(?:お送りし|ご連絡し|送り|連絡し|確認し|約束し)ます(?!か)",
)
PROMISE = re.compile(
    f"{BEGIN}{either(_EN, _DE, _FR, _ES, _PT, _OTHERS)}{END}"
    rf"|(?=[\u3040-\u30ff\u4e00-\u9fff]){_UNSPACED}"
)
"""A promise that begins with words of its own."""

# enviaré · enviarei · manderò · göndereceğim · भेजूँगा
PROMISING_END = re.compile(
    f"(?:(?<=[aeid])r(?:é|ei|ò|emos|emo)|(?:aca[ğg]|ece[ğg])[ıi][mz]|[ूऊ][ँं]ग[ाी]){END}"
)
"""The end of a verb that says of itself who will do it."""

_PAST_OR_OTHER_LIST = """
miré retiré tiré giré admiré respiré esperé superé generé operé recuperé consideré alteré
enteré preparé comparé reparé separé disparé declaré aclaré paré podré querré tiraré
mirei retirei tirei girei virei esperei superei gerei operei recuperei considerei preparei
comparei reparei separei disparei parei poderei terei queremos quiéremos esperemos podremos
però preparò girò tirò ritirò separò dichiarò sperò considerò superò eremo poderemos teremos
"""
PAST_OR_OTHER = frozenset(_PAST_OR_OTHER_LIST.split())
"""Words that end like a promise and are none: "preparé" is done, "però" means but."""

DONE = re.compile(
    BEGIN
    + either(
        "(?:i|we)(?:'ve| have)(?: just| already| now)*",
        "(?:i|we) (?:won't|will not|can't|cannot)(?: be able to)?",
        "(?:i|we)(?: just| already)? (?:sent|paid|called|did|finished|emailed|mailed|booked|ordered"
        "|delivered|signed|uploaded|transferred|returned|cancelled|canceled|submitted|confirmed"
        "|checked|fixed|updated|bought|wrote|prepared|posted|shipped|asked)",
        "(?:has|have)(?: now| already| just)* been",
        "(?:ich habe?|wir haben|wurde|worden)",
        "(?:j'ai|nous avons|a été|ont été)(?: déjà)?",
        r"(?:ya )?(?:he|hemos) (?:\w+ )?\w+(?:ado|ido|ito|cho|sto|rto)",
        "(?:eu )?já",
        "(?:enviei|mandei|paguei|liguei|falei|fiz|confirmei|reservei|comprei|terminei|assinei)",
        "(?:ho|abbiamo|è stat[oa])(?: già)?",
        "(?:gönder|yolla|öde|ara|yap|bitir|hallet|onayla|ayırt|iptal et)[dt][ıiuü](?:m|k)",
        "(?:मैंने|हमने)",
        "(?:لقد|قد)",
    )
    + END
)
"""That whoever says it has done something, or will not."""

UNWANTED = re.compile(
    BEGIN
    + either(
        "(?:never ?mind|forget|forget about|scrap|cancel|no need to|don't bother(?: to)?)",
        "you (?:don't|do not|no longer) (?:have|need) to",
        "(?:we|i) no longer need",
        "(?:vergiss|vergessen sie|du musst|sie müssen|du brauchst|sie brauchen|nicht mehr nötig)",
        "(?:laissez? tomber|oubliez?|pas besoin de|plus besoin de)",
        "(?:olvid[ae]|no hace falta|ya no necesito|no es necesario)",
        "(?:esqueç[ae]|esquece|não precisa|deixa pra lá)",
        "(?:lascia (?:stare|perdere)|non serve|non c'è bisogno di|dimentica)",
        "(?:boş ver|gerek yok|vazgeç)",
        "(?:रहने दो|ज़रूरत नहीं|जरूरत नहीं)",
        "(?:لا داعي|انس)",
    )
    + END
)
"""That something promised is no longer wanted, by the person it was promised to or who did."""

NOT_SETTLING = re.compile(
    BEGIN
    + either(
        "not|never|no|yet|if|once|when|after|until|unless|before|as soon as|haven't|hasn't",
        "nicht|keine?[mnrs]?|noch|nie|wenn|falls|sobald|bevor|pas|jamais|si|quand|dès|lorsque|cuando|aún|todavía",
        "quando|não|non|ne|n'|ainda|ancora|appena|eğer|henüz|अगर|जब|إذا|عندما|لم|لن",
    )
    + END
)
"""Words that leave open whether it is done."""
