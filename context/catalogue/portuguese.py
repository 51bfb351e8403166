"""Portuguese, as in Brazil; people are called você."""

from context.catalogue.sentences import Counted, Labels, Reasons, Sentences, Summaries

PORTUGUESE = Sentences(
    first_contact=(
        "👋 Eu sou o Baton, um assistente de IA: um programa, não uma pessoa. O que você escreve aqui "
        "fica guardado para podermos continuar de onde paramos. Escreva {help} para ver o que eu sei "
        "fazer."
    ),
    help_intro="É só me escrever, em qualquer idioma. Também entendo:",
    unknown_command="Não conheço {command}. O que eu entendo:",
    summaries=Summaries(
        help="esta lista",
        context="quanto da janela de contexto desta conversa está cheio",
        new="começar uma conversa nova; aí não vejo mais esta",
        compact="abrir espaço agora: as mensagens antigas viram um resumo",
        handoff="chamar um agente novo agora; ver as notas dele ou desfazer",
        history="o que foi resumido ou passado adiante, e quando",
        why="por que mensagens foram resumidas ou outro agente assumiu",
        notices="quais avisos sobre a janela de contexto você recebe",
        stop="parar o que estou fazendo",
    ),
    warning=(
        "⚠️ Minha janela de contexto, a memória que tenho para esta conversa, está enchendo: {in_use}."
    ),
    turns_left=Counted(
        one="No seu ritmo, ainda cabe cerca de 1 mensagem.",
        other="No seu ritmo, ainda cabem cerca de {count} mensagens.",
    ),
    compaction_ahead="Ao chegar a {share}, eu resumo as mensagens antigas.",
    handoff_ahead=(
        "Ao chegar a {share}, um agente novo assume com as minhas notas e continua exatamente de onde estamos."
    ),
    handoff_when_full=(
        "Quando encher, um agente novo assume com as minhas notas e continua exatamente de onde "
        "estamos."
    ),
    choices=(
        "Você não precisa fazer nada. {compact} abre espaço agora, {handoff} chama um agente novo, "
        "{new} começa do zero."
    ),
    critical=(
        "🔴 Minha janela de contexto, a memória que tenho para esta conversa, está quase cheia: "
        "{in_use}. Um agente novo assume agora com as minhas notas e as nossas últimas mensagens. É só "
        "continuar escrevendo; se faltar alguma coisa, diga de novo. {new} começa do zero em vez disso."
    ),
    started_small=(
        "🔴 Era coisa demais para levar, então continuo só com o essencial: o seu primeiro pedido e as "
        "nossas últimas mensagens. Por favor, diga de novo o que me faltar."
    ),
    compaction_at="resumo em {share}",
    handoff_at="troca de agente em {share}",
    rotation_at="rotação em {share}",
    context="Janela de contexto: {in_use}, restam {left} tokens.",
    context_agent="Agente {version} desta conversa, {turns} até agora.",
    turns=Counted(one="1 resposta", other="{count} respostas"),
    context_unused="Ainda não há nada em uso: {in_use}.",
    new_started="✨ Uma conversa nova começa. Não vejo mais o que dissemos antes.",
    stopped=Counted(
        one="⏹️ Parei. Não vou responder a essa mensagem; escreva de novo quando quiser.",
        other="⏹️ Parei. Não vou responder a essas {count} mensagens; escreva de novo quando quiser.",
    ),
    nothing_to_stop="Não há nada para parar: não estou trabalhando em nada agora.",
    still_working="⏳ Ainda estou trabalhando nisso; esta demora um pouco mais.",
    failed="Não consegui responder por causa de uma falha nossa; por favor, envie mais uma vez.",
    too_long=(
        "Essa mensagem é longa demais para eu ler de uma vez; por favor, envie em partes menores."
    ),
    refused="Não posso ajudar com isso. Diga de outro jeito ou me pergunte outra coisa.",
    cut_off="✂️ A resposta foi cortada no tamanho máximo. Escreva “continue” para ver o resto.",
    nothing_to_say="Não tenho nada a acrescentar.",
    in_latest_thread="Na sua última conversa aqui: {text}",
    compaction_started="🧹 Estou abrindo espaço. Enquanto isso, você pode continuar escrevendo.",
    compacted=(
        "🧹 Pronto: as mensagens antigas agora são um resumo, e {before} tokens viraram {in_use}. Nada "
        "do que você escreveu se perdeu."
    ),
    nothing_to_compact="Ainda não há nada para resumir: o que tenho à frente é curto o bastante.",
    compaction_failed=(
        "Não consegui abrir espaço agora; nada mudou. Continue escrevendo, ou chame um agente novo "
        "com {handoff}."
    ),
    handoff_started=(
        "🤝 Estou escrevendo as minhas notas para um agente novo. Enquanto isso, você pode continuar "
        "escrevendo."
    ),
    handed_over=(
        "🤝 Pronto: um agente novo assumiu com as minhas notas e continua exatamente de onde estamos. "
        "{show} mostra as notas, {undo} desfaz."
    ),
    nothing_to_hand_off="Ainda não há nada para passar adiante: mal começamos.",
    switched_off=(
        "Os resumos e a troca de agente estão desativados aqui; só conto o que está em uso."
    ),
    handoff_shown="O agente {before} deixou estas notas para o agente {after}:",
    no_handoff="Não há notas para mostrar: não houve outro agente antes de mim.",
    undone="↩️ Desfeito: o agente {version} continua, com tudo o que tinha antes.",
    nothing_to_undo="Não há troca de agente para desfazer nesta conversa.",
    history_intro=(
        "O que aconteceu com a janela de contexto desta conversa, do mais recente ao mais antigo:"
    ),
    history_handoff="{at} · o agente {after} assumiu no lugar do agente {before}: {reason}, em {in_use}",
    history_compaction="{at} · o agente {version} abriu espaço: {before} → {after} tokens",
    no_history="Ainda não se resumiu nem se passou nada adiante nesta conversa.",
    reasons=Reasons(
        context_window_exhausted="a janela de contexto dele estava cheia",
        forced_rotation="na janela de contexto dele não cabia uma resposta",
        user_request="você pediu",
        task_completed="a tarefa dele estava concluída",
        idle_timeout="houve uma pausa longa",
        budget_exhausted="o orçamento dele acabou",
        error="uma falha o interrompeu",
        admin_request="a administração pediu",
    ),
    why_handoff=(
        "Quem responde é o agente {after}, porque o agente {before} passou a conversa adiante "
        "({reason}), em {in_use}. Ele começou com notas e com as suas últimas mensagens."
    ),
    why_checked=(
        "Uma verificação encontrou nas notas {percent} do que não pode se perder; o resto foi "
        "acrescentado palavra por palavra."
    ),
    why_compaction=(
        "As mensagens antigas agora são um resumo, para haver espaço de novo: {before} tokens viraram "
        "{after}. As suas últimas mensagens ficaram palavra por palavra."
    ),
    why_nothing=(
        "Nada foi resumido nem passado adiante nesta conversa: vejo cada palavra como foi dita."
    ),
    notices_all="🔔 Você recebe todos os avisos sobre a janela de contexto.",
    notices_critical="🔔 Você recebe só os avisos críticos sobre a janela de contexto.",
    notices_off="🔕 Você não recebe avisos sobre a janela de contexto; falhas eu aviso mesmo assim.",
    notices_choices="Para mudar isso: {all}, {critical} ou {off}.",
    labels=Labels(
        compact="Abrir espaço agora",
        handoff="Chamar um agente novo",
        new="Começar do zero",
        handoff_show="Ver as notas",
        handoff_undo="Desfazer",
    ),
)
