//! What is measured of a document and written beside it (`--annotate`).

use serde_json::{Map, Value, json};

use super::language::{Sample, Told};
use super::quality::{Judge, Opening, Score};
use crate::config::{Annotation, Config};

/// Bytes of a text that are looked at, at most.
pub(crate) const ANNOTATED_BYTES: usize = 128 * 1024;

/// The annotations of a document with this text, or this beginning of one, as JSON; `None` if none are asked for.
///
/// Cost: that of the filters that measure the same.
pub(crate) fn annotations(config: &Config, text: &str) -> Option<String> {
    let decide = &config.decide;
    if decide.annotate.is_empty() {
        return None;
    }
    let (mut opening, mut sample) = (Opening::default(), Sample::default());
    for line in text.lines().filter(|line| line.contains(char::is_alphanumeric)) {
        opening.add(line);
        sample.add(line);
    }
    let mut annotations = Map::new();
    if decide.annotates(Annotation::Quality) {
        annotations.insert("quality".to_owned(), quality(&Judge::of(decide), &opening));
    }
    if decide.annotates(Annotation::Language) {
        let Told { language, letters: of, letters_of: letters } = sample.told();
        let told = json!({ "code": language.code(), "letters": letters, "of": of });
        annotations.insert("language".to_owned(), told);
    }
    Some(Value::Object(annotations).to_string())
}

/// The scores of a profile, and the signals that are out of bounds.
fn quality(judge: &Judge, opening: &Opening) -> Value {
    let scores = judge.scores(opening.text()).scores;
    let out: Vec<&str> = scores.iter().filter(|score| score.is_out()).map(|score| score.signal).collect();
    let value = |score: &Score| (score.signal.to_owned(), json!(score.value()));
    json!({ "profile": judge.profile(), "out": out, "scores": scores.iter().map(value).collect::<Map<_, _>>() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DecideConfig;

    #[test]
    fn the_scores_of_a_profile_and_what_is_out_of_bounds() {
        let annotate = vec![Annotation::Quality, Annotation::Language];
        let decide = DecideConfig { annotate, ..DecideConfig::default() };
        let config = Config { decide, ..Config::default() };
        let links = "首页\n国内\n国际\n-----\n社会\n评论\n财经\n科技\n体育\n娱乐\n图片\n";
        let annotated: Value = serde_json::from_str(&annotations(&config, links).unwrap()).unwrap();
        assert_eq!(annotated["quality"]["profile"], "news");
        assert_eq!(annotated["quality"]["out"], json!(["link-list"]));
        assert_eq!(annotated["quality"]["scores"]["link-list"], json!(1.0));
        let prose = "本市明天多云转晴，北风三级，最高气温八度。\n";
        let annotated: Value = serde_json::from_str(&annotations(&config, prose).unwrap()).unwrap();
        assert_eq!(annotated["quality"]["out"], json!([]));
        assert_eq!(annotated["language"], json!({ "code": "zh-Hans", "letters": 54, "of": 54 }));
        assert_eq!(annotations(&Config::default(), prose), None);
        for (text, code) in [
            ("Сегодня идёт дождь, а завтра будет ясно.", "ru"),
            ("오늘은 비가 옵니다.", "ko"),
            ("วันนี้ฝนตก", "th"),
        ] {
            let annotated: Value = serde_json::from_str(&annotations(&config, text).unwrap()).unwrap();
            assert_eq!(annotated["language"]["code"], code, "{text}");
        }
    }
}
