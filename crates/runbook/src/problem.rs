//! What is wrong with a page, with the line that is.

use std::fmt;

/// The most problems that one page has: nobody reads more.
pub(crate) const MOST: usize = 100;

/// What is wrong with a page. The manifest is there all the same, with a marked gap
/// where it could be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The name of its page in `docs/errors/`.
    pub code: &'static str,
    /// One sentence: what is wrong.
    pub message: String,
    /// The page's file, as it was named to [`crate::import`].
    pub name: String,
    /// The lines that have to do with it and their words, the cause first; empty where
    /// the page as a whole is the cause.
    pub lines: Vec<(usize, String)>,
    /// What to do.
    pub help: String,
}

impl Problem {
    /// The page can not be read as text.
    pub const NO_TEXT: &str = "SEG1101";
    /// The page has no table or list of modules.
    pub const NO_MODULES: &str = "SEG1102";
    /// Two places of the page disagree.
    pub const DISAGREE: &str = "SEG1103";
    /// Modules need each other in a circle.
    pub const CYCLE: &str = "SEG1104";
    /// A platform that Segue does not know, or none.
    pub const PLATFORM: &str = "SEG1105";
    /// A name that is no module of the page.
    pub const NO_SUCH_MODULE: &str = "SEG1106";
    /// Something that a manifest can not say.
    pub const NOT_SAYABLE: &str = "SEG1107";
    /// More than a manifest holds.
    pub const TOO_MUCH: &str = "SEG1108";
    /// A written page and the manifest at its end say different things.
    pub const STALE_PAGE: &str = "SEG1109";
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        for (line, quote) in &self.lines {
            write!(f, "\n  {}:{line}: {quote}", self.name)?;
        }
        if self.lines.is_empty() {
            write!(f, "\n  {}", self.name)?;
        }
        write!(f, "\n  {}", self.help)
    }
}
