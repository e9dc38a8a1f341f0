//! The codes of what can be wrong with a manifest. Each has a page in `docs/errors/`.

use serde::{Serialize, Serializer};
use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What can be wrong with a manifest; written `SEG1001`, the name of its page
        /// in `docs/errors/`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All codes, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as it is written.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// The text is no YAML.
    Syntax = "SEG1001",
    /// The file or its structure is larger than any manifest needs to be.
    TooLarge = "SEG1002",
    /// The file is no UTF-8 text.
    NotUtf8 = "SEG1003",
    /// The manifest is empty.
    Empty = "SEG1004",
    /// The manifest's format is not one that this program reads.
    FormatVersion = "SEG1005",
    /// A key that does not exist.
    UnknownKey = "SEG1006",
    /// A key written twice.
    DuplicateKey = "SEG1007",
    /// A value of the wrong type.
    WrongType = "SEG1008",
    /// A key that must be there is not.
    MissingKey = "SEG1009",
    /// A module that does not exist.
    UnknownModule = "SEG1010",
    /// A target that does not exist.
    UnknownTarget = "SEG1011",
    /// A module that needs itself.
    NeedsItself = "SEG1012",
    /// Modules that need each other in a circle.
    Cycle = "SEG1013",
    /// A text that is no version.
    NotAVersion = "SEG1014",
    /// A text that is no range of versions.
    NotARange = "SEG1015",
    /// A need that the provider's version does not meet.
    NeedNotMet = "SEG1016",
    /// A module that says not, or not in its platform's way, what is deployed.
    Artifact = "SEG1017",
    /// A setting that the module's platform does not have.
    ForeignSetting = "SEG1018",
    /// A module on targets of different platforms.
    MixedPlatforms = "SEG1019",
    /// A file or directory that does not exist.
    FileNotFound = "SEG1020",
    /// A path that leads out of the manifest's directory.
    PathEscapes = "SEG1021",
    /// A trigger that its target can not hold.
    Trigger = "SEG1022",
    /// Shift steps that do not increase to 100 %.
    Shift = "SEG1023",
    /// A wish to be last that can not be met.
    Last = "SEG1024",
    /// A name that platforms would refuse.
    Name = "SEG1025",
    /// A number that is too small or too large.
    OutOfRange = "SEG1026",
    /// A variable that has no value.
    Variable = "SEG1027",
    /// A check, verification or rotation that does not fit the module's platform.
    Unfit = "SEG1028",
    /// A text that is not written as its key asks.
    Malformed = "SEG1029",
    /// The same thing listed twice.
    ListedTwice = "SEG1030",
    /// In strict order, a module that is written before one that it needs.
    WrittenTooEarly = "SEG1031",
    /// A place for the journal that is none, or a password in clear.
    State = "SEG1032",
    /// A release window that no calendar can be made of.
    Calendar = "SEG1033",
    /// A gate that never opens.
    NeverOpens = "SEG1034",
    /// What the manifest says and the lock does not; found by whoever knows both.
    StaleLock = "SEG2004",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}
