//! Chinese news prose: full-width punctuation, digits, Latin names among the Han characters.

use super::chinese_words::{
    ADVERBS, FIELDS, GIVEN, LATIN, OBJECTS, OFFICES, ORGANIZATIONS, PLACES, SURNAMES, TIMES, UNITS, VERBS,
};
use super::template::Language;

/// The language's templates and words.
///
/// Slots: `t` time, `p` place, `o` organization, `l` Latin name, `m` person, `q` office, `s` field, `v` verb,
/// `b` object, `a` adverb, `c` clause, `u` unit, `f` and `g` characters of personal names.
pub(crate) const CHINESE: Language = Language {
    sentences: SENTENCES,
    rare_sentences: RARE,
    slots: &[
        ('t', TIMES),
        ('p', PLACES),
        ('o', ORGANIZATIONS),
        ('l', LATIN),
        ('m', &["{f}{g}", "{f}{g}{g}", "{f}{g}{g}"]),
        ('q', OFFICES),
        ('s', FIELDS),
        ('v', VERBS),
        ('b', OBJECTS),
        ('a', ADVERBS),
        ('c', CLAUSES),
        ('u', UNITS),
        ('f', SURNAMES),
        ('g', GIVEN),
    ],
    gap: "",
    has_capitals: false,
};

const SENTENCES: &[&str] = &[
    "{t}，{o}公布的数据显示，{p}{s}规模达到{n}亿元，同比增长{r}%。",
    "{o}{q}{m}在{p}表示：“{c}，{c}。”",
    "{c}，{c}，{c}。",
    "{c}；{c}。",
    "记者从{o}获悉，{c}，{c}。",
    "据{l}报道，{c}，预计到{y}年{s}将超过{n}万{u}。",
    "{s}、{s}、{s}等领域{a}{v}，{c}。",
    "{m}认为，{c}……但{c}。",
    "截至{t}，{p}共有{n}{u}{v}{b}，占比{r}%。",
    "人民币对美元中间价报{x}元，较前一交易日{a}调整{n}个基点。",
    "“{c}。”{o}{q}{m}说，“{c}。”",
    "从{p}到{p}，{c}，{c}，{c}。",
    "{l}与{o}签署协议，双方将在{s}、{s}方面{v}{b}（编号：{z}）。",
    "那么，{s}如何{v}{b}？{m}给出的答案是：{c}。",
    "{c}！{c}。",
    "《{p}{s}管理条例》自{y}年{j}月{k}日起施行，{c}。",
    "对于{s}，{q}{m}{a}强调：“{c}，{c}；{c}。”",
    "在{p}，{m}和{m}{a}{v}{b}，{c}。",
    "与{y}年相比，{s}{v}了{r}个百分点，{c}。",
    "值得注意的是，{c}，这让{l}的{b}{a}{v}。",
    "{t}，{l}宣布推出第{n}代{b}，起售价{n}元，{c}。",
    "尽管{c}，{o}仍{a}{v}{b}，{c}。",
];

const RARE: &[&str] = &[
    "{p}最高气温升至{k}℃，受影响面积约{n}㎡。",
    "会议明确三项任务：①{c}；②{c}；③{c}。",
    "型号ＡＸ－{n}的售价约合{n}€，{c}。",
    "{l}™的用户数约为{n}㎞沿线居民的½，{c}。",
];

const CLAUSES: &[&str] = &[
    "{s}{a}{v}",
    "{a}{v}{b}",
    "{p}{s}{v}{b}",
    "{l}的{s}{a}{v}{b}",
    "以{s}为代表的{b}{a}{v}",
    "{s}比{y}年{v}了{r}%",
    "{o}将{a}{v}{b}",
    "{n}{u}{b}{a}落地",
    "{b}与{s}{a}融合",
    "其中{s}占{r}%",
    "{m}团队{a}{v}{b}",
];
