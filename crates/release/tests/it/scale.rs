//! Large plans: the machine's own time, printed, and never asserted.

use crate::{
    plans::{operation, plan},
    story::Story,
};
use segue_model::{Ending, Operation};
use std::time::{Duration, Instant};

/// Twenty layers, each operation needs three of the layer before.
fn layered(count: usize) -> Vec<Operation> {
    let width = count / 20;
    let need =
        |at: usize, it: usize| format!("m{}", at / width * width - 1 - (at * 7 + it * 13) % width);
    let one = |at: usize| {
        let needs: Vec<_> = match at < width {
            true => vec![],
            false => (0..3).map(|it| need(at, it)).collect(),
        };
        let needs: Vec<_> = needs.iter().map(String::as_str).collect();
        operation(&format!("m{at}"), &needs)
    };
    (0..count).map(one).collect()
}

/// How long the machine itself takes for all events of a release.
fn machine_time(count: usize) -> Duration {
    let plan = plan(layered(count), 64);
    let mut story = Story::new(plan.clone());
    story.run(|_, _| Ok(()));
    assert_eq!(story.ending(), Some(Ending::Succeeded));
    assert_eq!(story.journal.len(), count + 2);
    let mut machine = segue_release::Machine::new(&plan).unwrap();
    let began = Instant::now();
    for event in &story.journal {
        machine.handle(event);
    }
    let took = began.elapsed();
    assert_eq!(machine, story.machine);
    took
}

#[test]
fn a_hundred_thousand_operations_come_to_their_end() {
    for count in [10_000, 1_000, 100_000] {
        println!(
            "{count} operations: {:?} of machine time",
            machine_time(count)
        );
    }
}
