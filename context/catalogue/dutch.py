"""Dutch; people are called je."""

from context.catalogue.sentences import Counted, Labels, Reasons, Sentences, Summaries

DUTCH = Sentences(
    first_contact=(
        "👋 Ik ben Baton, een AI-assistent: een programma, geen mens. Wat je hier schrijft wordt "
        "bewaard, zodat we verder kunnen waar we gebleven waren. Schrijf {help} om te zien wat ik kan."
    ),
    help_intro="Schrijf me gewoon, in welke taal je maar wilt. Ik begrijp ook:",
    unknown_command="{command} ken ik niet. Dit begrijp ik:",
    summaries=Summaries(
        help="deze lijst",
        context="hoe vol het contextvenster van dit gesprek is",
        new="een nieuw gesprek beginnen; dit gesprek zie ik dan niet meer",
        compact="nu opruimen: oudere berichten worden samengevat",
        handoff="nu een nieuwe agent laten overnemen; de notities bekijken of terugdraaien",
        history="wat er wanneer is opgeruimd of overgedragen",
        why="waarom er is opgeruimd of een andere agent het overnam",
        notices="welke meldingen over het contextvenster je krijgt",
        stop="stoppen met waar ik mee bezig ben",
    ),
    warning=(
        "⚠️ Mijn contextvenster, het geheugen dat ik voor dit gesprek heb, raakt vol: {in_use}."
    ),
    turns_left=Counted(
        one="In jouw tempo is er nog plaats voor ongeveer 1 bericht.",
        other="In jouw tempo is er nog plaats voor ongeveer {count} berichten.",
    ),
    compaction_ahead="Bij {share} vat ik oudere berichten samen.",
    handoff_ahead=(
        "Bij {share} neemt een nieuwe agent het over met mijn notities en gaat precies hier verder."
    ),
    handoff_when_full=(
        "Als het vol is, neemt een nieuwe agent het over met mijn notities en gaat precies hier verder."
    ),
    choices=(
        "Je hoeft niets te doen. {compact} ruimt nu op, {handoff} laat een nieuwe agent overnemen, "
        "{new} begint opnieuw."
    ),
    critical=(
        "🔴 Mijn contextvenster, het geheugen dat ik voor dit gesprek heb, is bijna vol: {in_use}. Een "
        "nieuwe agent neemt het nu over met mijn notities en onze laatste berichten. Schrijf gewoon "
        "verder; mist hij iets, zeg het dan nog eens. {new} begint in plaats daarvan opnieuw."
    ),
    started_small=(
        "🔴 Er was te veel om mee te nemen, dus ik ga alleen verder met het belangrijkste: je eerste "
        "vraag en onze laatste berichten. Zeg me alsjeblieft nog eens wat ik mis."
    ),
    compaction_at="opruimen bij {share}",
    handoff_at="overdracht bij {share}",
    rotation_at="wissel bij {share}",
    context="Contextvenster: {in_use}, {left} tokens over.",
    context_agent="Agent {version} van dit gesprek, {turns} tot nu toe.",
    turns=Counted(one="1 antwoord", other="{count} antwoorden"),
    context_unused="Er is nog niets in gebruik: {in_use}.",
    new_started="✨ Er begint een nieuw gesprek. Wat we eerder zeiden, zie ik niet meer.",
    stopped=Counted(
        one="⏹️ Gestopt. Dat bericht beantwoord ik niet; schrijf gerust weer wanneer je wilt.",
        other="⏹️ Gestopt. Die {count} berichten beantwoord ik niet; schrijf gerust weer wanneer je wilt.",
    ),
    nothing_to_stop="Er valt niets te stoppen: ik ben nergens mee bezig.",
    still_working="⏳ Ik ben er nog mee bezig; deze duurt iets langer.",
    failed="Door een fout bij ons kon ik niet antwoorden; stuur het alsjeblieft nog een keer.",
    too_long=(
        "Dat bericht is te lang om in één keer te lezen; stuur het alsjeblieft in kleinere stukken."
    ),
    refused="Daar kan ik niet bij helpen. Zeg het op een andere manier of vraag me iets anders.",
    cut_off="✂️ Het antwoord is op zijn langst afgekapt. Schrijf “ga door” voor de rest.",
    nothing_to_say="Daar heb ik niets aan toe te voegen.",
    in_latest_thread="In je laatste gesprek hier: {text}",
    compaction_started="🧹 Ik ben aan het opruimen. Je kunt intussen verder schrijven.",
    compacted=(
        "🧹 Opgeruimd: oudere berichten zijn nu een samenvatting, en {before} tokens werden {in_use}. "
        "Niets van wat je schreef is verloren."
    ),
    nothing_to_compact="Er valt nog niets op te ruimen: wat ik voor me heb is kort genoeg.",
    compaction_failed=(
        "Opruimen lukte net niet; er is niets veranderd. Schrijf verder, of laat met {handoff} een "
        "nieuwe agent overnemen."
    ),
    handoff_started=(
        "🤝 Ik schrijf mijn notities voor een nieuwe agent. Je kunt intussen verder schrijven."
    ),
    handed_over=(
        "🤝 Klaar: een nieuwe agent heeft het overgenomen met mijn notities en gaat precies hier "
        "verder. {show} toont de notities, {undo} draait het terug."
    ),
    nothing_to_hand_off="Er valt nog niets over te dragen: we zijn net begonnen.",
    switched_off=(
        "Opruimen en wisselen van agent zijn hier uitgeschakeld; ik tel alleen wat in "
        "gebruik is."
    ),
    handoff_shown="Agent {before} liet deze notities achter voor agent {after}:",
    no_handoff="Er zijn geen notities: vóór mij was hier geen andere agent.",
    undone="↩️ Teruggedraaid: agent {version} gaat verder, met alles wat hij eerder had.",
    nothing_to_undo="In dit gesprek is er geen overdracht om terug te draaien.",
    history_intro="Wat er met het contextvenster van dit gesprek gebeurde, het nieuwste eerst:",
    history_handoff="{at} · agent {after} nam het over van agent {before}: {reason}, bij {in_use}",
    history_compaction="{at} · agent {version} ruimde op: {before} → {after} tokens",
    no_history="In dit gesprek is nog niets opgeruimd of overgedragen.",
    reasons=Reasons(
        context_window_exhausted="zijn contextvenster was vol",
        forced_rotation="in zijn contextvenster was geen plaats voor een antwoord",
        user_request="je vroeg erom",
        task_completed="zijn taak was klaar",
        idle_timeout="er was een lange pauze",
        budget_exhausted="zijn budget was op",
        error="een fout hield hem tegen",
        admin_request="een beheerder vroeg erom",
    ),
    why_handoff=(
        "Agent {after} antwoordt je omdat agent {before} het heeft overgedragen ({reason}), bij "
        "{in_use}. Hij begon met notities en je laatste berichten."
    ),
    why_checked=(
        "Een controle vond {percent} van wat niet verloren mag gaan in de notities; de rest is "
        "woordelijk toegevoegd."
    ),
    why_compaction=(
        "Oudere berichten zijn nu een samenvatting, zodat er weer plaats is: {before} tokens werden "
        "{after}. Je laatste berichten bleven woord voor woord staan."
    ),
    why_nothing=(
        "In dit gesprek is niets opgeruimd of overgedragen: ik zie elk woord zoals het gezegd is."
    ),
    notices_all="🔔 Je krijgt alle meldingen over het contextvenster.",
    notices_critical="🔔 Je krijgt alleen de kritieke meldingen over het contextvenster.",
    notices_off="🔕 Je krijgt geen meldingen over het contextvenster; fouten meld ik toch.",
    notices_choices="Wijzigen kan met {all}, {critical} of {off}.",
    labels=Labels(
        compact="Nu opruimen",
        handoff="Nieuwe agent laten overnemen",
        new="Opnieuw beginnen",
        handoff_show="Notities tonen",
        handoff_undo="Terugdraaien",
    ),
)
