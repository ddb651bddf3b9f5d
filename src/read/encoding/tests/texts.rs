//! A few sentences in each language that has an encoding of its own.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, IBM866, ISO_2022_JP, ISO_8859_2, KOI8_R, SHIFT_JIS, UTF_16BE,
    UTF_16LE, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254,
    WINDOWS_1255, WINDOWS_1256, WINDOWS_1257,
};

pub(super) const SIMPLIFIED: &str = "\
新华网北京四月二十九日电　国家统计局今天公布的数据显示，今年第一季度我国国民经济继续保持平稳较快增长。
他说：“这是我们大家共同努力的结果，也是改革开放以来取得的成就之一。”
　　记者从会上了解到，2006年全市将完成投资 350 亿元，其中 A 股市场占 20%。
春天来了，小河边的柳树发出了新芽，孩子们在草地上放风筝，老人们坐在树下聊天。
";
const TRADITIONAL: &str = "\
中華民國的經濟發展在過去幾十年間取得了很大的成就，這是大家共同努力的結果。
他說：「我們應該為下一代著想，讓他們能夠生活在更好的環境裡。」記者問他是否還會參加選舉，他沒有回答。
臺北市今天的天氣很好，許多人到公園裡散步，孩子們在草地上玩耍，老人坐在樹下聊天。
";
pub(super) const JAPANESE: &str = "\
吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。
何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している。
東京は日本の首都であり、世界最大の都市圏の一つとして知られています。
";
const KOREAN: &str = "\
대한민국의 수도는 서울이며, 한강을 끼고 있는 아름다운 도시입니다.
오늘은 날씨가 매우 좋아서 많은 사람들이 공원에서 산책을 하고 있습니다.
그는 기자들에게 앞으로도 최선을 다하겠다고 말했다. 경제 성장률은 작년보다 높아졌다.
";
const RUSSIAN: &str = "\
Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.
Москва является столицей Российской Федерации и крупнейшим по численности населения городом страны.
Сегодня утром на улице было холодно, но дети всё равно пошли гулять в парк.
";
const GREEK: &str = "\
Η Αθήνα είναι η πρωτεύουσα της Ελλάδας και μία από τις παλαιότερες πόλεις του κόσμου.
Σήμερα ο καιρός είναι πολύ καλός και πολλοί άνθρωποι περπατούν στο πάρκο με τα παιδιά τους.
";
const FRENCH: &str = "\
Longtemps, je me suis couché de bonne heure. Parfois, à peine ma bougie éteinte, mes yeux se fermaient
si vite que je n’avais pas le temps de me dire : « Je m’endors. » Et, une demi-heure après, la pensée
qu’il était temps de chercher le sommeil m’éveillait ; c’était déjà l’été, où les élèves fêtaient Noël.
";
const GERMAN: &str = "\
Als Gregor Samsa eines Morgens aus unruhigen Träumen erwachte, fand er sich in seinem Bett zu einem
ungeheueren Ungeziefer verwandelt. Über die Straße gingen fröhliche Mädchen; größere Häuser säumten
den Weg, und die Bäume blühten schön. Das süße Brötchen kostete fünf Pfennig.
";
const POLISH: &str = "\
Litwo! Ojczyzno moja! ty jesteś jak zdrowie. Ile cię trzeba cenić, ten tylko się dowie, kto cię stracił.
Dziś piękność twą w całej ozdobie widzę i opisuję, bo tęsknię po tobie. Źródło, żółw, świętość i gęś.
Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni obdarzeni rozumem.
";
const TURKISH: &str = "\
Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler ve
birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler. İstanbul Türkiye'nin en kalabalık şehridir.
Bugün hava çok güzel olduğu için çocuklar bahçede oynuyorlar, yaşlılar da ağaçların altında oturuyor.
";
const HEBREW: &str = "\
כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון.
ירושלים היא עיר הבירה של מדינת ישראל והעיר הגדולה ביותר בה. היום מזג האוויר נעים מאוד.
";
const ARABIC: &str = "\
يولد جميع الناس أحرارا متساوين في الكرامة والحقوق، وقد وهبوا عقلا وضميرا وعليهم أن يعامل بعضهم بعضا بروح
الإخاء.
القاهرة هي عاصمة جمهورية مصر العربية وأكبر مدنها، وتقع على جانبي نهر النيل.
";
const THAI: &str = "\
มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและมโนธรรม
กรุงเทพมหานครเป็นเมืองหลวงและนครที่มีประชากรมากที่สุดของประเทศไทย
";
const LITHUANIAN: &str = "\
Visi žmonės gimsta laisvi ir lygūs savo orumu ir teisėmis. Jiems suteiktas protas ir sąžinė ir jie turi elgtis
vienas kito atžvilgiu kaip broliai. Šiandien gražus oras, todėl vaikai žaidžia kieme, o seneliai sėdi po
medžiu.
";

/// Each text, and the encodings it is written in.
pub(super) const TEXTS: [(&str, &[&Encoding]); 14] = [
    (SIMPLIFIED, &[GB18030, UTF_16LE, UTF_16BE]),
    (TRADITIONAL, &[BIG5, GB18030, UTF_16LE, UTF_16BE]),
    (JAPANESE, &[SHIFT_JIS, EUC_JP, ISO_2022_JP, UTF_16LE, UTF_16BE]),
    (KOREAN, &[EUC_KR, UTF_16LE, UTF_16BE]),
    (RUSSIAN, &[WINDOWS_1251, KOI8_R, IBM866, UTF_16LE, UTF_16BE]),
    (GREEK, &[WINDOWS_1253, UTF_16LE, UTF_16BE]),
    (FRENCH, &[WINDOWS_1252, UTF_16LE, UTF_16BE]),
    (GERMAN, &[WINDOWS_1252, UTF_16LE, UTF_16BE]),
    (POLISH, &[WINDOWS_1250, ISO_8859_2, UTF_16LE, UTF_16BE]),
    (TURKISH, &[WINDOWS_1254, UTF_16LE, UTF_16BE]),
    (HEBREW, &[WINDOWS_1255, UTF_16LE, UTF_16BE]),
    (ARABIC, &[WINDOWS_1256, UTF_16LE, UTF_16BE]),
    (THAI, &[WINDOWS_874, UTF_16LE, UTF_16BE]),
    (LITHUANIAN, &[WINDOWS_1257, UTF_16LE, UTF_16BE]),
];
