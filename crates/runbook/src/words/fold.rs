//! Text becomes words that can be compared: small letters of ASCII where there are any,
//! without accents, dashes and signs.

/// A word and where it stands in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub text: String,
    pub start: usize,
    pub end: usize,
}

impl Word {
    /// The word as names are compared by: without the ending of a plural.
    pub fn singular(&self) -> &str {
        let text = self.text.as_str();
        match text.strip_suffix('s') {
            Some(one) if one.len() > 2 && !one.ends_with('s') => one,
            _ => text,
        }
    }
}

/// The most bytes of a text that are looked at as one: no sentence, cell or name is
/// longer.
const LONGEST: usize = 8 << 10;

/// The words of a text.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let mut words = Vec::new();
    let mut open: Option<Word> = None;
    for (at, c) in text.char_indices() {
        if is_silent(c) {
            continue;
        }
        if c.is_alphanumeric() {
            let end = at + c.len_utf8();
            let word = open.get_or_insert_with(|| Word {
                text: String::new(),
                start: at,
                end,
            });
            word.end = end;
            push(c, &mut word.text);
        } else {
            words.extend(open.take());
        }
    }
    words.extend(open);
    words
}

/// A name that platforms accept (RFC 1123, at most 50 letters so that suffixes fit);
/// empty where the text has no letter of ASCII and none that stands for some.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for word in words(text) {
        let word: String = word
            .text
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        if !word.is_empty() && slug.len() + word.len() < 50 {
            if !slug.is_empty() {
                slug.push('-');
            }
            slug.push_str(&word);
        }
    }
    slug
}

/// Characters that are in a word and not seen: soft hyphen, zero-width signs.
fn is_silent(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{300}'..='\u{36f}')
}

fn push(c: char, out: &mut String) {
    let plain = match c {
        'A'..='Z' => return out.push(c.to_ascii_lowercase()),
        c if c.is_ascii() => return out.push(c),
        'ä' | 'Ä' | 'æ' | 'Æ' => "ae",
        'ö' | 'Ö' | 'œ' | 'Œ' => "oe",
        'ü' | 'Ü' => "ue",
        'ß' => "ss",
        'à'..='ã' | 'å' | 'À'..='Ã' | 'Å' => "a",
        'è'..='ë' | 'È'..='Ë' => "e",
        'ì'..='ï' | 'Ì'..='Ï' => "i",
        'ò'..='õ' | 'ø' | 'Ò'..='Õ' | 'Ø' => "o",
        'ù'..='û' | 'Ù'..='Û' => "u",
        'ç' | 'Ç' => "c",
        'ñ' | 'Ñ' => "n",
        _ => return out.extend(c.to_lowercase()),
    };
    out.push_str(plain);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_without_accents_and_signs() {
        let fold = |text: &str| {
            words(text)
                .into_iter()
                .map(|it| it.text)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            fold("Zähler‑Stamm  (AKS), Pub/Sub"),
            "zaehler stamm aks pub sub"
        );
        assert_eq!(fold("référen\u{ad}tiel"), "referentiel");
    }

    #[test]
    fn names_are_what_platforms_accept() {
        assert_eq!(slug("Öffentliche Suche!"), "oeffentliche-suche");
        assert_eq!(slug("日本"), "");
        assert!(slug(&"word ".repeat(40)).len() <= 50);
    }

    #[test]
    fn plurals_are_one_thing() {
        let one = |text: &str| words(text)[0].singular().to_owned();
        assert_eq!(one("services"), one("Service"));
        assert_eq!(one("process"), "process");
    }
}
