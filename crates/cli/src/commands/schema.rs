//! `segue schema`: the manifest's JSON Schema, for editors.

use crate::{console::Console, exit::Exit, problem::Problem};
use clap::Args;

/// Print the manifest's JSON Schema.
#[derive(Debug, Args)]
pub struct Schema {}

/// Prints.
pub fn run(_: &Schema, console: Console) -> Result<Exit, Problem> {
    let schema = segue_manifest::schema();
    if console.is_json() {
        console.json(&schema);
        return Ok(Exit::Done);
    }
    let text = serde_json::to_string_pretty(&schema)
        .map_err(|error| Problem::internal("the schema is no JSON", &error))?;
    console.text(&text);
    Ok(Exit::Done)
}
