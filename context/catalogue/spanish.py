"""Spanish; people are called tú."""

from context.catalogue.sentences import Counted, Labels, Reasons, Sentences, Summaries

SPANISH = Sentences(
    first_contact=(
        "👋 Soy Baton, un asistente de IA: un programa, no una persona. Lo que escribes aquí se "
        "guarda para que podamos seguir donde lo dejamos. Escribe {help} para ver lo que sé hacer."
    ),
    help_intro="Escríbeme sin más, en el idioma que quieras. También entiendo:",
    unknown_command="No conozco {command}. Esto es lo que entiendo:",
    summaries=Summaries(
        help="esta lista",
        context="cuánto se ha llenado la ventana de contexto de esta conversación",
        new="empezar una conversación nueva; entonces ya no veo esta",
        compact="hacer sitio ahora: los mensajes antiguos se resumen",
        handoff="traer ahora a un agente nuevo; ver sus notas o deshacerlo",
        history="qué se resumió o se entregó, y cuándo",
        why="por qué se resumieron mensajes o siguió otro agente",
        notices="qué avisos sobre la ventana de contexto recibes",
        stop="parar lo que estoy haciendo",
    ),
    warning=(
        "⚠️ Mi ventana de contexto, la memoria que tengo para esta conversación, se está llenando: "
        "{in_use}."
    ),
    turns_left=Counted(
        one="A tu ritmo queda sitio para 1 mensaje más, aproximadamente.",
        other="A tu ritmo queda sitio para unos {count} mensajes más.",
    ),
    compaction_ahead="Al {share} resumo los mensajes antiguos.",
    handoff_ahead=(
        "Al {share} un agente nuevo toma el relevo con mis notas y sigue justo donde estamos."
    ),
    handoff_when_full=(
        "Cuando se llene, un agente nuevo tomará el relevo con mis notas y seguirá justo donde "
        "estamos."
    ),
    choices=(
        "No tienes que hacer nada. {compact} hace sitio ahora, {handoff} trae a un agente nuevo, "
        "{new} empieza de cero."
    ),
    critical=(
        "🔴 Mi ventana de contexto, la memoria que tengo para esta conversación, está casi llena: "
        "{in_use}. Un agente nuevo toma ahora el relevo con mis notas y nuestros últimos mensajes. "
        "Sigue escribiendo sin más; si le falta algo, dilo otra vez. {new} empieza de cero en su lugar."
    ),
    started_small=(
        "🔴 Había demasiado que llevar, así que sigo solo con lo esencial: lo primero que pediste y "
        "nuestros últimos mensajes. Por favor, dime otra vez lo que me falte."
    ),
    compaction_at="resumen al {share}",
    handoff_at="relevo al {share}",
    rotation_at="cambio al {share}",
    context="Ventana de contexto: {in_use}, quedan {left} tokens.",
    context_agent="Agente {version} de esta conversación, {turns} hasta ahora.",
    turns=Counted(one="1 respuesta", other="{count} respuestas"),
    context_unused="Aún no hay nada en uso: {in_use}.",
    new_started="✨ Empieza una conversación nueva. Ya no veo lo que dijimos antes.",
    stopped=Counted(
        one="⏹️ Parado. No responderé a ese mensaje; escribe de nuevo cuando quieras.",
        other="⏹️ Parado. No responderé a esos {count} mensajes; escribe de nuevo cuando quieras.",
    ),
    nothing_to_stop="No hay nada que parar: ahora mismo no estoy trabajando en nada.",
    still_working="⏳ Sigo en ello; esta tarda un poco más.",
    failed="No pude responder por un fallo nuestro; envíalo otra vez, por favor.",
    too_long=(
        "Ese mensaje es demasiado largo para leerlo de una vez; envíalo en partes más pequeñas, por "
        "favor."
    ),
    refused="No puedo ayudarte con eso. Dilo de otra manera o pregúntame otra cosa.",
    cut_off="✂️ La respuesta se cortó al llegar a su longitud máxima. Escribe «sigue» para el resto.",
    nothing_to_say="No tengo nada que añadir.",
    in_latest_thread="En tu última conversación aquí: {text}",
    compaction_started="🧹 Estoy haciendo sitio. Mientras tanto puedes seguir escribiendo.",
    compacted=(
        "🧹 Listo: los mensajes antiguos son ahora un resumen, y {before} tokens pasaron a {in_use}. "
        "No se ha perdido nada de lo que escribiste."
    ),
    nothing_to_compact="Aún no hay nada que resumir: lo que tengo delante es bastante corto.",
    compaction_failed=(
        "No pude hacer sitio ahora; no ha cambiado nada. Sigue escribiendo, o trae a un agente nuevo "
        "con {handoff}."
    ),
    handoff_started=(
        "🤝 Estoy escribiendo mis notas para un agente nuevo. Mientras tanto puedes seguir "
        "escribiendo."
    ),
    handed_over=(
        "🤝 Listo: un agente nuevo ha tomado el relevo con mis notas y sigue justo donde estamos. "
        "{show} muestra las notas, {undo} lo deshace."
    ),
    nothing_to_hand_off="Aún no hay nada que entregar: acabamos de empezar.",
    switched_off=(
        "Aquí están desactivados los resúmenes y el relevo de agentes; solo cuento lo "
        "que se usa."
    ),
    handoff_shown="El agente {before} dejó estas notas para el agente {after}:",
    no_handoff="No hay notas que mostrar: antes de mí no hubo otro agente.",
    undone="↩️ Deshecho: sigue el agente {version}, con todo lo que tenía antes.",
    nothing_to_undo="En esta conversación no hay ningún relevo que deshacer.",
    history_intro=(
        "Lo que pasó con la ventana de contexto de esta conversación, lo más reciente primero:"
    ),
    history_handoff="{at} · el agente {after} relevó al agente {before}: {reason}, con {in_use}",
    history_compaction="{at} · el agente {version} hizo sitio: {before} → {after} tokens",
    no_history="En esta conversación aún no se ha resumido ni entregado nada.",
    reasons=Reasons(
        context_window_exhausted="su ventana de contexto estaba llena",
        forced_rotation="en su ventana de contexto no cabía una respuesta",
        user_request="tú lo pediste",
        task_completed="su tarea estaba terminada",
        idle_timeout="hubo una pausa larga",
        budget_exhausted="su presupuesto se agotó",
        error="un fallo lo detuvo",
        admin_request="lo pidió la administración",
    ),
    why_handoff=(
        "Te responde el agente {after} porque el agente {before} entregó el relevo ({reason}), con "
        "{in_use}. Empezó con notas y con tus últimos mensajes."
    ),
    why_checked=(
        "Una comprobación encontró en las notas el {percent} de lo que no debe perderse; el resto se "
        "añadió palabra por palabra."
    ),
    why_compaction=(
        "Los mensajes antiguos son ahora un resumen, para que vuelva a haber sitio: {before} tokens "
        "pasaron a {after}. Tus últimos mensajes quedaron palabra por palabra."
    ),
    why_nothing=(
        "En esta conversación no se ha resumido ni entregado nada: veo cada palabra tal como se dijo."
    ),
    notices_all="🔔 Recibes todos los avisos sobre la ventana de contexto.",
    notices_critical="🔔 Recibes solo los avisos críticos sobre la ventana de contexto.",
    notices_off="🔕 No recibes avisos sobre la ventana de contexto; los fallos te los digo igualmente.",
    notices_choices="Para cambiarlo: {all}, {critical} o {off}.",
    labels=Labels(
        compact="Hacer sitio ahora",
        handoff="Traer a un agente nuevo",
        new="Empezar de cero",
        handoff_show="Ver las notas",
        handoff_undo="Deshacerlo",
    ),
)
