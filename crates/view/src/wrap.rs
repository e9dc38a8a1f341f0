//! Long lines over the columns that there are.

/// `text` broken at spaces into lines of at most `room` columns, where its words
/// allow it.
pub(crate) fn fold(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut column = 0;
    // Each piece is a word with the space behind it.
    for piece in text.split_inclusive(' ') {
        let length = piece.trim_end_matches(' ').chars().count();
        if column > 0 && column + length > room {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            column = 0;
        }
        line.push_str(piece);
        column += piece.chars().count();
    }
    lines.push(line);
    lines
}

/// `text` broken at spaces over the columns from `from` to `width`, where its words
/// allow it; each line after the first begins in column `from`.
pub fn wrap(text: &str, from: usize, width: usize) -> String {
    let hanging = format!("\n{}", " ".repeat(from));
    fold(text, width.saturating_sub(from)).join(&hanging)
}

/// Text of others, without what would steer a terminal.
pub(crate) fn plain(text: &str) -> String {
    let steers = |c: char| c.is_control() && c != '\n';
    text.replace('\t', "  ").replace(steers, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_hang() {
        assert_eq!(wrap("a bb ccc dddd", 2, 8), "a bb\n  ccc\n  dddd");
        assert_eq!(wrap("a bb ccc", 2, 80), "a bb ccc");
        assert_eq!(wrap("unbreakable", 2, 5), "unbreakable");
        assert_eq!(wrap("", 2, 5), "");
    }

    #[test]
    fn a_cloud_cannot_steer_the_terminal() {
        assert_eq!(plain("\u{1b}[2J\ta\nb\u{7}"), "\u{fffd}[2J  a\nb\u{fffd}");
    }
}
