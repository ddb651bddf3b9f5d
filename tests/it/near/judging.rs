//! What two texts that are alike tell (contract N2): numbers with their signs, marks and units, stamps, replaced words.

use tamis::Config;
use tamis::config::{Limit, NearPreset, NearUnits, Share};

use crate::support::memory::clean;
use crate::support::near::{gone, lines, near, preset, texts};
use crate::support::random::Noise;

/// The presets that compare numbers and words.
fn guarded() -> [Config; 2] {
    [NearPreset::Strict, NearPreset::News].map(|name| preset(name, NearUnits::Documents))
}

fn is_merged(a: &str, b: &str, config: &Config) -> bool {
    !gone(&clean(&texts(&[a, b]), config)).is_empty()
}

/// A report with a few numbers in it.
fn report(numbers: [&str; 3]) -> String {
    let [first, second, third] = numbers;
    format!(
        "气象站傍晚发布消息说，受冷空气影响，山区明天夜里最低气温{first}，风力逐渐减弱，请上山的游客带好衣物，注意防滑。\n\
         水库管理处同时通报，水位比上周变化{second}，各闸口运行正常，值班人员已经全部到岗，下游村庄不受影响。\n\
         粮油市场今天成交清淡，价格指数变动{third}，商户表示货源充足，预计节前不会有大的起伏，市民不必囤货。\n"
    )
}

#[test]
fn a_number_is_its_digits_and_what_changes_its_value() {
    let base = ["3℃", "1.5米", "5%"];
    for (other, expected) in [
        (["3℃", "1.5米", "5%"], true),
        (["-3℃", "1.5米", "5%"], false),
        (["−3℃", "1.5米", "5%"], false),
        (["零下3℃", "1.5米", "5%"], false),
        (["3°", "1.5米", "5%"], true),
        (["3℃", "15米", "5%"], false),
        (["3℃", "1,5米", "5%"], true),
        (["3℃", "1.5米", "5‰"], false),
        (["３℃", "１．５米", "５％"], true),
    ] {
        for config in guarded() {
            let merged = is_merged(&report(base), &report(other), &config);
            assert_eq!(merged, expected, "{other:?} {:?}", config.decide.near.preset);
        }
    }
    // A minus sign is one however it is written, where there are more numbers.
    for config in guarded() {
        for other in ["−3℃", "零下3℃"] {
            assert!(is_merged(&report(["-3℃", "1.5米", "5%"]), &report([other, "1.5米", "5%"]), &config));
        }
    }
    let mut off = near();
    off.decide.near.number_guard = Limit::Off;
    assert!(is_merged(&report(base), &report(["3℃", "1.5米", "5‰"]), &off));
}

/// Copies of one article by two sites, word for word, each with its line of source and time.
#[test]
fn time_stamps_and_by_lines_are_not_held_against_a_copy() {
    let article = report(["3℃", "1.5米", "5%"]);
    for (a, b) in [
        ("来源：甲报 2026年11月1日 08:30", "来源：乙网 2026年11月2日 17:45"),
        ("Updated: Nov 1, 2026 08:30", "Updated: Dec 12, 2026 17:45"),
        ("2026-11-01 08:30:15", "2026-11-02 17:45:09"),
    ] {
        for config in guarded() {
            let at_head = is_merged(&format!("{a}\n{article}"), &format!("{b}\n{article}"), &config);
            let at_tail = is_merged(&format!("{article}{a}\n"), &format!("{article}{b}\n"), &config);
            assert!(at_head && at_tail, "{a} {:?}", config.decide.near.preset);
        }
    }
    // A sentence that says when something happened is none.
    let [a, b] = ["1", "2"].map(|day| format!("2026年11月{day}日，本市召开例会。\n{article}"));
    assert!(!is_merged(&a, &b, &guarded()[1]));
}

/// Two reports made from one template, alike in all but the names.
#[test]
fn a_template_with_other_names_is_another_report() {
    let obituary = |name: &str, place: &str, deed: &str, post: &str| {
        format!(
            "本报讯 {deed}，原{post}{name}同志，因病医治无效，在{place}逝世。{name}同志病重期间和逝世后，有关领导同志前往医院看望或\
             通过各种形式对{name}同志逝世表示沉痛哀悼并向其亲属表示深切慰问。{name}是{place}人，早年参加工作，长期在基层任职，为人\
             正直，作风朴实，深受干部群众敬重。\n"
        )
    };
    let [a, b] = [
        obituary("李国梁", "济南", "著名的水利专家", "水利厅副厅长"),
        obituary("王秀芬", "太原", "优秀的教育家", "教育局顾问"),
    ];
    let news = &mut guarded()[1];
    news.decide.near.threshold = Share::hundredths(40);
    assert!(!is_merged(&a, &b, news));
    assert!(is_merged(&a, &a.replace("本报讯 ", "甲报消息 "), news), "an edited copy");
    let mut off = news.clone();
    off.decide.near.number_guard = Limit::Off;
    assert!(is_merged(&a, &b, &off), "they are alike");
}

#[test]
fn a_negation_is_another_report() {
    let decision = |verb: &str| {
        format!(
            "市议会昨晚就港口扩建方案进行表决。经过三个多小时的讨论，议员们{verb}由联合公司承担第一期工程，有关方面将在下周公布详细的\
             说明，并听取沿岸居民的意见。\n"
        )
    };
    for config in guarded() {
        assert!(!is_merged(&decision("同意"), &decision("不同意"), &config));
        assert!(is_merged(&decision("同意"), &format!("甲报讯 {}", decision("同意")), &config));
    }
    let words = lines(&Noise::new(21).words(60));
    let [yes, no] =
        ["will", "will not"].map(|verb| format!("{words}the council {verb} build the port\n{words}"));
    assert!(!is_merged(&yes, &no, &near()));
}

/// A scan misreads letters, and some of its numbers with them.
#[test]
fn a_noisy_copy_is_a_copy() {
    let mut dice = Noise::new(22);
    let mut words = dice.words(400);
    for (at, number) in [(40, "1200"), (90, "37"), (140, "2026"), (200, "58"), (260, "9000"), (350, "14")] {
        number.clone_into(&mut words[at]);
    }
    let mut noisy = words.clone();
    for at in (5..400).step_by(10) {
        let word = &mut noisy[at];
        word.remove(1);
    }
    "120".clone_into(&mut noisy[40]);
    let news = &guarded()[1];
    assert!(is_merged(&lines(&words), &lines(&noisy), news));
    // The same number in a clean copy is another one.
    let mut other = words.clone();
    "120".clone_into(&mut other[40]);
    assert!(!is_merged(&lines(&words), &lines(&other), news));
}
