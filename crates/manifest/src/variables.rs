//! `${NAME}` and `${NAME:-default}` in texts.

use crate::{
    Code, Diagnostic, Source, Span,
    diagnostic::Findings,
    node::{Entry, Kind, Node},
};

/// Filled when a release begins, not when the manifest is read.
const LATER: &str = "release";

/// Gives the value of a variable.
pub(crate) type Vars<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Puts the values of variables into every text below `node`. A text whose variable
/// has no value is broken: nothing further is said of it.
pub(crate) fn resolve(node: &mut Node, source: &Source, vars: Vars, found: &mut Findings) {
    let Kind::Map(map) = &mut node.kind else {
        return visit(node, source, vars, found, Filling::Now);
    };
    for entry in map {
        let filling = match entry.name() {
            "state" => Filling::Later,
            _ => Filling::Now,
        };
        visit(&mut entry.value, source, vars, found, filling);
    }
}

/// When the texts below a key get their values. A webhook's address and a
/// program's arguments may hold secrets, and no secret stands in a plan or a journal.
fn filling_of(entry: &Entry, around: Filling) -> Filling {
    match (entry.name(), &entry.value.kind) {
        ("webhook", _) | ("command", Kind::List(_)) => Filling::Later,
        _ => around,
    }
}

/// `text` with the values of its variables.
///
/// # Errors
/// In words, what is wrong with a variable; never a value.
pub(crate) fn fill(text: &str, vars: Vars) -> Result<String, String> {
    expand(text, vars).map_err(|problem| match problem {
        Problem::Unset(name) => format!("`{name}` has no value"),
        Problem::Malformed => "`${` without a name and `}`".to_owned(),
    })
}

/// When a variable gets its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filling {
    Now,
    /// Only that it has one is checked.
    Later,
}

fn visit(node: &mut Node, source: &Source, vars: Vars, found: &mut Findings, filling: Filling) {
    match &mut node.kind {
        Kind::Text(text) if text.contains('$') => match expand(text, vars) {
            Ok(expanded) if filling == Filling::Now => *text = expanded,
            Ok(_) => {}
            Err(problem) => {
                found.push(problem.diagnostic(source, node.span));
                node.kind = Kind::Broken;
            }
        },
        Kind::List(list) => {
            for item in list {
                visit(item, source, vars, found, filling);
            }
        }
        Kind::Map(map) => {
            for entry in map {
                let filling = filling_of(entry, filling);
                named(entry, vars, found);
                visit(&mut entry.value, source, vars, found, filling);
            }
        }
        _ => {}
    }
}

/// What a program is to see must have a value before the release begins.
fn named(entry: &Entry, vars: Vars, found: &mut Findings) {
    let ("environment", Kind::List(names)) = (entry.name(), &entry.value.kind) else {
        return;
    };
    for node in names {
        if let Some(name) = node.text()
            && is_name(name)
            && vars(name).is_none()
        {
            let message = format!("`{name}` has no value");
            let help = format!("set the variable `{name}`: the program is to see it");
            found.push(Diagnostic::error(Code::Variable, node.span, message).help(help));
        }
    }
}

enum Problem {
    /// No value and no default.
    Unset(String),
    /// `${` without `}` or with something that is no name.
    Malformed,
}

impl Problem {
    fn diagnostic(self, source: &Source, span: Span) -> Diagnostic {
        match self {
            Self::Unset(name) => {
                let at = locate(source, span, &format!("${{{name}"));
                Diagnostic::error(Code::Variable, at, format!("`{name}` has no value")).help(
                    format!("set the variable `{name}`, or give a default: `${{{name}:-…}}`"),
                )
            }
            Self::Malformed => {
                let at = locate(source, span, "${");
                Diagnostic::error(Code::Variable, at, "this is not a variable")
                    .help("write `${NAME}` or `${NAME:-default}`; for a dollar sign write `$$`")
            }
        }
    }
}

/// The variable's place in a text, where the text is written as it is read; else
/// the place of the whole text.
fn locate(source: &Source, span: Span, variable: &str) -> Span {
    let written = source.at(span);
    let Some(start) = written.find(variable) else {
        return span;
    };
    let rest = &written[start..];
    let length = rest.find('}').map_or(rest.len(), |end| end + 1);
    Span {
        start: span.start + start,
        end: span.start + start + length,
    }
}

fn expand(text: &str, vars: Vars) -> Result<String, Problem> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        rest = if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            after
        } else if let Some(after) = after.strip_prefix('{') {
            let (inside, after) = after.split_once('}').ok_or(Problem::Malformed)?;
            out.push_str(&value(inside, vars)?);
            after
        } else {
            out.push('$');
            after
        };
    }
    out.push_str(rest);
    Ok(out)
}

/// Whether a variable may be called so.
pub(crate) fn is_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    !name.is_empty() && name.bytes().all(allowed) && !name.as_bytes()[0].is_ascii_digit()
}

fn value(inside: &str, vars: Vars) -> Result<String, Problem> {
    let (name, default) = match inside.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inside, None),
    };
    if !is_name(name) {
        return Err(Problem::Malformed);
    }
    if name == LATER {
        return Ok(format!("${{{inside}}}"));
    }
    // As in a shell, an empty variable takes the default too.
    match (vars(name), default) {
        (Some(value), None) => Ok(value),
        (Some(value), Some(_)) if !value.is_empty() => Ok(value),
        (_, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err(Problem::Unset(name.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(name: &str) -> Option<String> {
        match name {
            "URL" => Some("http://ci".into()),
            "EMPTY" => Some(String::new()),
            _ => None,
        }
    }

    fn of(text: &str) -> Option<String> {
        expand(text, &vars).ok()
    }

    #[test]
    fn values_and_defaults_are_put_in() {
        assert_eq!(of("${URL}/x").as_deref(), Some("http://ci/x"));
        assert_eq!(of("a${NONE:-b}c").as_deref(), Some("abc"));
        assert_eq!(of("${EMPTY:-b}${EMPTY}").as_deref(), Some("b"));
        assert_eq!(of("${NONE:-}").as_deref(), Some(""));
    }

    #[test]
    fn a_dollar_sign_is_escaped_and_the_release_is_left() {
        assert_eq!(of("$$5 $5 $").as_deref(), Some("$5 $5 $"));
        assert_eq!(of("$${URL}").as_deref(), Some("${URL}"));
        assert_eq!(
            of("release/${release}").as_deref(),
            Some("release/${release}")
        );
    }

    #[test]
    fn what_has_no_value_or_no_end_is_refused() {
        for text in ["${NONE}", "${URL", "${}", "${1A}", "${A B}", "${é}"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
