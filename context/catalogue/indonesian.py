"""Indonesian; people are called Anda."""

from context.catalogue.sentences import Counted, Labels, Reasons, Sentences, Summaries

INDONESIAN = Sentences(
    first_contact=(
        "👋 Saya Baton, asisten AI: sebuah program, bukan manusia. Yang Anda tulis di sini disimpan "
        "supaya kita bisa melanjutkan dari tempat kita berhenti. Tulis {help} untuk melihat apa yang "
        "bisa saya lakukan."
    ),
    help_intro="Tulis saja kepada saya, dalam bahasa apa pun. Saya juga mengerti:",
    unknown_command="Saya tidak mengenal {command}. Yang saya mengerti:",
    summaries=Summaries(
        help="daftar ini",
        context="seberapa penuh jendela konteks percakapan ini",
        new="memulai percakapan baru; yang ini tidak saya lihat lagi",
        compact="rapikan sekarang: pesan lama menjadi ringkasan",
        handoff="panggil agen baru sekarang; lihat catatannya, atau batalkan",
        history="apa yang dirapikan atau diserahkan, dan kapan",
        why="mengapa pesan lama diringkas atau agen lain mengambil alih",
        notices="pemberitahuan jendela konteks mana yang Anda terima",
        stop="hentikan yang sedang saya kerjakan",
    ),
    warning=(
        "⚠️ Jendela konteks saya, yaitu ingatan saya untuk percakapan ini, mulai penuh: {in_use}."
    ),
    turns_left=Counted(
        one="Dengan kecepatan Anda, masih ada tempat untuk sekitar 1 pesan lagi.",
        other="Dengan kecepatan Anda, masih ada tempat untuk sekitar {count} pesan lagi.",
    ),
    compaction_ahead="Pada {share}, saya meringkas pesan-pesan lama.",
    handoff_ahead=(
        "Pada {share}, agen baru melanjutkan dengan catatan saya, tepat dari posisi kita sekarang."
    ),
    handoff_when_full=(
        "Kalau sudah penuh, agen baru melanjutkan dengan catatan saya, tepat dari posisi kita sekarang."
    ),
    choices=(
        "Anda tidak perlu berbuat apa-apa. {compact} merapikan sekarang, {handoff} memanggil agen baru, "
        "{new} memulai dari awal."
    ),
    critical=(
        "🔴 Jendela konteks saya, yaitu ingatan saya untuk percakapan ini, hampir penuh: {in_use}. Agen "
        "baru kini mengambil alih dengan catatan saya dan pesan-pesan terakhir kita. Teruslah menulis; "
        "kalau ada yang terlewat, katakan lagi. Atau {new} untuk memulai dari awal."
    ),
    started_small=(
        "🔴 Terlalu banyak yang harus dibawa, jadi saya melanjutkan dengan yang terpenting saja: "
        "permintaan pertama Anda dan pesan-pesan terakhir kita. Tolong katakan lagi yang terlewat."
    ),
    compaction_at="diringkas pada {share}",
    handoff_at="ganti agen pada {share}",
    rotation_at="rotasi pada {share}",
    context="Jendela konteks: {in_use}, sisa {left} token.",
    context_agent="Agen {version} dalam percakapan ini, {turns} sejauh ini.",
    turns=Counted(one="1 jawaban", other="{count} jawaban"),
    context_unused="Belum ada yang terpakai: {in_use}.",
    new_started="✨ Percakapan baru dimulai. Saya tidak lagi melihat pembicaraan kita sebelumnya.",
    stopped=Counted(
        one="⏹️ Berhenti. Pesan itu tidak akan saya jawab; silakan menulis lagi kapan saja.",
        other="⏹️ Berhenti. {count} pesan itu tidak akan saya jawab; silakan menulis lagi kapan saja.",
    ),
    nothing_to_stop="Tidak ada yang perlu dihentikan: saya sedang tidak mengerjakan apa-apa.",
    still_working="⏳ Masih saya kerjakan; yang ini perlu waktu sedikit lebih lama.",
    failed="Saya tidak bisa menjawab karena ada gangguan di pihak kami; tolong kirim sekali lagi.",
    too_long=(
        "Pesan itu terlalu panjang untuk saya baca sekaligus; tolong kirim dalam bagian yang lebih "
        "kecil."
    ),
    refused="Saya tidak bisa membantu soal itu. Coba sampaikan dengan cara lain, atau tanyakan hal lain.",
    cut_off="✂️ Jawaban terpotong pada panjang maksimumnya. Tulis “lanjutkan” untuk sisanya.",
    nothing_to_say="Tidak ada yang perlu saya tambahkan.",
    in_latest_thread="Dalam percakapan terakhir Anda di sini: {text}",
    compaction_started="🧹 Saya sedang merapikan. Sementara itu Anda bisa terus menulis.",
    compacted=(
        "🧹 Selesai: pesan lama kini menjadi ringkasan, dari {before} token menjadi {in_use}. Tidak ada "
        "tulisan Anda yang hilang."
    ),
    nothing_to_compact="Belum ada yang perlu diringkas: yang saya pegang masih cukup pendek.",
    compaction_failed=(
        "Saya belum bisa merapikan sekarang; tidak ada yang berubah. Teruslah menulis, atau panggil "
        "agen baru dengan {handoff}."
    ),
    handoff_started=(
        "🤝 Saya sedang menulis catatan untuk agen baru. Sementara itu Anda bisa terus menulis."
    ),
    handed_over=(
        "🤝 Selesai: agen baru sudah mengambil alih dengan catatan saya dan melanjutkan tepat dari "
        "posisi kita. {show} menampilkan catatannya, {undo} membatalkannya."
    ),
    nothing_to_hand_off="Belum ada yang bisa diserahkan: kita baru saja mulai.",
    switched_off=(
        "Meringkas dan berganti agen dimatikan di sini; saya hanya menghitung yang terpakai."
    ),
    handoff_shown="Agen {before} meninggalkan catatan ini untuk agen {after}:",
    no_handoff="Tidak ada catatan untuk ditampilkan: sebelum saya tidak ada agen lain.",
    undone="↩️ Dibatalkan: agen {version} melanjutkan, dengan semua yang dimilikinya sebelumnya.",
    nothing_to_undo="Tidak ada pergantian agen yang bisa dibatalkan dalam percakapan ini.",
    history_intro="Yang terjadi pada jendela konteks percakapan ini, yang terbaru lebih dulu:",
    history_handoff="{at} · agen {after} menggantikan agen {before}: {reason}, pada {in_use}",
    history_compaction="{at} · agen {version} merapikan: {before} → {after} token",
    no_history="Belum ada yang diringkas atau diserahkan dalam percakapan ini.",
    reasons=Reasons(
        context_window_exhausted="jendela konteksnya penuh",
        forced_rotation="jendela konteksnya tidak punya tempat untuk jawaban",
        user_request="Anda memintanya",
        task_completed="tugasnya selesai",
        idle_timeout="ada jeda panjang",
        budget_exhausted="anggarannya habis",
        error="sebuah gangguan menghentikannya",
        admin_request="administrator memintanya",
    ),
    why_handoff=(
        "Agen {after} menjawab Anda karena agen {before} menyerahkan percakapan ({reason}), pada "
        "{in_use}. Ia mulai dengan catatan dan pesan-pesan terakhir Anda."
    ),
    why_checked=(
        "Pemeriksaan menemukan {percent} dari hal yang tidak boleh hilang di dalam catatan; sisanya "
        "ditambahkan kata demi kata."
    ),
    why_compaction=(
        "Pesan lama kini menjadi ringkasan supaya ada tempat lagi: {before} token menjadi {after}. "
        "Pesan-pesan terakhir Anda tetap utuh kata demi kata."
    ),
    why_nothing=(
        "Belum ada yang diringkas atau diserahkan dalam percakapan ini: saya melihat setiap kata "
        "seperti saat diucapkan."
    ),
    notices_all="🔔 Anda menerima semua pemberitahuan tentang jendela konteks.",
    notices_critical="🔔 Anda hanya menerima pemberitahuan kritis tentang jendela konteks.",
    notices_off=(
        "🔕 Anda tidak menerima pemberitahuan tentang jendela konteks; gangguan tetap saya beri tahu."
    ),
    notices_choices="Untuk mengubahnya: {all}, {critical} atau {off}.",
    labels=Labels(
        compact="Rapikan sekarang",
        handoff="Panggil agen baru",
        new="Mulai dari awal",
        handoff_show="Lihat catatan",
        handoff_undo="Batalkan",
    ),
)
