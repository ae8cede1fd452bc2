//! What the program says, compared with `tests/cmd`. After a change that is meant, run with `TRYCMD=overwrite` and put
//! `[..]` again in place of figures and times.

/// Enough for a machine that does something else at the same time.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

#[test]
fn commands_say_what_the_snapshots_hold() {
    let cases = trycmd::TestCases::new();
    cases.env("COLUMNS", "100").env("NO_COLOR", "1").timeout(PATIENCE);
    cases.case("tests/cmd/*.trycmd");
}
