//! When each operation ran, row by row.

use crate::{Bar, checklist::subject};
use segue_model::{Direction, Operation, OperationId, Plan};
use segue_view::Timeline;
use std::collections::HashMap;

/// The bars, in the order in which their rows first have one.
pub(crate) fn bars(plan: &Plan, timeline: &Timeline) -> Vec<Bar> {
    let operations: HashMap<&OperationId, &Operation> =
        plan.operations.iter().map(|it| (&it.id, it)).collect();
    let (_, critical) = timeline.critical_path(plan);
    let spans = timeline.spans.iter().filter_map(|span| {
        let operation = operations.get(&span.operation)?;
        let undoing = span.direction == Direction::Undo;
        Some(Bar {
            row: subject(operation),
            operation: span.operation.to_string(),
            undoing,
            from_ms: span.began_ms - timeline.began_ms,
            to_ms: span.ended_ms.unwrap_or(timeline.ended_ms) - timeline.began_ms,
            failed: matches!(span.outcome, Some(Err(_))),
            critical: !undoing && critical.contains(&span.operation),
        })
    });
    spans.collect()
}
