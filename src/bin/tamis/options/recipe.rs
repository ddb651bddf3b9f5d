//! Recipes: sets of rules for a purpose, each a short `tamis.toml`.

use clap::Args;
use clap::builder::TypedValueParser;
use serde::{Deserialize, Serialize};
use toml::Table;

use super::choices::one_of;

/// A purpose that rules are chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Recipe {
    /// A dump of news.
    News,
    /// Pages of many sites.
    Web,
    /// Chinese text to train a language model with.
    LlmZh,
    /// English text to train a language model with.
    LlmEn,
}

/// The option that names a recipe.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct Recipes {
    /// Switch on a set of rules: news, web, llm-zh, llm-en.
    ///
    /// `tamis config --recipe NAME` shows what a recipe says. The configuration file and other options change it.
    #[arg(long, value_name = "NAME", value_parser = recipes(), hide_possible_values = true)]
    recipe: Option<Recipe>,
}

fn recipes() -> impl TypedValueParser<Value = Recipe> {
    one_of(&[
        (
            "news",
            "a dump of news: damage is repaired; boilerplate of each directory, stubs and documents of low quality go",
        ),
        (
            "web",
            "pages of many sites: as news, with the boilerplate of each host, and copies of documents go",
        ),
        (
            "llm-zh",
            "Chinese text for a language model: as web, of documents in Chinese, and personal data is masked",
        ),
        (
            "llm-en",
            "English text for a language model: as web, of documents in English, and personal data is masked",
        ),
    ])
}

const NEWS: &str = "\
fix-encoding = true
boilerplate = true
min-kept-share = 0.1
quality = \"news\"
";

const WEB: &str = "\
fix-encoding = true
exact = \"both\"
boilerplate = true
source = \"url\"
min-kept-share = 0.1
quality = \"news\"
";

const LLM_ZH: &str = "\
fix-encoding = true
exact = \"both\"
boilerplate = true
source = \"url\"
min-kept-share = 0.1
min-doc-chars = 50
language = \"zh\"
quality = \"news\"
mask = [\"email\", \"ip\", \"cn-mobile\", \"cn-id\", \"card\"]
";

const LLM_EN: &str = "\
fix-encoding = true
exact = \"both\"
boilerplate = true
source = \"url\"
min-kept-share = 0.1
min-doc-chars = 200
language = \"en\"
quality = \"news\"
mask = [\"email\", \"ip\", \"card\"]
";

impl Recipe {
    /// The options that the recipe sets.
    fn text(self) -> &'static str {
        match self {
            Self::News => NEWS,
            Self::Web => WEB,
            Self::LlmZh => LLM_ZH,
            Self::LlmEn => LLM_EN,
        }
    }
}

impl Recipes {
    /// The options that the recipe sets, and its name, if one is named.
    pub(super) fn table(&self) -> anyhow::Result<(Table, String)> {
        let Some(recipe) = self.recipe else { return Ok((Table::new(), String::new())) };
        let name = serde_json::to_value(recipe)?.as_str().unwrap_or_default().to_owned();
        Ok((toml::from_str(recipe.text())?, format!("recipe {name}")))
    }
}
