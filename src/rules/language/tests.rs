//! What texts of several kinds are told to be.

use super::*;

/// The sample of a text whose paragraphs are lines.
fn sample(text: &str) -> Sample {
    let mut sample = Sample::default();
    text.lines().for_each(|paragraph| sample.add(paragraph));
    sample
}

fn code(text: &str) -> &'static str {
    sample(text).told().language.code()
}

#[test]
fn a_sentence_has_a_language() {
    for (text, language) in [
        ("今天早上下了一场大雨，路上没有几个人，公交车也晚点了。", "zh-Hans"),
        ("今天早上下了一場大雨，路上沒有幾個人，公車也誤點了。", "zh-Hant"),
        ("今朝落咗場大雨，街上冇乜人，巴士仲遲咗半個鐘先嚟。", "yue"),
        ("今日大雨，人在家中", "zh"),
        ("今朝は大雨で、道にはほとんど人がいなかった。", "ja"),
        ("東京駅前広場整備検討委員会", "ja"),
        ("오늘 아침에는 비가 많이 와서 길에 사람이 거의 없었다.", "ko"),
        ("เช้านี้ฝนตกหนักและมีคนอยู่บนถนนน้อยมาก", "th"),
        ("Σήμερα το πρωί έβρεχε πολύ και στον δρόμο δεν υπήρχε κανείς.", "el"),
        ("הבוקר ירד גשם חזק וברחוב לא היה כמעט אף אחד.", "he"),
        ("This morning it rained so hard that hardly anybody was out in the street.", "en"),
        ("Heute Morgen hat es so stark geregnet, dass kaum jemand auf der Straße war.", "de"),
        ("Ce matin il pleuvait si fort qu'il n'y avait presque personne dans la rue.", "fr"),
        ("Esta mañana llovía tanto que casi no había nadie en la calle.", "es"),
        ("Stamattina pioveva così forte che per strada non c'era quasi nessuno.", "it"),
        ("Esta manhã chovia tanto que quase não havia ninguém na rua.", "pt"),
        ("Vanmorgen regende het zo hard dat er bijna niemand op straat was.", "nl"),
        ("Dziś rano padało tak mocno, że na ulicy prawie nikogo nie było.", "pl"),
        ("Dnes ráno pršelo tak silně, že na ulici skoro nikdo nebyl.", "cs"),
        ("Dnes ráno pršalo tak silno, že na ulici takmer nikto nebol.", "sk"),
        ("Jutros je padala tako jaka kiša da na ulici gotovo nikoga nije bilo.", "hr"),
        ("Danes zjutraj je tako močno deževalo, da na ulici skoraj ni bilo nikogar.", "sl"),
        ("I morse regnade det så mycket att nästan ingen var ute på gatan.", "sv"),
        ("Tänä aamuna satoi niin kovaa, ettei kadulla ollut juuri ketään.", "fi"),
        ("Täna hommikul sadas nii kõvasti, et tänaval polnud peaaegu kedagi.", "et"),
        ("Ma reggel annyira esett az eső, hogy alig volt valaki az utcán.", "hu"),
        ("În dimineața asta a plouat atât de tare încât pe stradă nu era aproape nimeni.", "ro"),
        ("Bu sabah o kadar çok yağmur yağdı ki sokakta neredeyse hiç kimse yoktu.", "tr"),
        ("Sáng nay trời mưa to đến nỗi ngoài đường hầu như không có ai.", "vi"),
        ("Pagi tadi hujan turun sangat deras sehingga hampir tidak ada orang di jalan.", "id"),
        ("Сегодня утром шёл такой сильный дождь, что на улице почти никого не было.", "ru"),
        ("Сьогодні вранці йшов такий сильний дощ, що на вулиці майже нікого не було.", "uk"),
        ("Тази сутрин валя толкова силно, че на улицата почти нямаше хора.", "bg"),
        ("Јутрос је падала тако јака киша да на улици готово никога није било.", "sr"),
        ("هطل المطر هذا الصباح بغزارة حتى لم يبق في الشارع أحد تقريبا.", "ar"),
        ("امروز صبح باران آن‌قدر شدید بود که تقریباً هیچ‌کس در خیابان نبود.", "fa"),
        ("آج صبح اتنی تیز بارش ہوئی کہ سڑک پر تقریباً کوئی نہیں تھا۔", "ur"),
        ("आज सुबह इतनी तेज़ बारिश हुई कि सड़क पर लगभग कोई नहीं था।", "hi"),
    ] {
        assert_eq!(code(text), language, "{text}");
    }
}

