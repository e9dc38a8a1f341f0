//! What a release touches besides platforms: HTTP gates, release windows, programs of
//! the user's own, webhooks, Git tags. One file per performer.
//!
//! It knows performers and failures; it knows no platform and no plan.

mod command;
mod git_tag;
mod http_gate;
mod outside;
mod rehearsed;
mod variables;
mod webhook;
mod window;

pub use command::Command;
pub use git_tag::GitTag;
pub use http_gate::HttpGate;
pub use outside::Outside;
pub use rehearsed::Rehearsed;
pub use variables::Variables;
pub use webhook::Webhook;
pub use window::Window;

use segue_model::Failure;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a plan says, as the type that a performer reads.
fn read<T: DeserializeOwned>(input: &Value) -> Result<T, Failure> {
    T::deserialize(input).map_err(|error| {
        Failure::internal("SEG7001", "the plan holds what this program cannot read")
            .words(error.to_string())
            .hint("make the plan again with this Segue")
    })
}

/// An error with all its causes: the outermost one alone hides why.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
