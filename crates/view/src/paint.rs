//! Colour, where it is wanted.

use anstyle::{AnsiColor, Style};

/// Colours text, or leaves it as it is.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    /// Whether colour is wanted.
    pub colour: bool,
}

impl Paint {
    /// Something good.
    pub fn good(self, text: impl AsRef<str>) -> String {
        self.with(AnsiColor::Green.on_default(), text.as_ref())
    }

    /// Something bad.
    pub fn bad(self, text: impl AsRef<str>) -> String {
        self.with(AnsiColor::Red.on_default().bold(), text.as_ref())
    }

    /// Something to look at.
    pub fn warn(self, text: impl AsRef<str>) -> String {
        self.with(AnsiColor::Yellow.on_default(), text.as_ref())
    }

    /// Something that matters.
    pub fn strong(self, text: impl AsRef<str>) -> String {
        self.with(Style::new().bold(), text.as_ref())
    }

    /// Something in the background.
    pub fn faint(self, text: impl AsRef<str>) -> String {
        self.with(Style::new().dimmed(), text.as_ref())
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.colour {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}
