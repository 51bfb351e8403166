"""English."""

from context.catalogue.sentences import Counted, Labels, Reasons, Sentences, Summaries

ENGLISH = Sentences(
    first_contact=(
        "👋 I am Baton, an AI assistant: a program, not a person. What you write here is stored, "
        "so that we can go on where we left off. Write {help} to see what I can do."
    ),
    help_intro="Just write to me, in any language. I also understand:",
    unknown_command="I do not know {command}. What I understand:",
    summaries=Summaries(
        help="this list",
        context="how full this conversation's context window is",
        new="start a new conversation; I no longer see this one then",
        compact="tidy up now: older messages become a summary",
        handoff="bring in a fresh agent now; see its notes, or take it back",
        history="what was tidied up or handed over, and when",
        why="why older messages were tidied up, or another agent took over",
        notices="which notices about the context window you get",
        stop="stop what I am working on",
    ),
    warning=(
        "⚠️ My context window, the memory I have for this conversation, is filling up: {in_use}."
    ),
    turns_left=Counted(
        one="At your pace there is room for about 1 more turn.",
        other="At your pace there is room for about {count} more turns.",
    ),
    compaction_ahead="At {share}, I put older messages into a summary.",
    handoff_ahead="At {share}, a fresh agent goes on from my notes, right where we are.",
    handoff_when_full="When it is full, a fresh agent goes on from my notes, right where we are.",
    choices=(
        "You need not do anything. {compact} tidies up now, {handoff} brings in a fresh agent, "
        "{new} starts over."
    ),
    critical=(
        "🔴 My context window, the memory I have for this conversation, is nearly full: {in_use}. "
        "A fresh agent now takes over with my notes and our latest messages. Just keep writing; "
        "if it misses something, say it again. {new} starts over instead."
    ),
    started_small=(
        "🔴 There was too much to take along, so I go on with the essentials only: what you first "
        "asked for and our latest messages. Please tell me again what I miss."
    ),
    compaction_at="compaction at {share}",
    handoff_at="handoff at {share}",
    rotation_at="rotation at {share}",
    context="Context window: {in_use}, {left} tokens left.",
    context_agent="Agent {version} of this conversation, {turns} so far.",
    turns=Counted(one="1 turn", other="{count} turns"),
    context_unused="Nothing is in use yet: {in_use}.",
    new_started="✨ A new conversation begins. I no longer see what we said before.",
    stopped=Counted(
        one="⏹️ Stopped. I will not answer that message; write again whenever you like.",
        other="⏹️ Stopped. I will not answer those {count} messages; write again whenever you like.",
    ),
    nothing_to_stop="There is nothing to stop: I am not working on anything.",
    still_working="⏳ Still working on it; this one takes a little longer.",
    failed="I could not answer that because of a fault on our side; please send it once more.",
    too_long="That message is too long for me to read at once; please send it in smaller pieces.",
    refused="I cannot help with that one. Please put it another way, or ask me something else.",
    cut_off="✂️ That answer was cut off at its longest. Write “go on” for the rest.",
    nothing_to_say="I have nothing to add to that.",
    in_latest_thread="In your latest conversation here: {text}",
    compaction_started="🧹 I am tidying up. You can keep writing meanwhile.",
    compacted=(
        "🧹 Tidied up: older messages are a summary now, and {before} tokens became {in_use}. "
        "Nothing you wrote is lost."
    ),
    nothing_to_compact="There is nothing to tidy up yet: what I hold is short enough as it is.",
    compaction_failed=(
        "I could not tidy up just now; nothing has changed. Keep writing, or bring in a fresh "
        "agent with {handoff}."
    ),
    handoff_started="🤝 I am writing my notes for a fresh agent. You can keep writing meanwhile.",
    handed_over=(
        "🤝 Done: a fresh agent has taken over with my notes and goes on right where we are. "
        "{show} shows the notes, {undo} takes it back."
    ),
    nothing_to_hand_off="There is nothing to hand over yet: we have only just begun.",
    switched_off=(
        "Tidying up and fresh agents are switched off here; I only count what is in use."
    ),
    handoff_shown="Agent {before} left these notes for agent {after}:",
    no_handoff="There are no notes to show: no other agent was here before me.",
    undone="↩️ Taken back: agent {version} goes on, with everything it had before.",
    nothing_to_undo="There is no handoff to take back in this conversation.",
    history_intro="What happened to this conversation's context window, latest first:",
    history_handoff="{at} · agent {after} took over from agent {before}: {reason}, at {in_use}",
    history_compaction="{at} · agent {version} tidied up: {before} → {after} tokens",
    no_history="Nothing was tidied up or handed over in this conversation yet.",
    reasons=Reasons(
        context_window_exhausted="its context window was full",
        forced_rotation="its context window had no room for an answer",
        user_request="you asked for it",
        task_completed="its task was done",
        idle_timeout="there was a long pause",
        budget_exhausted="its budget was spent",
        error="a fault stopped it",
        admin_request="an administrator asked for it",
    ),
    why_handoff=(
        "Agent {after} answers you because agent {before} handed over ({reason}), at {in_use}. "
        "It began with notes and your latest messages."
    ),
    why_checked=(
        "A check found {percent} of what must not get lost in the notes; the rest was added word "
        "for word."
    ),
    why_compaction=(
        "Older messages are a summary now, so that there is room again: {before} tokens became "
        "{after}. Your latest messages stayed word for word."
    ),
    why_nothing=(
        "Nothing was tidied up or handed over in this conversation: I see every word as it was said."
    ),
    notices_all="🔔 You get all notices about the context window.",
    notices_critical="🔔 You get only the critical notices about the context window.",
    notices_off="🔕 You get no notices about the context window; faults I still tell you.",
    notices_choices="To change that: {all}, {critical} or {off}.",
    labels=Labels(
        compact="Tidy up now",
        handoff="Bring in a fresh agent",
        new="Start over",
        handoff_show="Show the notes",
        handoff_undo="Take it back",
    ),
)
