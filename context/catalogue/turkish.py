"""Turkish; people are called siz."""

from context.catalogue.sentences import Counted, Labels, Reasons, Sentences, Summaries

TURKISH = Sentences(
    first_contact=(
        "👋 Ben Baton, bir yapay zekâ asistanıyım: bir programım, insan değilim. Buraya yazdıklarınız, "
        "kaldığımız yerden devam edebilmemiz için saklanır. Neler yapabildiğimi görmek için {help} "
        "yazın."
    ),
    help_intro="Bana istediğiniz dilde yazmanız yeterli. Şunları da anlarım:",
    unknown_command="{command} komutunu bilmiyorum. Anladıklarım:",
    summaries=Summaries(
        help="bu liste",
        context="bu konuşmanın bağlam penceresi ne kadar dolu",
        new="yeni bir konuşma başlatır; o zaman bunu artık görmem",
        compact="şimdi yer açar: eski mesajlar özetlenir",
        handoff="şimdi yeni bir ajana geçer; notlarını gösterir ya da geri alır",
        history="neyin ne zaman özetlendiği veya devredildiği",
        why="mesajların neden özetlendiği veya neden başka bir ajanın devraldığı",
        notices="bağlam penceresiyle ilgili hangi bildirimleri alacağınız",
        stop="üzerinde çalıştığım işi durdurur",
    ),
    warning="⚠️ Bağlam pencerem, yani bu konuşma için belleğim, doluyor: {in_use}.",
    turns_left=Counted(
        one="Bu hızla yaklaşık 1 mesajlık daha yer var.",
        other="Bu hızla yaklaşık {count} mesajlık daha yer var.",
    ),
    compaction_ahead="Doluluk {share} olunca eski mesajları özetlerim.",
    handoff_ahead=(
        "Doluluk {share} olunca yeni bir ajan notlarımla devralır ve tam kaldığımız yerden sürdürür."
    ),
    handoff_when_full=(
        "Dolduğunda yeni bir ajan notlarımla devralır ve tam kaldığımız yerden sürdürür."
    ),
    choices=(
        "Bir şey yapmanız gerekmiyor. {compact} şimdi yer açar, {handoff} yeni bir ajana geçer, {new} "
        "baştan başlar."
    ),
    critical=(
        "🔴 Bağlam pencerem, yani bu konuşma için belleğim, neredeyse doldu: {in_use}. Şimdi yeni bir "
        "ajan, notlarım ve son mesajlarımızla devralıyor. Yazmaya devam edin; bir şeyi kaçırırsa "
        "yeniden söyleyin. {new} bunun yerine baştan başlar."
    ),
    started_small=(
        "🔴 Yanıma alınacak çok şey vardı; yalnızca en gerekli olanlarla, ilk isteğiniz ve son "
        "mesajlarımızla devam ediyorum. Eksik kalanı lütfen yeniden söyleyin."
    ),
    compaction_at="{share} dolunca özet",
    handoff_at="{share} dolunca devir",
    rotation_at="{share} dolunca değişim",
    context="Bağlam penceresi: {in_use}, {left} token boş.",
    context_agent="Bu konuşmanın {version} numaralı ajanı, şimdiye kadar {turns}.",
    turns=Counted(one="1 yanıt", other="{count} yanıt"),
    context_unused="Henüz hiçbir şey kullanılmıyor: {in_use}.",
    new_started="✨ Yeni bir konuşma başlıyor. Daha önce yazdıklarımızı artık görmüyorum.",
    stopped=Counted(
        one="⏹️ Durdurdum. O mesajı yanıtlamayacağım; istediğiniz zaman yeniden yazın.",
        other="⏹️ Durdurdum. O {count} mesajı yanıtlamayacağım; istediğiniz zaman yeniden yazın.",
    ),
    nothing_to_stop="Durduracak bir şey yok: şu anda hiçbir şey üzerinde çalışmıyorum.",
    still_working="⏳ Hâlâ üzerinde çalışıyorum; bu biraz daha uzun sürüyor.",
    failed="Bizden kaynaklanan bir hata yüzünden yanıtlayamadım; lütfen bir kez daha gönderin.",
    too_long="Bu mesaj bir kerede okuyamayacağım kadar uzun; lütfen daha küçük parçalar hâlinde gönderin.",
    refused="Bu konuda yardımcı olamam. Lütfen başka türlü ifade edin ya da başka bir şey sorun.",
    cut_off="✂️ Yanıt en uzun hâlinde kesildi. Kalanı için “devam et” yazın.",
    nothing_to_say="Buna ekleyecek bir şeyim yok.",
    in_latest_thread="Buradaki son konuşmanızda: {text}",
    compaction_started="🧹 Yer açıyorum. Bu sırada yazmaya devam edebilirsiniz.",
    compacted=(
        "🧹 Tamam: eski mesajlar artık bir özet; {before} token iken şimdi {in_use}. Yazdığınız hiçbir "
        "şey kaybolmadı."
    ),
    nothing_to_compact="Henüz özetlenecek bir şey yok: önümdekiler yeterince kısa.",
    compaction_failed=(
        "Şu anda yer açamadım; hiçbir şey değişmedi. Yazmaya devam edin ya da {handoff} ile yeni bir "
        "ajana geçin."
    ),
    handoff_started="🤝 Yeni bir ajan için notlarımı yazıyorum. Bu sırada yazmaya devam edebilirsiniz.",
    handed_over=(
        "🤝 Tamam: yeni bir ajan notlarımla devraldı ve tam kaldığımız yerden sürdürüyor. {show} "
        "notları gösterir, {undo} geri alır."
    ),
    nothing_to_hand_off="Henüz devredilecek bir şey yok: daha yeni başladık.",
    switched_off="Özetleme ve yeni ajana geçiş burada kapalı; yalnızca kullanılanı sayıyorum.",
    handoff_shown="{before} numaralı ajan, {after} numaralı ajan için şu notları bıraktı:",
    no_handoff="Gösterilecek not yok: benden önce başka bir ajan yoktu.",
    undone="↩️ Geri alındı: {version} numaralı ajan, önceden sahip olduğu her şeyle sürdürüyor.",
    nothing_to_undo="Bu konuşmada geri alınacak bir devir yok.",
    history_intro="Bu konuşmanın bağlam penceresine olanlar, en yenisi önce:",
    history_handoff=(
        "{at} · {after} numaralı ajan, {before} numaralı ajandan devraldı: {reason}, {in_use}"
    ),
    history_compaction="{at} · {version} numaralı ajan yer açtı: {before} → {after} token",
    no_history="Bu konuşmada henüz hiçbir şey özetlenmedi veya devredilmedi.",
    reasons=Reasons(
        context_window_exhausted="bağlam penceresi doldu",
        forced_rotation="bağlam penceresinde yanıt için yer kalmadı",
        user_request="siz istediniz",
        task_completed="görevi bitti",
        idle_timeout="uzun bir ara oldu",
        budget_exhausted="bütçesi tükendi",
        error="bir hata onu durdurdu",
        admin_request="yönetici istedi",
    ),
    why_handoff=(
        "Size {after} numaralı ajan yanıt veriyor, çünkü {before} numaralı ajan devretti ({reason}): "
        "{in_use}. Notlarla ve son mesajlarınızla başladı."
    ),
    why_checked=(
        "Bir denetim, kaybolmaması gerekenlerin {percent} kadarını notlarda buldu; kalanı kelimesi "
        "kelimesine eklendi."
    ),
    why_compaction=(
        "Yeniden yer açılsın diye eski mesajlar özetlendi: {before} token, {after} token oldu. Son "
        "mesajlarınız kelimesi kelimesine duruyor."
    ),
    why_nothing=(
        "Bu konuşmada hiçbir şey özetlenmedi veya devredilmedi: her kelimeyi söylendiği gibi görüyorum."
    ),
    notices_all="🔔 Bağlam penceresiyle ilgili bütün bildirimleri alıyorsunuz.",
    notices_critical="🔔 Bağlam penceresiyle ilgili yalnızca kritik bildirimleri alıyorsunuz.",
    notices_off=(
        "🔕 Bağlam penceresiyle ilgili bildirim almıyorsunuz; hataları yine de bildiririm."
    ),
    notices_choices="Değiştirmek için: {all}, {critical} veya {off}.",
    labels=Labels(
        compact="Şimdi yer aç",
        handoff="Yeni bir ajana geç",
        new="Baştan başla",
        handoff_show="Notları göster",
        handoff_undo="Geri al",
    ),
)