#[test]
fn what_is_alike_in_all_languages_says_nothing() {
    for text in [
        "",
        "2024-05-17 08:30",
        "→ ■ ☆",
        "PDF DOC TXT",
        "A-B-C",
        "v3.1.0-beta2",
        "0x7f3a 0xbeef",
        "--all --help",
        "user@example.org",
        "src/main.rs",
        "max_value",
    ] {
        assert_eq!(code(text), "und", "{text}");
    }
    for (text, language) in [
        ("请先安装 PostgreSQL，再运行 psql -U postgres。", "zh-Hans"),
        ("用 HTTP API 读取 JSON 数据的方法", "zh-Hans"),
        ("RIPRODUZIONE RISERVATA DELLE IMMAGINI", "it"),
        ("Ｔｈｅ ｓｔｒｅｅｔ ｗａｓ ｅｍｐｔｙ ｔｈｉｓ ｍｏｒｎｉｎｇ．", "en"),
        ("Die CPU und die GPU teilen sich den RAM des SoC.", "de"),
        ("Les accents sont de\u{301}compose\u{301}s dans ce texte tre\u{300}s court.", "fr"),
    ] {
        assert_eq!(code(text), language, "{text}");
    }
}

#[test]
fn several_languages_are_mixed() {
    const EN: &str = "The council met on Tuesday evening to talk about the new bridge across the river, which should be open to everybody by the end of next summer.";
    const FR: &str = "Le conseil s'est réuni mardi soir pour parler du nouveau pont sur la rivière, qui devrait être ouvert à tout le monde avant la fin de l'été prochain.";
    const ZH: &str = "市议会星期二晚上开会，讨论横跨这条河的新桥，预计明年夏天结束以前向所有人开放，届时居民过河就不必再绕远路。";
    for (paragraphs, language) in [
        (&[EN, FR][..], "mixed"),
        (&[EN, ZH], "mixed"),
        (&[EN, EN, FR], "en"),
        (&[ZH, ZH, EN], "zh-Hans"),
        (&[ZH, "The Council", "Tuesday evening"], "zh-Hans"),
    ] {
        assert_eq!(code(&paragraphs.join("\n")), language, "{paragraphs:?}");
    }
    let told = sample(&[EN, EN, FR].join("\n")).told();
    let share = told.letters_of * 100 / told.letters;
    assert!((60..72).contains(&share), "{share}");
}

#[test]
fn pieces_make_no_difference() {
    let paragraph = "雨が降っています。 It rains, and é and 𠮷. ".repeat(9);
    let paragraphs: Vec<String> = (0..30)
        .map(|number| format!("{number} {}", &paragraph[..paragraph.floor_char_boundary(number * 17)]))
        .collect();
    let mut whole = Sample::default();
    for paragraph in &paragraphs {
        whole.add(paragraph);
    }
    assert!(whole.is_full);
    for size in 1..30 {
        let mut joined = Sample::default();
        for piece in paragraphs.chunks(size) {
            let mut sample = Sample::default();
            for paragraph in piece {
                sample.add(paragraph);
            }
            joined.join(&sample);
        }
        assert_eq!(joined, whole, "pieces of {size}");
        // Or the other way round.
        let mut right = Sample::default();
        for piece in paragraphs.chunks(size).rev() {
            let mut sample = Sample::default();
            for paragraph in piece {
                sample.add(paragraph);
            }
            sample.join(&right);
            right = sample;
        }
        assert_eq!(right, whole, "pieces of {size}");
    }
}

#[test]
fn samples_are_cut_between_characters() {
    for start in 0..4 {
        let mut sample = Sample::default();
        sample.add(&"a".repeat(start));
        sample.add(&format!("{}{}", "b".repeat(start), "𠮷".repeat(SAMPLE_BYTES)));
        let looked_at = sample.text.lines().last().unwrap();
        assert!(looked_at.len() > PARAGRAPH_BYTES - 4 && looked_at.ends_with('𠮷'), "{start}");
        (0..9).for_each(|_| sample.add(&"𠮷".repeat(SAMPLE_BYTES)));
        assert!(
            sample.is_full && sample.text.len() > SAMPLE_BYTES - 4 && sample.text.ends_with('𠮷'),
            "{start}"
        );
    }
}
