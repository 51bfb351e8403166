"""Chinese, in simplified characters; nothing stands between two sentences."""

from context.catalogue.sentences import Counted, Labels, Reasons, Sentences, Summaries

CHINESE = Sentences(
    space="",
    first_contact=(
        "👋 我是 Baton，一个 AI 助手：是程序，不是真人。你在这里写的内容会被保存，方便我们接着上次继续。发送 {help} "
        "可以查看我能做什么。"
    ),
    help_intro="直接给我写消息就好，什么语言都可以。我还能识别这些命令：",
    unknown_command="我不认识 {command}。我能识别的命令有：",
    summaries=Summaries(
        help="显示这个列表",
        context="查看这次对话的上下文窗口用了多少",
        new="开始新的对话；之后我就看不到现在这段了",
        compact="立即整理：把较早的消息变成摘要",
        handoff="立即换一个新的智能体；查看它的笔记，或者撤销",
        history="查看什么时候整理或交接过什么",
        why="查看为什么整理了消息，或者换了智能体",
        notices="选择接收哪些关于上下文窗口的通知",
        stop="停止我正在做的事",
    ),
    warning="⚠️ 我的上下文窗口（我对这次对话的记忆）快要满了：{in_use}。",
    turns_left=Counted(
        one="按你现在的节奏，大约还能聊 1 轮。",
        other="按你现在的节奏，大约还能聊 {count} 轮。",
    ),
    compaction_ahead="到 {share} 时，我会把较早的消息整理成摘要。",
    handoff_ahead="到 {share} 时，新的智能体会带着我的笔记接手，从这里继续。",
    handoff_when_full="满了以后，新的智能体会带着我的笔记接手，从这里继续。",
    choices="你什么都不用做。{compact} 立即整理，{handoff} 换新的智能体，{new} 重新开始。",
    critical=(
        "🔴 我的上下文窗口（我对这次对话的记忆）差不多满了：{in_use}。现在由新的智能体带着我的笔记和我们最近的消息接手。"
        "请继续写；如果它漏了什么，再说一遍就好。也可以用 {new} 重新开始。"
    ),
    started_small=(
        "🔴 要带走的内容太多，所以我只带着最重要的部分继续：你最初的请求和我们最近的消息。我漏掉的内容，请再告诉我一次。"
    ),
    compaction_at="到 {share} 时整理",
    handoff_at="到 {share} 时交接",
    rotation_at="到 {share} 时轮换",
    context="上下文窗口：{in_use}，还剩 {left} 个 token。",
    context_agent="这次对话的第 {version} 个智能体，到目前为止回复了 {turns}。",
    turns=Counted(one="1 次", other="{count} 次"),
    context_unused="还没有占用：{in_use}。",
    new_started="✨ 新的对话开始了。之前说过的内容我已经看不到了。",
    stopped=Counted(
        one="⏹️ 已停止。那条消息我不再回复；想写的时候随时再写。",
        other="⏹️ 已停止。那 {count} 条消息我不再回复；想写的时候随时再写。",
    ),
    nothing_to_stop="没有可以停止的：我现在没有在做任何事。",
    still_working="⏳ 还在处理；这次需要稍长一点的时间。",
    failed="由于我们这边出了故障，我没能回复；请再发一次。",
    too_long="这条消息太长，我没法一次读完；请分成小段发送。",
    refused="这个我帮不上忙。请换个说法，或者问我别的事。",
    cut_off="✂️ 回复太长，被截断了。写“继续”可以看剩下的部分。",
    nothing_to_say="我没有什么要补充的。",
    in_latest_thread="在你最近的对话中：{text}",
    compaction_started="🧹 正在整理。这期间你可以继续写。",
    compacted=(
        "🧹 整理好了：较早的消息现在是摘要，原来的 {before} 个 token 变成了 {in_use}。你写的内容一点都没有丢。"
    ),
    nothing_to_compact="还没有什么需要整理：我手上的内容还很短。",
    compaction_failed="刚才没能整理好；什么都没有改变。请继续写，或者用 {handoff} 换新的智能体。",
    handoff_started="🤝 我正在给新的智能体写笔记。这期间你可以继续写。",
    handed_over=(
        "🤝 完成：新的智能体已经带着我的笔记接手，从这里继续。{show} 查看笔记，{undo} 撤销。"
    ),
    nothing_to_hand_off="还没有什么可以交接：我们才刚刚开始。",
    switched_off="这里关闭了整理和更换智能体；我只统计用量。",
    handoff_shown="智能体 {before} 给智能体 {after} 留下了这些笔记：",
    no_handoff="没有可以显示的笔记：在我之前没有别的智能体。",
    undone="↩️ 已撤销：由智能体 {version} 继续，它之前的内容都在。",
    nothing_to_undo="这次对话里没有可以撤销的交接。",
    history_intro="这次对话的上下文窗口发生过的事，最新的在前：",
    history_handoff="{at} · 智能体 {after} 接替了智能体 {before}：{reason}，{in_use}",
    history_compaction="{at} · 智能体 {version} 做了整理：{before} → {after} 个 token",
    no_history="这次对话还没有整理或交接过。",
    reasons=Reasons(
        context_window_exhausted="它的上下文窗口满了",
        forced_rotation="它的上下文窗口放不下回复",
        user_request="你要求的",
        task_completed="它的任务完成了",
        idle_timeout="间隔了很久",
        budget_exhausted="它的预算用完了",
        error="它因故障停下了",
        admin_request="管理员要求的",
    ),
    why_handoff=(
        "现在由智能体 {after} 回复你，因为智能体 {before} 把对话交接给了它（{reason}，{in_use}）。它从笔记和你最近的消息"
        "开始。"
    ),
    why_checked="检查发现，不能丢失的内容有 {percent} 在笔记里；其余的已经逐字补上。",
    why_compaction=(
        "较早的消息现在是摘要，这样又有了空间：{before} 个 token 变成了 {after} 个。你最近的消息一字未动。"
    ),
    why_nothing="这次对话没有整理或交接过：每句话我看到的都是原话。",
    notices_all="🔔 你会收到所有关于上下文窗口的通知。",
    notices_critical="🔔 你只会收到关于上下文窗口的重要通知。",
    notices_off="🔕 你不会收到关于上下文窗口的通知；出故障时我仍会告诉你。",
    notices_choices="更改设置：{all}、{critical} 或 {off}。",
    labels=Labels(
        compact="立即整理",
        handoff="换新的智能体",
        new="重新开始",
        handoff_show="查看笔记",
        handoff_undo="撤销",
    ),
)
