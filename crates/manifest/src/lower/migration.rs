//! Migrations.

use super::Lowering;
use crate::{
    Spanned,
    document::{MigrationText, OneOrMany, UndoText},
    manifest::Migration,
    variables::is_name,
};
use std::time::Duration;

impl Lowering<'_> {
    pub(super) fn migrations(
        &mut self,
        texts: Option<OneOrMany<MigrationText>>,
        deadline: Duration,
    ) -> Vec<Migration> {
        let texts = texts.map(|texts| texts.0).unwrap_or_default();
        let migrations = texts.into_iter().map(|text| Migration {
            command: self.command(text.command),
            undo: match text.undo {
                UndoText::None => None,
                UndoText::Program(undo) => Some(self.command(undo.command)),
            },
            environment: self.environment(text.environment),
            deadline: self.duration_or(text.deadline, deadline),
        });
        migrations.collect()
    }

    /// A program is found in `PATH`, at an absolute path, or below the manifest.
    fn command(&mut self, words: Vec<Spanned<String>>) -> Vec<Spanned<String>> {
        if let Some(program) = words.first()
            && program.contains('/')
            && !program.starts_with(['/', '$'])
        {
            self.inner_path(program);
        }
        words
    }

    fn environment(&mut self, names: Vec<Spanned<String>>) -> Vec<String> {
        for name in &names {
            if !is_name(name) {
                let help = "write names alone, for example `PGPASSWORD`; \
                            their values are those of the surroundings";
                self.malformed(name.span, "the name of a variable", help);
            }
        }
        values(names)
    }
}

fn values(texts: Vec<Spanned<String>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value).collect()
}
