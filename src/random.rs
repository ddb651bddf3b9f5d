//! How many cases random unit tests draw.

use proptest::test_runner::Config;

/// This many cases in an ordinary run; `PROPTEST_CASES=2560` makes them ten times as many.
pub(crate) fn cases(usual: u32) -> Config {
    let default = Config::default();
    Config { cases: scaled(usual, default.cases), ..default }
}

/// `PROPTEST_CASES` is 256 where it is not set.
fn scaled(usual: u32, cases: u32) -> u32 {
    u32::try_from(u64::from(usual) * u64::from(cases) / 256).unwrap_or(u32::MAX).max(1)
}

#[test]
fn the_variable_is_a_factor() {
    assert_eq!(
        [scaled(40, 256), scaled(40, 2560), scaled(40, 1), scaled(u32::MAX, 2560)],
        [40, 400, 1, u32::MAX]
    );
}
