//! What is wrong with a manifest, where, and what to do.

use crate::{Code, Source, Span, passwords};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::Serialize;

/// Whether a problem stops a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The manifest can not be used.
    Error,
    /// The manifest can be used, and a person should look.
    Warning,
}

/// A place and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be said of it; may be empty.
    pub text: String,
}

/// What is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Whether it stops a release.
    pub severity: Severity,
    /// The name of its page in `docs/errors/`.
    pub code: Code,
    /// One sentence: what is wrong.
    pub message: String,
    /// Where it is wrong.
    pub primary: Label,
    /// Other places that have to do with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secondary: Vec<Label>,
    /// What to write instead or to look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// The most problems that one run names: nobody reads more, and hostile input could
/// ask for millions.
const MOST: usize = 100;

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Diagnostic>);

impl Findings {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.is_full() {
            self.0.push(diagnostic);
        }
    }

    pub fn is_full(&self) -> bool {
        self.0.len() >= MOST
    }

    /// All of them in the order of the text.
    pub fn sorted(mut self) -> Vec<Diagnostic> {
        self.0.sort_by_key(|it| (it.primary.span, it.code));
        self.0
    }
}

impl Diagnostic {
    /// An error at a place.
    pub(crate) fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            primary: Label {
                span,
                text: String::new(),
            },
            secondary: Vec::new(),
            help: None,
        }
    }

    /// With words at its place.
    pub(crate) fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// With another place.
    pub(crate) fn and(mut self, span: Span, text: impl Into<String>) -> Self {
        let text = text.into();
        self.secondary.push(Label { span, text });
        self
    }

    /// With what to do.
    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// With what to do, if anything is known.
    pub(crate) fn help_if(mut self, text: Option<String>) -> Self {
        self.help = text;
        self
    }

    /// For people: the message, the lines with the places drawn, and the help.
    /// `source` is the text that it was found in.
    pub fn render(&self, source: &Source, color: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mark = |label: &Label, kind: AnnotationKind| {
            let annotation = kind.span(source.fit(label.span));
            match label.text.as_str() {
                "" => annotation,
                text => annotation.label(text.to_owned()),
            }
        };
        let shown = passwords::masked(&source.text);
        let snippet = Snippet::source(shown)
            .path(source.name.as_str())
            .annotation(mark(&self.primary, AnnotationKind::Primary))
            .annotations(
                self.secondary
                    .iter()
                    .map(|label| mark(label, AnnotationKind::Context)),
            );
        let title = level
            .primary_title(self.message.as_str())
            .id(self.code.as_str());
        let mut group = title.element(snippet);
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        renderer.render(&[group])
    }
}
