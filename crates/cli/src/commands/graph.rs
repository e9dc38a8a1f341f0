//! `segue graph`: the modules and what they need of each other.

use crate::{console::Console, exit::Exit, problem::Problem, project::Project, session::sandboxed};
use clap::{Args, ValueEnum};
use segue_manifest::{Manifest, Module};
use serde_json::json;
use std::{fmt::Write, path::PathBuf};

/// Draw the modules and what they need of each other.
#[derive(Debug, Args)]
pub struct Graph {
    /// The directory that holds segue.yaml, or the file.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// In which language.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// Waves, for a terminal.
    #[default]
    Text,
    /// Graphviz.
    Dot,
    /// Mermaid, which GitHub and wikis show.
    Mermaid,
}

/// Draws.
pub fn run(args: &Graph, console: Console) -> Result<Exit, Problem> {
    let project = Project::open(&args.path, &sandboxed(true))?;
    let manifest = &project.manifest;
    if console.is_json() {
        let modules = manifest.modules.iter().map(|module| {
            let needs = module.needs.iter();
            let needs = needs.map(|it| json!({"module": it.module.value, "range": it.range.value}));
            json!({
                "module": module.id.value, "version": module.version.value,
                "on": module.on.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
                "needs": needs.collect::<Vec<_>>(),
            })
        });
        console.json(&json!({
            "type": "graph", "modules": modules.collect::<Vec<_>>(),
            "waves": segue_plan::waves(manifest),
        }));
    } else {
        console.text(&match args.format {
            Format::Text => text(manifest),
            Format::Dot => dot(manifest),
            Format::Mermaid => mermaid(manifest),
        });
    }
    Ok(Exit::Done)
}

fn text(manifest: &Manifest) -> String {
    let mut text = String::new();
    let widest = manifest.modules.iter().map(|it| title(it).len()).max();
    let widest = widest.unwrap_or(0);
    for (at, wave) in segue_plan::waves(manifest).into_iter().enumerate() {
        for (place, module) in wave
            .into_iter()
            .filter_map(|id| manifest.module(id))
            .enumerate()
        {
            let number = if place == 0 {
                (at + 1).to_string()
            } else {
                String::new()
            };
            let mut needs: Vec<_> = module.needs.iter().map(need).collect();
            if module.last {
                needs.push("comes last".into());
            }
            let arrow = if needs.is_empty() { "" } else { "←" };
            let line = format!(
                "{number:>3}  {:widest$}  {arrow} {}",
                title(module),
                needs.join(", ")
            );
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    text
}

fn title(module: &Module) -> String {
    let on: Vec<_> = module.on.iter().map(|it| it.as_str()).collect();
    format!(
        "{} {} ({})",
        module.id.value,
        module.version.value,
        on.join(", ")
    )
}

fn need(need: &segue_manifest::Need) -> String {
    match need.range.to_string().as_str() {
        "*" => need.module.to_string(),
        range => format!("{} {range}", need.module.value),
    }
}

fn dot(manifest: &Manifest) -> String {
    let mut text = String::from("digraph release {\n  rankdir=LR;\n  node [shape=box];\n");
    for module in &manifest.modules {
        let _ = writeln!(
            text,
            "  \"{}\" [label=\"{}\"];",
            module.id.value,
            title(module)
        );
        for need in &module.needs {
            let _ = writeln!(
                text,
                "  \"{}\" -> \"{}\" [label=\"{}\"];",
                need.module.value, module.id.value, need.range.value
            );
        }
    }
    text + "}\n"
}

fn mermaid(manifest: &Manifest) -> String {
    let mut text = String::from("graph LR\n");
    for module in &manifest.modules {
        let _ = writeln!(text, "  {}[\"{}\"]", module.id.value, title(module));
        for need in &module.needs {
            let arrow = match need.range.to_string().as_str() {
                "*" => "-->".to_owned(),
                range => format!("-->|\"{range}\"|"),
            };
            let _ = writeln!(text, "  {} {arrow} {}", need.module.value, module.id.value);
        }
    }
    text
}
