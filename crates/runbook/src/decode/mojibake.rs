//! Text whose UTF-8 bytes were once taken for another encoding, as editors and wikis do
//! it: `‚Äì` or `â€“` for a dash.

/// What the bytes 80 to FF mean in Mac OS Roman (Unicode's table ROMAN.TXT).
const MAC_ROMAN: &str = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø\
                         ¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›\u{fb01}\u{fb02}‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{f8ff}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";

/// What the bytes 80 to 9F mean in Windows-1252 (Unicode's table CP1252.TXT); the five
/// that it leaves out are control characters, as browsers have it.
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// The character of a byte in Windows-1252.
pub(super) fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252
            .chars()
            .nth(usize::from(byte - 0x80))
            .unwrap_or(char::from(byte)),
        _ => char::from(byte),
    }
}

/// The text with every run of characters put right whose bytes, in one of the two
/// encodings, are UTF-8. A run that is meant as it stands is none: `ü` alone never is.
pub(super) fn repair(text: &str) -> String {
    let tables = [table(MAC_ROMAN, 0x80), table(WINDOWS_1252, 0x80)];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| !c.is_ascii()) {
        let (before, strange) = rest.split_at(start);
        let end = strange
            .find(|c: char| c.is_ascii())
            .unwrap_or(strange.len());
        let (run, after) = strange.split_at(end);
        out.push_str(before);
        out.push_str(&once(run, &tables).unwrap_or_else(|| run.to_owned()));
        rest = after;
    }
    out.push_str(rest);
    out
}

type Table = std::collections::HashMap<char, u8>;

fn table(characters: &str, first: u8) -> Table {
    characters.chars().zip(first..=u8::MAX).collect()
}

fn once(run: &str, [mac, windows]: &[Table; 2]) -> Option<String> {
    let in_mac = || {
        run.chars()
            .map(|c| mac.get(&c).copied())
            .collect::<Option<Vec<u8>>>()
    };
    let latin = |c: char| u8::try_from(u32::from(c)).ok();
    let in_windows = || {
        let byte = |c: char| windows.get(&c).copied().or_else(|| latin(c));
        run.chars().map(byte).collect::<Option<Vec<u8>>>()
    };
    // One character can be no run of two bytes or more.
    run.chars().nth(1)?;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).ok();
    // What is UTF-8 in both is meant in the second: `Ã¶` is no rare accent.
    in_windows()
        .and_then(text)
        .or_else(|| in_mac().and_then(text))
}

#[cfg(test)]
mod tests {
    use super::repair;

    #[test]
    fn both_wrong_encodings_are_put_right() {
        assert_eq!(repair("\u{f8ff}üì¶ ‚Äì ‚Üí"), "📦 – →");
        assert_eq!(repair("ðŸš¦ â€“ stÃ¶rt"), "🚦 – stört");
    }

    #[test]
    fn what_is_right_stays() {
        for text in ["für alle – ja", "Čeština → 日本", "é", "äöü"] {
            assert_eq!(repair(text), text);
        }
    }
}
