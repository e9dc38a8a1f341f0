//! Long lines over the columns that there are.

/// `text` broken at spaces so that no line is longer than `width` columns, where
/// its words allow it. The first line begins in column `from`, the others are
/// indented by as much.
pub(crate) fn wrap(text: &str, from: usize, width: usize) -> String {
    let mut lines = String::new();
    let mut column = from;
    for (at, word) in text.split(' ').enumerate() {
        let length = word.chars().count();
        let space = usize::from(at > 0);
        if column > from && column + space + length > width {
            lines.push('\n');
            lines.push_str(&" ".repeat(from));
            column = from;
        } else if space > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines
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
