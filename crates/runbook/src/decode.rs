//! Bytes become text, whatever wrote them: UTF-8 with or without a byte-order mark,
//! UTF-16, Latin-1, any line ends, and text that went through a wrong encoding once.

mod mojibake;

/// Why bytes are no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// More bytes than any page needs.
    TooLarge(usize),
    /// Mostly what no text holds.
    Binary,
}

/// The largest page that is read: 32 MiB.
const MAX_BYTES: usize = 32 << 20;

/// The text, with `\n` as its only line end.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, Flaw> {
    if bytes.len() > MAX_BYTES {
        return Err(Flaw::TooLarge(bytes.len()));
    }
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        _ => match zeros(bytes) {
            (0, 0) => utf8(bytes),
            (even, odd) if odd > 8 * even => utf16(bytes, u16::from_le_bytes),
            (even, odd) if even > 8 * odd => utf16(bytes, u16::from_be_bytes),
            _ => return Err(Flaw::Binary),
        },
    };
    if is_binary(&text) {
        return Err(Flaw::Binary);
    }
    if !text.contains('\r') {
        return Ok(mojibake::repair(&text));
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    Ok(mojibake::repair(&text))
}

/// How many zero bytes stand at even and at odd places: UTF-16 without a mark has
/// nearly all of them on one side.
fn zeros(bytes: &[u8]) -> (usize, usize) {
    let start = &bytes[..bytes.len().min(4096)];
    let count = |from: usize| {
        start
            .iter()
            .skip(from)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    (count(0), count(1))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// What is no UTF-8 is read as Windows-1252, the superset of Latin-1 that people have.
fn utf8(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(
            chunk
                .invalid()
                .iter()
                .map(|byte| mojibake::windows_1252(*byte)),
        );
    }
    text
}

fn is_binary(text: &str) -> bool {
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    let (mut all, mut strange) = (0_usize, 0_usize);
    for c in text.chars() {
        all += 1;
        strange += usize::from(odd(c) && (c as u32) < 0x80 || c == char::REPLACEMENT_CHARACTER);
    }
    strange * 50 > all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "Schlüssel – prüfen\n";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let ways = [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [b"\xff\xfe", &utf16[..]].concat(),
            [b"\xfe\xff", &big[..]].concat(),
            b"Schl\xfcssel \x96 pr\xfcfen\r\n".to_vec(),
            "SchlÃ¼ssel â€“ prÃ¼fen\r".as_bytes().to_vec(),
            "Schl√ºssel ‚Äì pr√ºfen\n".as_bytes().to_vec(),
        ];
        for bytes in ways {
            assert_eq!(decode(&bytes).as_deref(), Ok(text), "{bytes:?}");
        }
        let bare: Vec<u8> = "plain words\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(decode(&bare).as_deref(), Ok("plain words\n"));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(
            decode(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"),
            Err(Flaw::Binary)
        );
        assert_eq!(
            decode(&vec![b'a'; MAX_BYTES + 1]),
            Err(Flaw::TooLarge(MAX_BYTES + 1))
        );
    }
}
