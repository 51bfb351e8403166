"""French; people are called vous."""

from context.catalogue.sentences import Counted, Labels, Reasons, Sentences, Summaries

FRENCH = Sentences(
    first_contact=(
        "👋 Je suis Baton, un assistant IA : un programme, pas une personne. Ce que vous écrivez ici "
        "est enregistré, pour que nous puissions reprendre où nous en étions. Écrivez {help} pour "
        "voir ce que je sais faire."
    ),
    help_intro="Écrivez-moi simplement, dans la langue de votre choix. Je comprends aussi :",
    unknown_command="Je ne connais pas {command}. Voici ce que je comprends :",
    summaries=Summaries(
        help="cette liste",
        context="à quel point la fenêtre de contexte de cette conversation est remplie",
        new="commencer une nouvelle conversation ; je ne vois alors plus celle-ci",
        compact="faire de la place : les anciens messages sont résumés",
        handoff="passer maintenant à un nouvel agent ; voir ses notes, ou revenir en arrière",
        history="ce qui a été résumé ou transmis, et quand",
        why="pourquoi des messages ont été résumés ou un autre agent a pris le relais",
        notices="quels avis sur la fenêtre de contexte vous recevez",
        stop="arrêter ce que je suis en train de faire",
    ),
    warning=(
        "⚠️ Ma fenêtre de contexte, c'est-à-dire ma mémoire pour cette conversation, se remplit : "
        "{in_use}."
    ),
    turns_left=Counted(
        one="À votre rythme, il reste de la place pour environ 1 message.",
        other="À votre rythme, il reste de la place pour environ {count} messages.",
    ),
    compaction_ahead="À {share}, je résume les anciens messages.",
    handoff_ahead=(
        "À {share}, un nouvel agent prend le relais avec mes notes et continue là où nous en sommes."
    ),
    handoff_when_full=(
        "Quand elle sera pleine, un nouvel agent prendra le relais avec mes notes et continuera là "
        "où nous en sommes."
    ),
    choices=(
        "Vous n'avez rien à faire. {compact} fait de la place tout de suite, {handoff} passe à un "
        "nouvel agent, {new} repart de zéro."
    ),
    critical=(
        "🔴 Ma fenêtre de contexte, c'est-à-dire ma mémoire pour cette conversation, est presque "
        "pleine : {in_use}. Un nouvel agent prend maintenant le relais avec mes notes et nos derniers "
        "messages. Continuez simplement à écrire ; s'il lui manque quelque chose, redites-le. {new} "
        "repart plutôt de zéro."
    ),
    started_small=(
        "🔴 Il y avait trop à emporter : je continue avec l'essentiel seulement, votre première "
        "demande et nos derniers messages. Redites-moi, s'il vous plaît, ce qui me manque."
    ),
    compaction_at="résumé à {share}",
    handoff_at="relais à {share}",
    rotation_at="changement à {share}",
    context="Fenêtre de contexte : {in_use}, {left} tokens libres.",
    context_agent="Agent {version} de cette conversation, {turns} jusqu'ici.",
    turns=Counted(one="1 réponse", other="{count} réponses"),
    context_unused="Rien n'est encore occupé : {in_use}.",
    new_started=(
        "✨ Une nouvelle conversation commence. Je ne vois plus ce que nous nous sommes dit avant."
    ),
    stopped=Counted(
        one="⏹️ Arrêté. Je ne répondrai pas à ce message ; réécrivez quand vous voulez.",
        other="⏹️ Arrêté. Je ne répondrai pas à ces {count} messages ; réécrivez quand vous voulez.",
    ),
    nothing_to_stop="Il n'y a rien à arrêter : je ne travaille sur rien en ce moment.",
    still_working="⏳ J'y travaille encore ; celle-ci prend un peu plus de temps.",
    failed=(
        "Je n'ai pas pu répondre à cause d'une erreur de notre côté ; renvoyez votre message, s'il "
        "vous plaît."
    ),
    too_long=(
        "Ce message est trop long pour que je le lise d'un coup ; envoyez-le en plusieurs morceaux, "
        "s'il vous plaît."
    ),
    refused=(
        "Je ne peux pas vous aider pour cela. Dites-le autrement, ou demandez-moi autre chose."
    ),
    cut_off="✂️ La réponse a été coupée à sa longueur maximale. Écrivez « continue » pour la suite.",
    nothing_to_say="Je n'ai rien à ajouter.",
    in_latest_thread="Dans votre dernière conversation ici : {text}",
    compaction_started="🧹 Je fais de la place. Vous pouvez continuer à écrire.",
    compacted=(
        "🧹 C'est fait : les anciens messages sont maintenant un résumé, et {before} tokens sont "
        "devenus {in_use}. Rien de ce que vous avez écrit n'est perdu."
    ),
    nothing_to_compact="Il n'y a encore rien à résumer : ce que j'ai devant moi est assez court.",
    compaction_failed=(
        "Je n'ai pas pu faire de place pour l'instant ; rien n'a changé. Continuez à écrire, ou "
        "passez à un nouvel agent avec {handoff}."
    ),
    handoff_started="🤝 J'écris mes notes pour un nouvel agent. Vous pouvez continuer à écrire.",
    handed_over=(
        "🤝 C'est fait : un nouvel agent a pris le relais avec mes notes et continue là où nous en "
        "sommes. {show} montre les notes, {undo} revient en arrière."
    ),
    nothing_to_hand_off="Il n'y a encore rien à transmettre : nous venons de commencer.",
    switched_off=(
        "Les résumés et le passage à un nouvel agent sont désactivés ici ; je compte "
        "seulement ce qui est utilisé."
    ),
    handoff_shown="L'agent {before} a laissé ces notes à l'agent {after} :",
    no_handoff="Il n'y a pas de notes à montrer : aucun agent n'était là avant moi.",
    undone="↩️ Retour en arrière : l'agent {version} continue, avec tout ce qu'il avait avant.",
    nothing_to_undo="Il n'y a pas de relais à annuler dans cette conversation.",
    history_intro=(
        "Ce qui est arrivé à la fenêtre de contexte de cette conversation, du plus récent au plus "
        "ancien :"
    ),
    history_handoff="{at} · l'agent {after} a remplacé l'agent {before} : {reason}, à {in_use}",
    history_compaction="{at} · l'agent {version} a fait de la place : {before} → {after} tokens",
    no_history="Rien n'a encore été résumé ni transmis dans cette conversation.",
    reasons=Reasons(
        context_window_exhausted="sa fenêtre de contexte était pleine",
        forced_rotation="sa fenêtre de contexte n'avait plus de place pour une réponse",
        user_request="vous l'avez demandé",
        task_completed="sa tâche était terminée",
        idle_timeout="il y a eu une longue pause",
        budget_exhausted="son budget était épuisé",
        error="une erreur l'a arrêté",
        admin_request="l'administration l'a demandé",
    ),
    why_handoff=(
        "L'agent {after} vous répond parce que l'agent {before} a passé le relais ({reason}), à "
        "{in_use}. Il a commencé avec des notes et vos derniers messages."
    ),
    why_checked=(
        "Une vérification a trouvé dans les notes {percent} de ce qui ne doit pas se perdre ; le "
        "reste a été ajouté mot pour mot."
    ),
    why_compaction=(
        "Les anciens messages sont maintenant un résumé, pour qu'il y ait de nouveau de la place : "
        "{before} tokens sont devenus {after}. Vos derniers messages sont restés mot pour mot."
    ),
    why_nothing=(
        "Rien n'a été résumé ni transmis dans cette conversation : je vois chaque mot tel qu'il a été "
        "dit."
    ),
    notices_all="🔔 Vous recevez tous les avis sur la fenêtre de contexte.",
    notices_critical="🔔 Vous ne recevez que les avis critiques sur la fenêtre de contexte.",
    notices_off=(
        "🔕 Vous ne recevez aucun avis sur la fenêtre de contexte ; je vous signale toujours les "
        "erreurs."
    ),
    notices_choices="Pour changer cela : {all}, {critical} ou {off}.",
    labels=Labels(
        compact="Faire de la place",
        handoff="Passer à un nouvel agent",
        new="Repartir de zéro",
        handoff_show="Voir les notes",
        handoff_undo="Revenir en arrière",
    ),
)
