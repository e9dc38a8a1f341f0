//! What `segue init` asks a person. Enter takes the guess.

use segue_survey::{Answers, Question};

/// Asks everything; a guess that is taken stays marked as one. `answer` gives nothing
/// where only enter was pressed, or nobody is there any more.
pub fn ask(questions: &[Question], mut answer: impl FnMut(&str) -> Option<String>) -> Answers {
    let mut answers = Answers::default();
    for question in questions {
        match question {
            Question::Environment(guess) => {
                answers.environment = answer(&format!("What is the environment called? [{guess}]"));
            }
            Question::Where { module, sites } => {
                let mut text = format!("Where does {module} run?\n");
                for (at, (_, site)) in sites.iter().enumerate() {
                    text.push_str(&format!("  {} {site}\n", at + 1));
                }
                text.push_str("[1]");
                while let Some(said) = answer(&text) {
                    if let Some((site, _)) = number(&said).and_then(|at| sites.get(at)) {
                        answers.on.insert(module.clone(), *site);
                        break;
                    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn questions() -> Vec<Question> {
        let sites = vec![(4, "aks".to_owned()), (2, "gke".to_owned())];
        let at = |module: &str| Question::Where {
            module: module.to_owned(),
            sites: sites.clone(),
        };
        vec![
            Question::Environment("production".into()),
            at("api"),
            at("web"),
        ]
    }

    #[test]
    fn what_is_no_answer_is_asked_again_and_enter_takes_the_guess() {
        let mut said = ["staging", "3", "gke", "0", "2", ""].into_iter();
        let answers = ask(&questions(), |_| {
            said.next().filter(|it| !it.is_empty()).map(str::to_owned)
        });
        assert_eq!(answers.environment.as_deref(), Some("staging"));
        assert_eq!(answers.on, [("api".to_owned(), 2)].into());
    }

    #[test]
    fn a_person_who_has_gone_leaves_every_guess() {
        assert_eq!(ask(&questions(), |_| None), Answers::default());
    }
}
