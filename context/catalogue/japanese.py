"""Japanese, in the polite form; nothing stands between two sentences."""

from context.catalogue.sentences import Counted, Labels, Reasons, Sentences, Summaries

JAPANESE = Sentences(
    space="",
    first_contact=(
        "👋 AIアシスタントのBatonです。人間ではなくプログラムです。ここに書かれた内容は、続きから話せるように"
        "保存されます。できることを見るには {help} と書いてください。"
    ),
    help_intro="どの言語でも、そのまま書いてください。次のコマンドも使えます：",
    unknown_command="{command} というコマンドはありません。使えるのは次のとおりです：",
    summaries=Summaries(
        help="この一覧",
        context="この会話のコンテキストウィンドウの使用量",
        new="新しい会話を始めます（この会話は見えなくなります）",
        compact="今すぐ整理します（古いメッセージを要約します）",
        handoff="今すぐ新しいエージェントに引き継ぎます（メモを見る、取り消すことも可能）",
        history="いつ何が整理され、引き継がれたか",
        why="なぜ整理され、または別のエージェントに代わったか",
        notices="コンテキストウィンドウの通知の設定",
        stop="作業を止めます",
    ),
    warning="⚠️ コンテキストウィンドウ（この会話のための記憶）が埋まってきました：{in_use}。",
    turns_left=Counted(
        one="今のペースだと、あと1回ほどやり取りできます。",
        other="今のペースだと、あと{count}回ほどやり取りできます。",
    ),
    compaction_ahead="{share} になると、古いメッセージを要約します。",
    handoff_ahead="{share} になると、新しいエージェントが私のメモを引き継ぎ、そのまま続けます。",
    handoff_when_full="いっぱいになると、新しいエージェントが私のメモを引き継ぎ、そのまま続けます。",
    choices=(
        "何もしなくて大丈夫です。{compact} で今すぐ整理、{handoff} で新しいエージェントに引き継ぎ、{new} で"
        "最初からやり直せます。"
    ),
    critical=(
        "🔴 コンテキストウィンドウ（この会話のための記憶）がほぼいっぱいです：{in_use}。新しいエージェントが、"
        "私のメモと直近のメッセージを引き継ぎます。そのまま書き続けてください。抜けていることがあれば、もう一度"
        "お知らせください。{new} で最初からやり直すこともできます。"
    ),
    started_small=(
        "🔴 引き継ぐ内容が多すぎたため、最初のご依頼と直近のメッセージだけで続けます。足りないことがあれば、"
        "もう一度お知らせください。"
    ),
    compaction_at="{share} で要約",
    handoff_at="{share} で引き継ぎ",
    rotation_at="{share} で交代",
    context="コンテキストウィンドウ：{in_use}、残り {left} トークン。",
    context_agent="この会話のエージェント {version}、これまでに{turns}。",
    turns=Counted(one="1回応答", other="{count}回応答"),
    context_unused="まだ何も使われていません：{in_use}。",
    new_started="✨ 新しい会話を始めます。これまでのやり取りは見えなくなりました。",
    stopped=Counted(
        one="⏹️ 止めました。そのメッセージには返信しません。いつでもまた書いてください。",
        other="⏹️ 止めました。その{count}件のメッセージには返信しません。いつでもまた書いてください。",
    ),
    nothing_to_stop="止めるものはありません。今は何も作業していません。",
    still_working="⏳ まだ作業中です。少し時間がかかっています。",
    failed="こちらの不具合で返信できませんでした。もう一度送ってください。",
    too_long="メッセージが長すぎて一度に読めません。小さく分けて送ってください。",
    refused="それについてはお手伝いできません。別の言い方にするか、ほかのことを聞いてください。",
    cut_off="✂️ 返信が最大の長さで切れました。続きは「続けて」と書いてください。",
    nothing_to_say="付け加えることはありません。",
    in_latest_thread="ここでの直近の会話について：{text}",
    compaction_started="🧹 整理しています。その間も書き続けられます。",
    compacted=(
        "🧹 整理しました。古いメッセージは要約になり、{before} トークンが {in_use} になりました。書かれた内容は"
        "何も失われていません。"
    ),
    nothing_to_compact="まだ整理するものはありません。今の内容は十分に短いです。",
    compaction_failed=(
        "今は整理できませんでした。何も変わっていません。そのまま書き続けるか、{handoff} で新しいエージェントに"
        "引き継いでください。"
    ),
    handoff_started="🤝 新しいエージェントへのメモを書いています。その間も書き続けられます。",
    handed_over=(
        "🤝 完了しました。新しいエージェントが私のメモを引き継ぎ、そのまま続けます。{show} でメモを表示、{undo} で"
        "取り消せます。"
    ),
    nothing_to_hand_off="まだ引き継ぐものはありません。始まったばかりです。",
    switched_off="ここでは整理と新しいエージェントへの交代は無効です。使用量を数えるだけです。",
    handoff_shown="エージェント {before} がエージェント {after} に残したメモ：",
    no_handoff="表示するメモはありません。前のエージェントはいません。",
    undone="↩️ 取り消しました。エージェント {version} が、以前の内容をすべて持ったまま続けます。",
    nothing_to_undo="この会話に、取り消せる引き継ぎはありません。",
    history_intro="この会話のコンテキストウィンドウの履歴（新しい順）：",
    history_handoff=(
        "{at} · エージェント {before} からエージェント {after} へ引き継ぎ：{reason}、{in_use}"
    ),
    history_compaction="{at} · エージェント {version} が整理：{before} → {after} トークン",
    no_history="この会話では、まだ整理も引き継ぎもありません。",
    reasons=Reasons(
        context_window_exhausted="コンテキストウィンドウがいっぱいになったため",
        forced_rotation="コンテキストウィンドウに返信の余地がなかったため",
        user_request="ご希望により",
        task_completed="作業が完了したため",
        idle_timeout="長い中断があったため",
        budget_exhausted="予算を使い切ったため",
        error="不具合で止まったため",
        admin_request="管理者の要望により",
    ),
    why_handoff=(
        "エージェント {after} がお答えしています。エージェント {before} が引き継いだからです（{reason}、{in_use}）。"
        "メモと直近のメッセージから始めました。"
    ),
    why_checked=(
        "確認の結果、失ってはならないことの {percent} がメモにありました。残りはそのままの言葉で加えました。"
    ),
    why_compaction=(
        "空きを作るため、古いメッセージは要約になっています：{before} トークンが {after} になりました。直近の"
        "メッセージはそのまま残っています。"
    ),
    why_nothing="この会話では整理も引き継ぎもありません。すべての言葉がそのまま見えています。",
    notices_all="🔔 コンテキストウィンドウの通知をすべてお送りします。",
    notices_critical="🔔 コンテキストウィンドウの重大な通知だけをお送りします。",
    notices_off="🔕 コンテキストウィンドウの通知は送りません。不具合はお知らせします。",
    notices_choices="変更するには：{all}、{critical}、{off}。",
    labels=Labels(
        compact="今すぐ整理する",
        handoff="新しいエージェントに引き継ぐ",
        new="最初からやり直す",
        handoff_show="メモを見る",
        handoff_undo="取り消す",
    ),
)
