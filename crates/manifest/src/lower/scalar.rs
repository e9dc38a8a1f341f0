//! Texts with a form of their own: names, lengths of time, shares, addresses, paths.

use super::Lowering;
use crate::{
    Code, Diagnostic, Percent, Spanned,
    document::{DurationText, PercentText},
};
use std::time::Duration;

/// The longest time that a manifest may ask for.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

impl Lowering<'_> {
    pub(super) fn malformed(&mut self, at: crate::Span, what: &str, help: &str) {
        self.report(
            Diagnostic::error(Code::Malformed, at, format!("this is not {what}")).help(help),
        );
    }

    /// RFC 1123, section 2.1, as Kubernetes asks it of names: at most 63 characters.
    pub(super) fn dns_label(&mut self, what: &str, name: &Spanned<String>) {
        if is_dns_label(name) {
            return;
        }
        let message = format!("{what} can not be named like this");
        self.report(Diagnostic::error(Code::Name, name.span, message).help(
            "names are 1 to 63 lower-case letters, digits and `-`, \
                 and begin and end with a letter or digit (RFC 1123)",
        ));
    }

    pub(super) fn duration_or(
        &mut self,
        text: Option<Spanned<DurationText>>,
        default: Duration,
    ) -> Duration {
        let Some(text) = text else { return default };
        match parse_duration(&text.value.0) {
            Some(duration) if duration <= LONGEST => return duration,
            Some(_) => self.report(
                Diagnostic::error(Code::OutOfRange, text.span, "this is too long")
                    .help("at most a week: 168h"),
            ),
            None => self.malformed(
                text.span,
                "a length of time",
                "write a whole number and `ms`, `s`, `m` or `h`, for example `90s`",
            ),
        }
        default
    }

    pub(super) fn health_or(&mut self, path: Option<Spanned<String>>, default: &str) -> String {
        let Some(path) = path else {
            return default.to_owned();
        };
        if !path.starts_with('/') {
            let help = "write the path of a request, for example `/healthz`";
            self.malformed(path.span, "a path that can be asked", help);
        }
        path.value
    }

    pub(super) fn percent(&mut self, text: &Spanned<PercentText>) -> Option<Percent> {
        let number = text.value.0.strip_suffix('%').and_then(whole_number);
        match number {
            Some(number @ 1..=100) => u8::try_from(number).ok().map(Percent),
            _ => {
                let help = "write a whole number from 1 to 100 and `%`, for example `50%`";
                self.malformed(text.span, "a share of the traffic", help);
                None
            }
        }
    }

    /// An address that is a secret is still a variable here; whoever uses it checks it.
    pub(super) fn http_url(&mut self, url: &Spanned<String>) {
        if url.starts_with("${") {
            return;
        }
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"));
        let host = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'));
        if !host || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
            let help = "write it with its scheme, for example `https://status.example/health`";
            self.malformed(url.span, "an http(s) address", help);
        }
    }

    /// RFC 6901, section 3.
    pub(super) fn json_pointer(&mut self, pointer: &Spanned<String>) {
        let escapes = pointer.split('~').skip(1);
        let sound = (pointer.is_empty() || pointer.starts_with('/'))
            && escapes.into_iter().all(|rest| rest.starts_with(['0', '1']));
        if !sound {
            let help = "write a path into the JSON answer, for example `/conclusion` (RFC 6901)";
            self.malformed(pointer.span, "a JSON Pointer", help);
        }
    }

    /// A path below the manifest's directory, whatever that is.
    pub(super) fn inner_path(&mut self, path: &Spanned<String>) {
        if !crate::files::is_inner(path) {
            let message = format!("`{}` leads out of the manifest's directory", path.value);
            self.report(
                Diagnostic::error(Code::PathEscapes, path.span, message)
                    .help("write a path relative to the manifest, without `..` and with `/`"),
            );
        }
    }
}

fn is_dns_label(name: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=63).contains(&name.len())
        && name.bytes().all(inner)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

fn whole_number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn parse_duration(text: &str) -> Option<Duration> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = whole_number(&text[..text.len() - unit.len()])?;
    let seconds = |per: u64| number.checked_mul(per).map(Duration::from_secs);
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => seconds(1),
        "m" => seconds(60),
        "h" => seconds(3600),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_a_whole_number_and_a_unit() {
        let parse = |text| parse_duration(text).map(|d| d.as_millis());
        assert_eq!(parse("500ms"), Some(500));
        assert_eq!(parse("1s"), Some(1_000));
        assert_eq!(parse("2m"), Some(120_000));
        assert_eq!(parse("3h"), Some(10_800_000));
        for text in [
            "",
            "s",
            "1",
            "1.5s",
            "-1s",
            "1 s",
            "1d",
            "99999999999999999999s",
            "é",
            "1é",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn labels_are_those_of_rfc_1123() {
        for text in ["a", "auth-service", "0", &"a".repeat(63)] {
            assert!(is_dns_label(text), "{text}");
        }
        for text in ["", "-a", "a-", "Auth", "a_b", "a.b", "é", &"a".repeat(64)] {
            assert!(!is_dns_label(text), "{text}");
        }
    }
}
