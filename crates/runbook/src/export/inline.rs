//! Texts inside of lines of Markdown.

/// A text that is shown as it is: in backticks, on one line, and safe in a table.
pub(super) fn code(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.replace('|', "\\|");
    if line.contains('`') {
        return format!("`` {line} ``");
    }
    format!("`{line}`")
}

/// Texts in backticks, parted by commas.
pub(super) fn codes<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().map(code).collect::<Vec<_>>().join(", ")
}
