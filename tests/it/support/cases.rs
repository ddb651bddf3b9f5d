//! How many cases random tests draw.

use proptest::test_runner::Config;

/// This many cases in an ordinary run; `PROPTEST_CASES=2560` makes them ten times as many.
pub(crate) fn cases(usual: u32) -> Config {
    let default = Config::default();
    let cases = u64::from(usual) * u64::from(default.cases) / 256;
    Config { cases: u32::try_from(cases).expect("a count that ends").max(1), ..default }
}
