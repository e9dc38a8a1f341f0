//! The manifest's text at the end of a page.

use std::ops::Range;

/// What stands on the line that opens it, after the fence.
const INFO: &str = "yaml segue.yaml";

/// Writes it, folded away where pages are shown.
pub(super) fn write(source: &str, text: &mut String) {
    let fence = "`".repeat(longest_run(source).max(2) + 1);
    text.push_str("\n## The manifest\n\n<details>\n<summary>The text that this page was written from</summary>\n\n");
    text.push_str(&format!("{fence}{INFO}\n{source}"));
    if !source.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&format!("{fence}\n\n</details>\n"));
}

fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for byte in text.bytes() {
        run = if byte == b'`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Where the manifest's text stands in a page that was written so.
pub(crate) fn find(page: &str) -> Option<Range<usize>> {
    let opens = |line: &str| {
        line.strip_suffix(INFO)
            .is_some_and(|fence| fence.len() >= 3 && fence.bytes().all(|it| it == b'`'))
    };
    let mut at = 0;
    let mut open: Option<(usize, &str)> = None;
    for line in page.split_inclusive('\n') {
        let bare = line.trim_end();
        match open {
            None if opens(bare) => open = Some((at + line.len(), &bare[..bare.len() - INFO.len()])),
            Some((start, fence)) if bare == fence => return Some(start..at),
            _ => {}
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_found() {
        for source in ["version: 1\n", "a: '```'\n````\n"] {
            let mut page = String::from("# Words\n");
            write(source, &mut page);
            assert_eq!(find(&page).map(|it| &page[it]), Some(source), "{page}");
        }
        assert_eq!(find("```yaml\na: 1\n```\n"), None);
    }
}
