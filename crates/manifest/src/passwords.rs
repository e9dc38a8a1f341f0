//! Passwords in addresses, which no drawing of a manifest's lines may show (law 9).

use std::borrow::Cow;

/// `text` with every byte of a password in an address (`scheme://user:password@host`,
/// `?password=…`) as `*`. What is written as a variable stays; every place stays
/// where it was.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    let mut masked = Cow::Borrowed(text);
    let mut from = 0;
    while let Some(at) = text[from..].find("://") {
        let start = from + at + 3;
        let end = text[start..]
            .find(|c: char| c.is_whitespace() || "\"'`<>".contains(c))
            .map_or(text.len(), |length| start + length);
        for (first, last) in passwords(&text[start..end]) {
            hide(masked.to_mut(), start + first, start + last);
        }
        from = end;
    }
    masked
}

/// Where passwords stand in an address without its scheme.
fn passwords(address: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let user = address.rfind('@').unwrap_or(0);
    if let Some(colon) = address[..user].find(':') {
        found.push((colon + 1, user));
    }
    for (at, key) in address.match_indices("password=") {
        let start = at + key.len();
        let rest = &address[start..];
        let end = rest.find(['&', ',', '}', ']']).unwrap_or(rest.len());
        if !rest.starts_with("${") {
            found.push((start, start + end));
        }
    }
    found
}

/// What is no variable becomes asterisks, as many as it has bytes.
fn hide(text: &mut String, start: usize, end: usize) {
    let mut hidden = String::with_capacity(end - start);
    let mut rest = &text[start..end];
    while let Some(at) = rest.find("${") {
        let length = rest[at..].find('}').map_or(rest.len(), |end| at + end + 1);
        // A default is no variable: it stands there in clear.
        let kept = if rest[at..length].contains(":-") {
            at
        } else {
            length
        };
        hidden.push_str(&"*".repeat(at));
        hidden.push_str(&rest[at..kept]);
        hidden.push_str(&"*".repeat(length - kept));
        rest = &rest[length..];
    }
    hidden.push_str(&"*".repeat(rest.len()));
    text.replace_range(start..end, &hidden);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn law_9_passwords_are_hidden_and_nothing_moves() {
        for (text, shown) in [
            (
                "state: postgres://u:pw@h/d # x",
                "state: postgres://u:**@h/d # x",
            ),
            (
                "{ state: 'postgres://u:a@b@h/d', b: 'http://c:d@e' }",
                "{ state: 'postgres://u:***@h/d', b: 'http://c:*@e' }",
            ),
            (
                "postgres://u:${PW}@h postgres://u:x${PW:-pw}@h",
                "postgres://u:${PW}@h postgres://u:**********@h",
            ),
            (
                "postgres://h/d?user=u&password=pw&x=1",
                "postgres://h/d?user=u&password=**&x=1",
            ),
            (
                "url: https://ci.example:8443/qa",
                "url: https://ci.example:8443/qa",
            ),
            ("postgres://u:\u{e9}@h", "postgres://u:**@h"),
            ("://", "://"),
        ] {
            assert_eq!(masked(text), shown);
            assert_eq!(masked(text).len(), text.len());
        }
    }
}
