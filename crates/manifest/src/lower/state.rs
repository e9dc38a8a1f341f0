//! Where the journal is kept.

use super::Lowering;
use crate::{
    Code, Diagnostic, Spanned,
    manifest::{SCHEMES, State},
};

impl Lowering<'_> {
    /// An address that is a variable is looked at when it is used.
    pub(super) fn state(&mut self, written: Spanned<String>) -> State {
        let scheme = SCHEMES.iter().find_map(|it| written.strip_prefix(it));
        match scheme {
            Some(rest) if has_clear_password(rest) => self.report(
                Diagnostic::error(Code::State, written.span, "a password is written here in clear")
                    .help(
                        "write a variable: `state: \"${SEGUE_STATE}\"`, \
                         or `postgres://user:${PASSWORD}@host/database`",
                    ),
            ),
            None if !written.starts_with("${") => self.report(
                Diagnostic::error(Code::State, written.span, "this is not the address of a PostgreSQL database")
                    .help("write `postgres://…`, best as a variable: `\"${SEGUE_STATE}\"`; without `state` the journal is a file beside the manifest"),
            ),
            _ => {}
        }
        State { written }
    }
}

/// Whether what follows the scheme holds a password that is no variable, before
/// the host or among the parameters.
fn has_clear_password(rest: &str) -> bool {
    let known = without_variables(rest);
    let (base, query) = known.split_once('?').unwrap_or((&known, ""));
    let user = base.rsplit_once('@').map_or("", |(user, _)| user);
    let clear = |text: &str| text.contains(|c: char| c != '\0');
    user.split_once(':')
        .is_some_and(|(_, password)| clear(password))
        || query
            .split('&')
            .filter_map(|it| it.split_once('='))
            .any(|(key, value)| key.ends_with("password") && clear(value))
}

/// With a NUL in place of each variable. A default stands in clear.
fn without_variables(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (inside, behind) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        out.push('\0');
        out.push_str(inside.split_once(":-").map_or("", |(_, default)| default));
        rest = behind;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_a_variable_or_clear() {
        for text in [
            "u@h/d",
            "u:${PW}@h/d",
            "${USER}:${PW}@h/d",
            "h:5432/d",
            "u:@h",
            "h/d?password=${PW}&x=1",
            "u:${PW:-}@h",
        ] {
            assert!(!has_clear_password(text), "{text}");
        }
        for text in [
            "u:pw@h/d",
            "u:${PW}x@h/d",
            "u:${PW:-pw}@h/d",
            "h/d?user=u&password=pw",
            "u:a@b@h/d",
            "h/d?sslpassword=x",
        ] {
            assert!(has_clear_password(text), "{text}");
        }
    }
}
