//! A failure for people: what, in whose words, what to type next, where to read on.

use crate::{Paint, wrap::plain};
use segue_model::Failure;

/// The failure as text, without a line break at its end.
pub fn failure_text(failure: &Failure, paint: Paint) -> String {
    about("", failure, paint)
}

/// The same of an operation, whose name stands first.
pub(crate) fn about(subject: &str, failure: &Failure, paint: Paint) -> String {
    let code = paint.bad(format!("error[{}]", failure.code));
    let subject = paint.strong(subject);
    let mut lines = vec![format!("{code} {subject}{}", plain(&failure.what))];
    let words = plain(&failure.words);
    lines.extend(
        words
            .lines()
            .map(|it| format!("    {} {it}", paint.faint("│"))),
    );
    if !failure.hint.is_empty() {
        lines.push(format!("    {} {}", paint.strong("help:"), failure.hint));
    }
    let more = paint.faint("more:");
    lines.push(format!("    {more} docs/errors/{}.md", failure.code));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_why_and_what_next() {
        let failure = Failure::step("SEG0000", "no `x`")
            .words("two\nlines")
            .hint("type `y`");
        insta::assert_snapshot!(failure_text(&failure, Paint { colour: false }), @r"
        error[SEG0000] no `x`
            │ two
            │ lines
            help: type `y`
            more: docs/errors/SEG0000.md
        ");
    }
}
