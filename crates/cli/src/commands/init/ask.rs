//! What `segue init` asks a person. Enter takes the guess.

use crate::console::Console;
use segue_survey::{Answers, Question};

/// Asks everything; a guess that is taken stays marked as one.
pub fn ask(questions: &[Question], console: Console) -> Answers {
    let mut answers = Answers::default();
    for question in questions {
        match question {
            Question::Environment(guess) => {
                let text = format!("What is the environment called? [{guess}]");
                answers.environment = console.answer(&text);
            }
            Question::Where { module, sites } => {
                let mut text = format!("Where does {module} run?\n");
                for (at, (_, site)) in sites.iter().enumerate() {
                    text.push_str(&format!("  {} {site}\n", at + 1));
                }
                let chosen = console.answer(&format!("{text}[1]"));
                if let Some((site, _)) = chosen.and_then(|it| sites.get(number(&it)?)) {
                    answers.on.insert(module.clone(), *site);
                }
            }
        }
    }
    answers
}

/// The place in a list that a person counts from 1.
fn number(answer: &str) -> Option<usize> {
    answer.parse::<usize>().ok()?.checked_sub(1)
}
