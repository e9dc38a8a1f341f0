//! A failure for people: what, in whose words, what to type next, where to read on.

use crate::{
    Paint,
    wrap::{fold, plain, wrap},
};
use segue_model::Failure;

/// The column in which words and hints begin.
const WORDS: usize = 6;
const HINT: usize = 10;

/// The failure as text of `width` columns, without a line break at its end.
pub fn failure_text(failure: &Failure, paint: Paint, width: usize) -> String {
    about("", failure, paint, width)
}

/// The same of an operation, whose name stands first.
pub(crate) fn about(subject: &str, failure: &Failure, paint: Paint, width: usize) -> String {
    let code = format!("error[{}]", failure.code);
    let head = format!("{code} {subject}{}", plain(&failure.what));
    // Coloured once it is folded: what colours takes no column.
    let mut head = wrap(&head, WORDS - 2, width).replacen(&code, &paint.bad(&code), 1);
    if !subject.is_empty() {
        head = head.replacen(subject, &paint.strong(subject), 1);
    }
    let mut lines = vec![head];
    let words = plain(&failure.words);
    let bar = paint.faint("│");
    let words = words
        .lines()
        .flat_map(|it| fold(it, width.saturating_sub(WORDS)));
    lines.extend(words.map(|it| format!("    {bar} {it}")));
    if !failure.hint.is_empty() {
        let hint = wrap(&failure.hint, HINT, width);
        lines.push(format!("    {} {hint}", paint.strong("help:")));
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
        insta::assert_snapshot!(failure_text(&failure, Paint { colour: false }, 80), @r"
        error[SEG0000] no `x`
            │ two
            │ lines
            help: type `y`
            more: docs/errors/SEG0000.md
        ");
    }
}
