"""Common words of the languages in Latin letters, in lower case, as people type them in chats.

Greetings and thanks, small words, what people ask a bot for; the same without accents where
phones leave them off. Languages are named by their ISO 639-1 codes.
"""

from collections.abc import Mapping


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


WORDS: Mapping[str, frozenset[str]] = {
    "en": _words("""
        the a an and or but if then than that this these those is are was were be been am i'm i
        you you're he she it it's we we're they them my your his her its our their me him us do
        does did don't doesn't didn't can can't could couldn't will won't would wouldn't should
        shall may might must have has had haven't i've i'll i'd what what's which who whom whose
        when where why how there there's here of to in on at by for with from about into over
        after before again not no yes yeah yep nope please thanks thank hello hi hey good morning
        evening night bye sorry sure great nice some any all each every both more most much many
        few other such only own same so too very just also still already now today tomorrow
        yesterday tonight week month year day time let let's get got give make need want know
        think like help tell show find write read send look see say said going come came back
        up down out off because while until since without between been being one two three
        anyone anything someone something nothing everything everyone maybe really well right
        wrong order email summary price cheaper expensive question answer list next last first
        message number meeting friend people person work working money house home book trip flight
        hotel food recipe doctor phone change explain remember remind translate summarise summarize
        buy pay cost free open close start stop new old first last next name city plan child
        another everyone's something's here's i'd you've we've they're isn't wasn't wouldn't
        shouldn't could've
    """),
    "de": _words("""
        der die das den dem des ein eine einen einem einer eines und oder aber wenn dann als dass
        daß ist sind war waren sein bin bist seid ich du er sie es wir ihr mich dich sich uns euch
        mir dir ihm ihnen mein meine meinen meinem meiner dein deine deinen deinem deiner ihre
        ihren unser unsere kein keine keinen nicht nein ja doch auch noch schon nur sehr mehr viel
        viele was wer wie wo wann warum wieso welche welcher welches wieviel hier da dort heute
        morgen gestern jetzt gleich bald immer nie wieder mal mit von zu zum zur nach bei aus für
        fuer über ueber unter auf an am im vom um durch gegen ohne bis seit vor hinter zwischen
        kann kannst können koennen könnte konnte will willst wollen möchte moechte muss müssen
        soll sollen darf dürfen habe hab hast hat haben hatte wird werden wurde würde wuerde
        mach mache machen macht geht gehen komme kommen gib geben sag sagen weiß weiss wissen
        brauche brauchen bitte danke hallo tschüss tschuess guten gute guter tag abend nacht moin
        servus grüß gruß entschuldigung genau vielleicht eigentlich alles etwas nichts jemand
        diese dieser dieses diesen diesem steht stehen einfach richtig falsch schreib schreibe schreiben frage fragen
        antwort hilfe hilf uhr woche jahr monat zeit gerne gern okay weiter zweite erste letzte
        nachricht nummer termin freund leute mensch person arbeit arbeiten geld haus buch reise
        flug essen rezept arzt telefon ändern aendern erkläre erklären erinnere merken übersetze
        übersetzen zusammenfassen zusammenfassung kaufen bezahlen kosten kostet billig billiger
        teuer offen neu neue neuen alte nächste nächsten name stadt kind kinder brief meinung
        gibt's geht's ist's wäre hätte lass finde suche zeig zeige erste leider schade super toll
    """),
    "fr": _words("""
        à le la les l' un une des du de d' et ou mais si que qu' qui quoi quel quelle quels quelles
        dont où ce c' cet cette ces ça ca cela est sont était etait être etre suis es sommes êtes
        etes j' je tu il elle on nous vous ils elles me m' te t' se s' lui leur leurs moi toi
        mon ma mes ton ta tes son sa ses notre nos votre vos ne n' pas plus jamais rien oui non
        si très tres trop bien mal aussi encore déjà deja toujours maintenant aujourd'hui demain
        hier ici là avec sans pour par dans sur sous chez vers entre depuis pendant avant après
        apres comme quand comment pourquoi combien parce ai as a avons avez ont avait avais aurai
        peux peut pouvez pouvons pourrais pourriez veux veut voulez voudrais dois doit devez faut
        fais fait faire faites vais va allez aller vient venir sais sait savez savoir dire dis
        dites voir donne donner besoin merci bonjour bonsoir salut coucou svp plaît plait revoir
        désolé desole pardon d'accord voilà voila alors donc tout toute tous toutes quelque
        quelques autre autres même meme peu beaucoup moins chose jour semaine mois année an
        ans heure temps écris ecris écrire aide aider question réponse reponse liste prochain
        dernier première premier deuxième au aux été n'est j'ai qu'est est-ce s'il c'est
        message numéro rendez réunion ami amis gens personne personnes travail travailler argent
        maison livre voyage vol repas recette médecin téléphone changer explique expliquer
        rappelle rappeler traduis traduire résume résumé acheter payer coûte cher ouvert nouveau
        nouvelle nouveaux ancien nom ville enfant enfants lettre phrase propos trouver cherche
        montre autant chaque plusieurs certains deux trois quatre cinq parfait super génial
        lequel laquelle mieux presque lors aucun aucune erreur afin celui celle ceux rappelez montrez expliquez pouvoir vouloir puis
    """),
    "es": _words("""
        el la los las un una unos unas de del al y e o u pero si sí no que qué quien quién quienes
        cual cuál cuales como cómo cuando cuándo donde dónde cuanto cuánto cuantos cuánta porque
        por para con sin en entre sobre desde hasta hacia según es son era eran ser soy eres somos
        está esta están estan estoy estás estas estaba estar este esto estos ese eso esos esa
        aquel yo tú tu él ella usted ustedes nosotros ellos ellas me te se nos le les lo mi mis
        tus su sus nuestro nuestra muy más mas menos mucho mucha muchos muchas poco también
        tambien todavía aún ya siempre nunca ahora hoy mañana manana ayer aquí aqui ahí allí hay
        he has ha hemos han había tengo tienes tiene tenemos tienen tener puedo puedes puede
        pueden poder podrías quiero quieres quiere querer debo debe hacer hago haces hace hecho
        ir voy vas va vamos van dime decir dice digo saber sé sabes sabe ver dar dame necesito
        necesitas gracias hola buenos buenas buen días dias tardes noches adiós adios favor
        perdón perdon vale claro bueno buena bien mal entonces pues así todo toda todos todas
        algo nada alguien nadie otro otra otros día semana mes año ano años hora tiempo vez
        ayuda ayudar ayúdame escribe escribir pregunta respuesta lista primero primera siguiente
        último ultimo quisiera gustaría gustaria cosa cosas mejor dos tres
        mensaje número reunión cita amigo amigos gente persona personas trabajo trabajar dinero casa
        libro viaje vuelo comida receta médico teléfono cambiar cambia explica explicar recuerda
        recordar traduce traducir resume resumir resumen comprar pagar cuesta barato caro abierto
        nuevo nueva nuevos viejo nombre ciudad niño niños carta frase correo buscar busca
        encontrar muestra mostrar cada varios cuatro cinco perfecto genial mismo misma antes
        después luego mientras aunque además sino fue fueron será sería sin solo sólo llamar
        llegar llega enviar envía poner pon
    """),
    "pt": _words("""
        o a os as um uma uns umas de do da dos das no na nos nas ao à aos às pelo pela num numa e
        ou mas se sim não nao que quê quem qual quais como quando onde quanto quantos quanta
        porque porquê por para pra pro com sem em entre sobre desde até ate é são sao era eram
        ser sou és somos está esta estas estão estao estou estás estava estar isto isso aquilo este
        esse essa esses essas aquele eu tu ele ela você voce vocês voces vc nós eles elas me te
        lhe meu minha meus minhas teu tua seu sua seus suas nosso nossa muito muita muitos
        muitas mais menos pouco também tambem ainda já ja sempre nunca agora hoje amanhã amanha
        ontem aqui aí ali lá há tem tenho tens temos têm tinha ter posso pode podes podem poder
        poderia quero quer queres querer queria preciso precisa devo deve fazer faço faz feito
        fiz ir vou vai vamos vão dizer diz diga dá dar me saber sei sabe ver obrigado obrigada
        olá ola oi bom boa dia tarde noite tchau adeus favor desculpa desculpe então entao
        tudo bem certo claro algo nada alguém alguem ninguém outro outra outros coisa coisas
        semana mês mes ano anos hora tempo vez ajuda ajudar escreva escrever pergunta
        resposta lista primeiro primeira próximo último gostaria melhor dois duas três
        mensagem número reunião amigo amigos gente pessoa pessoas trabalho trabalhar dinheiro casa
        livro viagem voo comida receita médico telefone mudar mude explique explicar lembre
        lembrar traduza traduzir resuma resumir resumo comprar pagar custa barato caro aberto
        novo nova novos velho nome cidade criança crianças carta frase procurar encontrar mostre
        mostrar cada vários quatro cinco perfeito ótimo mesmo mesma antes depois logo enquanto
        embora além foi foram será seria só somente ligar chegar chega enviar envie colocar
        quanto pelos pelas dele dela deles nesse neste nessa nesta disso disto daqui
    """),
    "it": _words("""
        il lo la i gli le l' d' un uno una un' di del dello della dei degli delle a al allo alla ai
        agli alle da dal dalla dai in nel nello nella nei nelle su sul sulla con per tra fra e
        ed o ma se sì si no non che chi cosa cos'è quale quali come quando dove quanto quanti
        quanta perché perche è sono era erano essere sei siamo siete sta stanno sto stai stato
        questo questa questi queste quello quella quel quei io tu lui lei noi voi loro mi ti ci
        vi mio mia miei mie tuo tua tuoi suo sua suoi nostro nostra vostro molto molta molti più
        piu meno poco anche ancora già gia sempre mai adesso ora oggi domani ieri qui qua lì là
        c'è ho hai ha abbiamo avete hanno aveva avere posso puoi può puo possiamo potete possono
        potresti voglio vuoi vuole vorrei devo devi deve fare faccio fai fa fatto andare vado vai
        va andiamo dire dico dimmi dice sapere so sai sa vedere dare dammi bisogno grazie ciao
        buongiorno buonasera buonanotte arrivederci salve prego favore scusa scusi certo bene
        male allora quindi poi tutto tutta tutti tutte qualcosa niente nulla qualcuno nessuno
        altro altra altri giorno settimana mese anno anni volta tempo aiuto aiutami aiutare
        scrivi scrivere domanda risposta lista elenco prima primo prossimo ultimo meglio due tre
        dell' all' nell' sull' dall' quell' un'altra
        messaggio numero riunione appuntamento amico amici gente persona persone lavoro lavorare
        soldi casa libro viaggio volo cibo ricetta medico telefono cambiare cambia spiega spiegare
        ricorda ricordare ricordami traduci tradurre riassumi riassumere riassunto comprare pagare
        costa economico caro aperto nuovo nuova nuovi vecchio nome città bambino bambini lettera
        frase cerca cercare trovare mostra mostrare ogni alcuni quattro cinque perfetto ottimo
        stesso stessa prima dopo mentre anche però inoltre fu sarà sarebbe solo soltanto chiamare
        arrivare arriva inviare invia mettere tra ne nessun
    """),
    "nl": _words("""
        de het een en of maar als dan dat dit deze die is zijn was waren ben bent ik jij je u hij
        zij ze wij we jullie mij me jou hem haar ons hun hen mijn jouw uw onze geen niet nee ja
        wel ook nog al alleen heel erg zeer meer veel wat wie hoe waar wanneer waarom welke welk
        hoeveel hier daar er vandaag morgen gisteren nu straks altijd nooit weer eens met van te
        tot naar bij uit voor over onder op aan in door tegen zonder sinds tussen kan kun kunt
        kunnen kon wil wilt willen moet moeten mag mogen zou zouden zal zullen heb hebt heeft
        hebben had wordt worden werd doe doet doen gaat gaan ga kom komt komen geef geven zeg
        zeggen weet weten nodig graag alsjeblieft alstublieft bedankt dank dankjewel hallo hoi
        goedemorgen goedemiddag goedenavond dag doei sorry goed goede misschien eigenlijk alles
        iets niets iemand niemand andere gewoon juist fout schrijf schrijven vraag vragen
        antwoord hulp help helpen uur week jaar maand tijd keer eerste laatste volgende twee drie
        want omdat zodat toch echt lekker beetje leuk mooi even maken maak zo'n deze daarom
        bericht nummer afspraak vergadering vriend vrienden mensen persoon werk werken geld huis
        boek reis vlucht eten recept dokter telefoon veranderen verander leg uitleggen onthoud
        herinner vertaal vertalen samenvatten samenvatting vat kopen betalen kost goedkoop
        goedkoper duur nieuw nieuwe oud oude naam stad kind kinderen brief zin zoek zoeken vinden
        toon laat laten elke elk enkele vier vijf perfect prima zelfde voordat nadat terwijl
        hoewel later vroeger wanneer zie zien gezien bellen sturen stuur gebeld
    """),
    "tr": _words("""
        ve veya ya ama fakat ile için icin gibi kadar bu şu su o bir iki üç uc ben sen biz siz
        onlar beni seni bana sana ona bize size onu benim senin onun bizim sizin var yok değil
        degil evet hayır hayir tamam ne neden niye nasıl nasil nerede nereye nereden kim hangi
        kaç kac zaman mi mı mu mü misin mısın musun miyim mıyım musunuz misiniz mısınız da de ki
        çok cok az daha en her hiç hic şey sey şimdi simdi bugün bugun yarın yarin dün dun sonra
        önce once hep hala hâlâ artık artik sadece belki lütfen lutfen teşekkür tesekkur
        teşekkürler tesekkurler ederim ederiz sağol sagol merhaba selam günaydın gunaydin iyi
        akşamlar aksamlar geceler günler gunler hoşça hosca kusura bakma özür dilerim olur olmaz
        oldu olarak olan istiyorum istiyor ister isterim misiniz yardım yardim eder edin edebilir
        yap yapar yapabilir yaz yazar yazın göster goster söyle soyle anlat bilmiyorum biliyor
        nedir neler naber nasılsın nasilsin güzel guzel kötü doğru yanlış soru cevap liste gün
        hafta ay yıl yil saat ilk son yeni eski büyük küçük bütün tüm başka diğer kendi bunu şunu
        bunun buna burada orada lazım lazim gerek gerekiyor
        mesaj numara toplantı arkadaş arkadaşım insan insanlar kişi iş işim çalışmak para ev kitap
        yolculuk uçuş yemek tarif doktor telefon değiştir değiştirmek açıkla açıklar hatırla
        hatırlat çevir özetle özet satın almak al ödemek ucuz pahalı açık isim ad şehir çocuk
        mektup cümle ara bul bulmak her bazı dört beş aynı önceki sonraki iken rağmen ayrıca
        sadece yalnızca geliyor gelir gönder gönderir koy gitmek giderim istersen
        olacak olması olduğu oluyor eğer göre karşı doğru üzerinde içinde
    """),
    "id": _words("""
        yang dan atau tapi tetapi kalau jika karena untuk dengan dari ke di pada dalam oleh
        tentang seperti ini itu adalah ialah ada tidak tak bukan jangan belum sudah udah telah
        akan sedang masih lagi juga hanya cuma saja aja saya aku kamu anda dia kita kami mereka
        ku mu nya apa siapa kapan kenapa mengapa bagaimana gimana berapa mana dimana apakah bisa
        dapat boleh harus mau ingin perlu butuh tolong bantu bantuan terima kasih makasih halo
        hai selamat pagi siang sore malam tinggal maaf permisi ya iya baik bagus benar salah
        sangat sekali banget lebih paling banyak sedikit semua setiap beberapa lain sama hari
        minggu bulan tahun jam waktu sekarang nanti besok kemarin tadi di sini sana situ buat
        buatkan tulis tuliskan kirim lihat coba cari beri kasih tahu tau bilang kata tanya
        pertanyaan jawaban jawab daftar pertama terakhir kedua berikutnya satu dua tiga dong
        sih kok deh nih gak nggak ga enggak lalu kemudian setelah sebelum sampai orang rumah
        kerja harga murah mahal baru lama
        pesan nomor rapat teman orang-orang pekerjaan bekerja uang buku perjalanan penerbangan makan
        makanan resep dokter telepon ubah mengubah jelaskan ingat ingatkan terjemahkan ringkas
        rangkuman ringkasan beli membeli bayar biaya buka nama kota anak surat kalimat mencari
        menemukan tampilkan tunjukkan empat lima sempurna bagus sebuah seorang sedangkan meskipun
        selain hanya kirimkan taruh letakkan pergi datang mungkin pasti sendiri tersebut serta
        hingga antara para hal cara tempat
    """),
}
"""Words of the languages in Latin letters, in lower case."""

FOREIGN = _words("""
    och inte är jag det som på för med hej tack att vad har den av ett till vill ska
    ikke jeg og af hvad tak er til fra skal vil hei takk eg hva også meg
    ole olen että niin mitä kiitos moi minä sinä tämä ei mutta kuin onko missä
    nie jest się że cześć dziękuję proszę mam dla czy było není jsem ahoj děkuji
    nem egy hogy az vagyok köszönöm szia kérem ez
    sunt și în din pe mulțumesc bună nu ce mai pentru cu sau ale fi unde
    amb això és són però gràcies tinc vull els dels què més aquest aquesta puc molt quin quina
    meva seva ho
    xin chào không cảm ơn tôi bạn là và của có
    ang mga ng ako ikaw salamat po kumusta siya
    habari asante sana kwa nini mimi wewe hii jambo ya wa
    što sam nije hvala molim kako zašto
    unha coa dunha grazas moi máis xa vostede
    ek jy hulle vir asseblief dankie baie
""")
"""Words that show a language in Latin letters that the bot does not speak."""
