"""German; people are called du."""

from context.catalogue.sentences import Counted, Labels, Reasons, Sentences, Summaries

GERMAN = Sentences(
    first_contact=(
        "👋 Ich bin Baton, ein KI-Assistent: ein Programm, kein Mensch. Was du hier schreibst, wird "
        "gespeichert, damit wir weitermachen können, wo wir aufgehört haben. {help} zeigt, was ich "
        "kann."
    ),
    help_intro="Schreib mir einfach, in jeder Sprache. Außerdem verstehe ich:",
    unknown_command="{command} kenne ich nicht. Das verstehe ich:",
    summaries=Summaries(
        help="diese Liste",
        context="wie voll das Kontextfenster dieses Gesprächs ist",
        new="ein neues Gespräch beginnen; dieses sehe ich dann nicht mehr",
        compact="jetzt aufräumen: ältere Nachrichten werden zusammengefasst",
        handoff="jetzt einen frischen Agenten holen; seine Notizen ansehen oder zurücknehmen",
        history="was wann aufgeräumt oder übergeben wurde",
        why="warum aufgeräumt wurde oder ein anderer Agent übernommen hat",
        notices="welche Hinweise zum Kontextfenster du bekommst",
        stop="abbrechen, woran ich gerade arbeite",
    ),
    warning=(
        "⚠️ Mein Kontextfenster, also mein Gedächtnis für dieses Gespräch, füllt sich: {in_use}."
    ),
    turns_left=Counted(
        one="Bei deinem Tempo reicht es noch für etwa 1 Nachricht.",
        other="Bei deinem Tempo reicht es noch für etwa {count} Nachrichten.",
    ),
    compaction_ahead="Bei {share} fasse ich ältere Nachrichten zusammen.",
    handoff_ahead=(
        "Bei {share} übernimmt ein frischer Agent mit meinen Notizen und macht genau hier weiter."
    ),
    handoff_when_full=(
        "Wenn es voll ist, übernimmt ein frischer Agent mit meinen Notizen und macht genau hier "
        "weiter."
    ),
    choices=(
        "Du musst nichts tun. {compact} räumt jetzt auf, {handoff} holt einen frischen Agenten, "
        "{new} fängt neu an."
    ),
    critical=(
        "🔴 Mein Kontextfenster, also mein Gedächtnis für dieses Gespräch, ist fast voll: {in_use}. "
        "Ein frischer Agent übernimmt jetzt mit meinen Notizen und unseren letzten Nachrichten. "
        "Schreib einfach weiter; wenn ihm etwas fehlt, sag es noch einmal. {new} fängt stattdessen "
        "neu an."
    ),
    started_small=(
        "🔴 Es war zu viel, um alles mitzunehmen. Ich mache nur mit dem Wichtigsten weiter: deinem "
        "ersten Anliegen und unseren letzten Nachrichten. Sag mir bitte noch einmal, was mir fehlt."
    ),
    compaction_at="Aufräumen bei {share}",
    handoff_at="Übergabe bei {share}",
    rotation_at="Wechsel bei {share}",
    context="Kontextfenster: {in_use}, {left} Tokens frei.",
    context_agent="Agent {version} dieses Gesprächs, bisher {turns}.",
    turns=Counted(one="1 Antwort", other="{count} Antworten"),
    context_unused="Noch ist nichts belegt: {in_use}.",
    new_started="✨ Ein neues Gespräch beginnt. Was wir vorher geschrieben haben, sehe ich nicht mehr.",
    stopped=Counted(
        one="⏹️ Gestoppt. Diese Nachricht beantworte ich nicht; schreib jederzeit wieder.",
        other="⏹️ Gestoppt. Diese {count} Nachrichten beantworte ich nicht; schreib jederzeit wieder.",
    ),
    nothing_to_stop="Es gibt nichts zu stoppen: Ich arbeite gerade an nichts.",
    still_working="⏳ Ich bin noch dran; das hier dauert etwas länger.",
    failed=(
        "Wegen eines Fehlers bei uns konnte ich darauf nicht antworten; bitte schick es noch einmal."
    ),
    too_long="Diese Nachricht ist zu lang für mich; bitte schick sie in kleineren Teilen.",
    refused="Dabei kann ich nicht helfen. Formulier es bitte anders oder frag mich etwas anderes.",
    cut_off="✂️ Die Antwort wurde bei der größten Länge abgeschnitten. Schreib „weiter“ für den Rest.",
    nothing_to_say="Dem habe ich nichts hinzuzufügen.",
    in_latest_thread="In deinem letzten Gespräch hier: {text}",
    compaction_started="🧹 Ich räume auf. Du kannst inzwischen weiterschreiben.",
    compacted=(
        "🧹 Aufgeräumt: Ältere Nachrichten sind jetzt zusammengefasst, aus {before} Tokens wurden "
        "{in_use}. Nichts von dir ist verloren."
    ),
    nothing_to_compact="Es gibt noch nichts aufzuräumen: Was ich vor mir habe, ist kurz genug.",
    compaction_failed=(
        "Das Aufräumen hat gerade nicht geklappt; es hat sich nichts geändert. Schreib weiter, oder "
        "hol mit {handoff} einen frischen Agenten."
    ),
    handoff_started=(
        "🤝 Ich schreibe meine Notizen für einen frischen Agenten. Du kannst inzwischen "
        "weiterschreiben."
    ),
    handed_over=(
        "🤝 Erledigt: Ein frischer Agent hat mit meinen Notizen übernommen und macht genau hier "
        "weiter. {show} zeigt die Notizen, {undo} nimmt es zurück."
    ),
    nothing_to_hand_off="Es gibt noch nichts zu übergeben: Wir haben gerade erst angefangen.",
    switched_off=(
        "Aufräumen und Agentenwechsel sind hier abgeschaltet; ich zähle nur, was belegt ist."
    ),
    handoff_shown="Diese Notizen hat Agent {before} für Agent {after} hinterlassen:",
    no_handoff="Es gibt keine Notizen: Vor mir war hier kein anderer Agent.",
    undone="↩️ Zurückgenommen: Agent {version} macht weiter, mit allem, was er vorher hatte.",
    nothing_to_undo="In diesem Gespräch gibt es keine Übergabe, die man zurücknehmen könnte.",
    history_intro="Was mit dem Kontextfenster dieses Gesprächs geschah, das Neueste zuerst:",
    history_handoff="{at} · Agent {after} löste Agent {before} ab: {reason}, bei {in_use}",
    history_compaction="{at} · Agent {version} räumte auf: {before} → {after} Tokens",
    no_history="In diesem Gespräch wurde noch nichts aufgeräumt oder übergeben.",
    reasons=Reasons(
        context_window_exhausted="sein Kontextfenster war voll",
        forced_rotation="in seinem Kontextfenster war kein Platz für eine Antwort",
        user_request="du wolltest es so",
        task_completed="seine Aufgabe war erledigt",
        idle_timeout="es gab eine lange Pause",
        budget_exhausted="sein Budget war aufgebraucht",
        error="ein Fehler hielt ihn auf",
        admin_request="jemand aus der Administration wollte es so",
    ),
    why_handoff=(
        "Dir antwortet Agent {after}, weil Agent {before} übergeben hat ({reason}), bei {in_use}. Er "
        "begann mit Notizen und deinen letzten Nachrichten."
    ),
    why_checked=(
        "Eine Prüfung fand {percent} von dem, was nicht verloren gehen darf, in den Notizen; der Rest "
        "wurde wörtlich ergänzt."
    ),
    why_compaction=(
        "Ältere Nachrichten sind zusammengefasst, damit wieder Platz ist: Aus {before} Tokens wurden "
        "{after}. Deine letzten Nachrichten blieben Wort für Wort erhalten."
    ),
    why_nothing=(
        "In diesem Gespräch wurde nichts aufgeräumt oder übergeben: Ich sehe jedes Wort, wie es "
        "gesagt wurde."
    ),
    notices_all="🔔 Du bekommst alle Hinweise zum Kontextfenster.",
    notices_critical="🔔 Du bekommst nur die kritischen Hinweise zum Kontextfenster.",
    notices_off="🔕 Du bekommst keine Hinweise zum Kontextfenster; Fehler melde ich trotzdem.",
    notices_choices="Ändern kannst du das mit {all}, {critical} oder {off}.",
    labels=Labels(
        compact="Jetzt aufräumen",
        handoff="Frischen Agenten holen",
        new="Neu anfangen",
        handoff_show="Notizen zeigen",
        handoff_undo="Zurücknehmen",
    ),
)
