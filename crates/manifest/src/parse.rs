//! From text to manifest.

use crate::{
    Code, Diagnostic, Manifest, Severity, Source, Span,
    document::Document,
    lower::{Names, lower},
    node::{Kind, Node, place},
    source::Flaw,
    variables::resolve,
};
use serde::Deserialize;

/// What became of a text.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The manifest; none when there is an error among the diagnostics.
    pub manifest: Option<Manifest>,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a manifest. `vars` gives the values of variables: `${NAME}` and
/// `${NAME:-default}` in any text, `$$` for a dollar sign; `${release}` is left
/// for the release to fill.
pub fn parse(source: &Source, vars: &dyn Fn(&str) -> Option<String>) -> Parsed {
    let mut diagnostics = Vec::new();
    let manifest = read(source, vars, &mut diagnostics);
    diagnostics.sort_by_key(|diagnostic| diagnostic.primary.span);
    let sound = !diagnostics.iter().any(|it| it.severity == Severity::Error);
    Parsed {
        manifest: manifest.filter(|_| sound),
        diagnostics,
    }
}

fn read(
    source: &Source,
    vars: &dyn Fn(&str) -> Option<String>,
    found: &mut Vec<Diagnostic>,
) -> Option<Manifest> {
    let mut root: Node = match serde_saphyr::from_str(&source.text) {
        Ok(root) => root,
        Err(error) => {
            let span = error.location().map(|at| place(&at)).unwrap_or_default();
            found.push(Diagnostic::error(
                Code::Syntax,
                span,
                error.without_snippet().to_string(),
            ));
            return None;
        }
    };
    resolve(&mut root, source, vars, found);
    let names = names(&root);
    match Document::deserialize(&root) {
        Ok(document) => Some(lower(document, &names, found)),
        Err(error) => {
            found.push(Diagnostic::error(
                Code::WrongType,
                Span::default(),
                error.to_string(),
            ));
            None
        }
    }
}

fn names(root: &Node) -> Names {
    let of = |section: &str| match &root.kind {
        Kind::Map(map) => match map.iter().find(|entry| entry.name() == section) {
            Some(entry) => keys(&entry.value),
            None => Vec::new(),
        },
        _ => Vec::new(),
    };
    Names {
        targets: of("targets"),
        modules: of("modules"),
    }
}

fn keys(node: &Node) -> Vec<String> {
    match &node.kind {
        Kind::Map(map) => map.iter().map(|entry| entry.name().to_owned()).collect(),
        _ => Vec::new(),
    }
}

#[allow(dead_code)]
fn flaw(flaw: Flaw) {
    let _ = flaw;
}
