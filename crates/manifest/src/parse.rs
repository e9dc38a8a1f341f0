//! From text to manifest.

use crate::{
    Code, Diagnostic, Manifest, Severity, Source, Span,
    diagnostic::Findings,
    document::Document,
    lower::lower,
    names::Names,
    node::{Kind, Node},
    schema, shape, variables, yaml,
};
use serde::Deserialize;
use serde_json::Value;
use std::sync::LazyLock;

/// The format of manifests that this program reads.
const FORMAT: u64 = 1;

/// The schema as the shape check uses it, made once.
static SCHEMA: LazyLock<Value> = LazyLock::new(schema);

/// What became of a text.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The manifest; none when there is an error among the diagnostics.
    pub manifest: Option<Manifest>,
    /// What is wrong, in the order of the text; at most 100.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a manifest. `vars` gives the values of variables: `${NAME}` and
/// `${NAME:-default}` in any text, `$$` for a dollar sign; `${release}` is left
/// for the release to fill.
///
/// It never panics, whatever the text is, and names as many problems as it can.
pub fn parse(source: &Source, vars: &dyn Fn(&str) -> Option<String>) -> Parsed {
    let mut found = Findings::default();
    let manifest = read(source, vars, &mut found);
    let diagnostics = found.sorted();
    let sound = !diagnostics.iter().any(|it| it.severity == Severity::Error);
    Parsed {
        manifest: manifest.filter(|_| sound),
        diagnostics,
    }
}

fn read(source: &Source, vars: variables::Vars, found: &mut Findings) -> Option<Manifest> {
    let mut root = yaml::read(source, found)?;
    shape::deduplicate(&mut root, found);
    if let Some(problem) = empty(&root).or_else(|| foreign_format(&root)) {
        found.push(problem);
        return None;
    }
    let names = Names::of(&root);
    variables::resolve(&mut root, source, vars, found);
    if !shape::check(&mut root, &SCHEMA, found) {
        return None;
    }
    match Document::deserialize(&root) {
        Ok(document) => Some(lower(document, &names, found)),
        Err(error) => {
            // The shape check leaves nothing that serde refuses, short of a number
            // beyond its type: still said, never lost.
            let message = format!("this manifest can not be read: {error}");
            found.push(Diagnostic::error(Code::WrongType, Span::default(), message));
            None
        }
    }
}

fn empty(root: &Node) -> Option<Diagnostic> {
    let empty = match &root.kind {
        Kind::Null => true,
        Kind::Map(map) => map.is_empty(),
        _ => false,
    };
    empty.then(|| {
        Diagnostic::error(Code::Empty, Span::default(), "the manifest is empty").help(
            "`segue schema` says what can stand in it; examples/storefront/segue.yaml shows it",
        )
    })
}

/// A newer format may mean anything: nothing else is said of it.
fn foreign_format(root: &Node) -> Option<Diagnostic> {
    let node = root.get("version")?;
    let Kind::Number(number) = &node.kind else {
        return None;
    };
    let format = number.as_u64().filter(|format| *format != FORMAT)?;
    let message =
        format!("this manifest is of format {format}, and this program reads format {FORMAT}");
    let help = if format > FORMAT {
        "the manifest was written for a newer Segue: please update `segue`"
    } else {
        "write `version: 1`"
    };
    Some(Diagnostic::error(Code::FormatVersion, node.span, message).help(help))
}
