"""Italian; people are called tu."""

from context.catalogue.sentences import Counted, Labels, Reasons, Sentences, Summaries

ITALIAN = Sentences(
    first_contact=(
        "👋 Sono Baton, un assistente IA: un programma, non una persona. Quello che scrivi qui viene "
        "salvato, così possiamo riprendere da dove eravamo rimasti. Scrivi {help} per vedere che cosa "
        "so fare."
    ),
    help_intro="Scrivimi e basta, nella lingua che vuoi. Capisco anche:",
    unknown_command="Non conosco {command}. Ecco che cosa capisco:",
    summaries=Summaries(
        help="questo elenco",
        context="quanto è piena la finestra di contesto di questa conversazione",
        new="iniziare una nuova conversazione; allora non vedo più questa",
        compact="fare spazio ora: i messaggi più vecchi vengono riassunti",
        handoff="passare ora a un nuovo agente; vedere i suoi appunti o annullare",
        history="che cosa è stato riassunto o passato, e quando",
        why="perché dei messaggi sono stati riassunti o un altro agente ha preso il posto",
        notices="quali avvisi sulla finestra di contesto ricevi",
        stop="fermare quello che sto facendo",
    ),
    warning=(
        "⚠️ La mia finestra di contesto, la memoria che ho per questa conversazione, si sta riempiendo: "
        "{in_use}."
    ),
    turns_left=Counted(
        one="Al tuo ritmo c'è ancora posto per circa 1 messaggio.",
        other="Al tuo ritmo c'è ancora posto per circa {count} messaggi.",
    ),
    compaction_ahead="A quota {share} riassumo i messaggi più vecchi.",
    handoff_ahead=(
        "A quota {share} subentra un nuovo agente con i miei appunti e continua proprio da qui."
    ),
    handoff_when_full=(
        "Quando sarà piena, subentrerà un nuovo agente con i miei appunti e continuerà proprio da qui."
    ),
    choices=(
        "Non devi fare nulla. {compact} fa spazio ora, {handoff} passa a un nuovo agente, {new} "
        "ricomincia da capo."
    ),
    critical=(
        "🔴 La mia finestra di contesto, la memoria che ho per questa conversazione, è quasi piena: "
        "{in_use}. Ora subentra un nuovo agente con i miei appunti e i nostri ultimi messaggi. "
        "Continua pure a scrivere; se gli manca qualcosa, dillo di nuovo. {new} invece ricomincia da "
        "capo."
    ),
    started_small=(
        "🔴 C'era troppo da portare con sé: continuo solo con l'essenziale, la tua prima richiesta e i "
        "nostri ultimi messaggi. Per favore, ridimmi quello che mi manca."
    ),
    compaction_at="riassunto a {share}",
    handoff_at="passaggio a {share}",
    rotation_at="cambio a {share}",
    context="Finestra di contesto: {in_use}, {left} token liberi.",
    context_agent="Agente {version} di questa conversazione, {turns} finora.",
    turns=Counted(one="1 risposta", other="{count} risposte"),
    context_unused="Non c'è ancora nulla in uso: {in_use}.",
    new_started="✨ Inizia una nuova conversazione. Non vedo più quello che ci siamo detti prima.",
    stopped=Counted(
        one="⏹️ Fermato. Non risponderò a quel messaggio; riscrivi quando vuoi.",
        other="⏹️ Fermato. Non risponderò a quei {count} messaggi; riscrivi quando vuoi.",
    ),
    nothing_to_stop="Non c'è nulla da fermare: non sto lavorando a niente.",
    still_working="⏳ Ci sto ancora lavorando; questa richiede un po' di più.",
    failed="Non ho potuto rispondere per un errore nostro; per favore, invialo ancora una volta.",
    too_long=(
        "Quel messaggio è troppo lungo da leggere in una volta; per favore, invialo in parti più "
        "piccole."
    ),
    refused="Non posso aiutarti con questo. Dillo in un altro modo o chiedimi qualcos'altro.",
    cut_off="✂️ La risposta è stata tagliata alla lunghezza massima. Scrivi «continua» per il resto.",
    nothing_to_say="Non ho nulla da aggiungere.",
    in_latest_thread="Nella tua ultima conversazione qui: {text}",
    compaction_started="🧹 Sto facendo spazio. Intanto puoi continuare a scrivere.",
    compacted=(
        "🧹 Fatto: i messaggi più vecchi ora sono un riassunto, e da {before} token siamo passati a "
        "{in_use}. Nulla di ciò che hai scritto è andato perso."
    ),
    nothing_to_compact="Non c'è ancora nulla da riassumere: quello che ho davanti è abbastanza breve.",
    compaction_failed=(
        "Per ora non sono riuscito a fare spazio; non è cambiato nulla. Continua a scrivere, o passa a "
        "un nuovo agente con {handoff}."
    ),
    handoff_started=(
        "🤝 Sto scrivendo i miei appunti per un nuovo agente. Intanto puoi continuare a scrivere."
    ),
    handed_over=(
        "🤝 Fatto: è subentrato un nuovo agente con i miei appunti e continua proprio da qui. {show} "
        "mostra gli appunti, {undo} annulla."
    ),
    nothing_to_hand_off="Non c'è ancora nulla da passare: abbiamo appena iniziato.",
    switched_off=(
        "I riassunti e il passaggio a un nuovo agente sono disattivati qui; conto solo "
        "quello che è in uso."
    ),
    handoff_shown="L'agente {before} ha lasciato questi appunti per l'agente {after}:",
    no_handoff="Non ci sono appunti da mostrare: prima di me non c'era un altro agente.",
    undone="↩️ Annullato: continua l'agente {version}, con tutto quello che aveva prima.",
    nothing_to_undo="In questa conversazione non c'è nessun passaggio da annullare.",
    history_intro=(
        "Che cosa è successo alla finestra di contesto di questa conversazione, dal più recente:"
    ),
    history_handoff=(
        "{at} · l'agente {after} è subentrato all'agente {before}: {reason}, a {in_use}"
    ),
    history_compaction="{at} · l'agente {version} ha fatto spazio: {before} → {after} token",
    no_history="In questa conversazione non è stato ancora riassunto né passato nulla.",
    reasons=Reasons(
        context_window_exhausted="la sua finestra di contesto era piena",
        forced_rotation="nella sua finestra di contesto non c'era posto per una risposta",
        user_request="lo hai chiesto tu",
        task_completed="il suo compito era finito",
        idle_timeout="c'è stata una lunga pausa",
        budget_exhausted="il suo budget era esaurito",
        error="un errore lo ha fermato",
        admin_request="lo ha chiesto l'amministrazione",
    ),
    why_handoff=(
        "Ti risponde l'agente {after} perché l'agente {before} gli ha passato la conversazione "
        "({reason}), a {in_use}. Ha iniziato con gli appunti e i tuoi ultimi messaggi."
    ),
    why_checked=(
        "Un controllo ha trovato negli appunti {percent} di ciò che non deve andare perso; il resto "
        "è stato aggiunto parola per parola."
    ),
    why_compaction=(
        "I messaggi più vecchi ora sono un riassunto, così c'è di nuovo posto: da {before} token siamo "
        "passati a {after}. I tuoi ultimi messaggi sono rimasti parola per parola."
    ),
    why_nothing=(
        "In questa conversazione non è stato riassunto né passato nulla: vedo ogni parola così come è "
        "stata detta."
    ),
    notices_all="🔔 Ricevi tutti gli avvisi sulla finestra di contesto.",
    notices_critical="🔔 Ricevi solo gli avvisi critici sulla finestra di contesto.",
    notices_off="🔕 Non ricevi avvisi sulla finestra di contesto; gli errori te li dico comunque.",
    notices_choices="Per cambiare: {all}, {critical} o {off}.",
    labels=Labels(
        compact="Fai spazio ora",
        handoff="Passa a un nuovo agente",
        new="Ricomincia da capo",
        handoff_show="Mostra gli appunti",
        handoff_undo="Annulla",
    ),
)
