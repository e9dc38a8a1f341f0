//! The needs of all modules together: met, and without circles.

use super::Lowering;
use crate::{
    Code, Diagnostic,
    manifest::{Module, Need, Order},
};
use std::collections::{HashMap, VecDeque};

impl Lowering<'_> {
    pub(super) fn needs(&mut self, modules: &[Module], order: Order) {
        let index: HashMap<&str, usize> = modules
            .iter()
            .enumerate()
            .map(|(at, module)| (module.id.as_str(), at))
            .collect();
        let cycle = smallest_cycle(modules, &index);
        for (at, module) in modules.iter().enumerate() {
            for need in &module.needs {
                let Some(&provider) = index.get(need.module.as_str()) else {
                    continue;
                };
                self.met(need, &modules[provider]);
                // In a circle something is always too early, and the circle is the cause.
                if order == Order::Strict && provider > at && cycle.is_none() {
                    self.too_early(module, need, &modules[provider]);
                }
            }
        }
        if let Some(cycle) = cycle {
            self.cycle(&cycle);
        }
    }

    fn met(&mut self, need: &Need, provider: &Module) {
        if need.range.admits(&provider.version) {
            return;
        }
        let message = format!(
            "`{}` is released in {}, which is not in `{}`",
            need.module.value, provider.version.value, need.range.value
        );
        self.report(
            Diagnostic::error(Code::NeedNotMet, need.range.span, message)
                .label("the range that is needed")
                .and(provider.version.span, "the version that is released"),
        );
    }

    fn too_early(&mut self, module: &Module, need: &Need, provider: &Module) {
        let message = format!(
            "`{}` is written before `{}`, which it needs",
            *module.id, *provider.id
        );
        self.report(
            Diagnostic::error(Code::WrittenTooEarly, need.module.span, message)
                .and(provider.id.span, "written here")
                .help("`order: strict` deploys modules as they are written: move it, or write `order: graph`"),
        );
    }

    fn cycle(&mut self, cycle: &[(&Module, &Need)]) {
        let Some((first, rest)) = cycle.split_first() else {
            return;
        };
        let drawn = &rest[..rest.len().min(MOST_DRAWN)];
        let mut names = vec![first.0.id.as_str()];
        names.extend(drawn.iter().map(|(module, _)| module.id.as_str()));
        if drawn.len() < rest.len() {
            names.push("…");
        }
        names.push(first.0.id.as_str());
        let message = format!("modules need each other in a circle: {}", names.join(" → "));
        let edge = |(module, need): &(&Module, &Need)| {
            format!("`{}` needs `{}`", *module.id, *need.module)
        };
        let mut diagnostic = Diagnostic::error(Code::Cycle, first.1.module.span, message)
            .label(edge(first))
            .help("no module of a circle can be first: take one of these needs away");
        for step in drawn {
            diagnostic = diagnostic.and(step.1.module.span, edge(step));
        }
        self.report(diagnostic);
    }
}

/// A person follows no more edges of a circle than this.
const MOST_DRAWN: usize = 24;

/// How many needs are looked at in search of the smallest circle, before any will do.
const MOST_LOOKED_AT: usize = 200_000;

/// A cycle with as few edges as any, each with the need that makes it: a search in
/// breadth from every module back to itself.
fn smallest_cycle<'a>(
    modules: &'a [Module],
    index: &HashMap<&str, usize>,
) -> Option<Vec<(&'a Module, &'a Need)>> {
    let mut best: Option<Vec<(&Module, &Need)>> = None;
    let mut looked_at = 0;
    for start in on_cycles(modules, index) {
        let found = cycle_from(start, modules, index, &mut looked_at);
        if let Some(found) = found
            && best.as_ref().is_none_or(|best| found.len() < best.len())
        {
            best = Some(found);
        }
        if best.is_some() && looked_at > MOST_LOOKED_AT {
            break;
        }
    }
    best
}

/// The modules left when those that need nothing left are taken away, again and
/// again: so that the search below is not begun where there is no cycle.
fn on_cycles(modules: &[Module], index: &HashMap<&str, usize>) -> Vec<usize> {
    let mut open: Vec<usize> = vec![0; modules.len()];
    let mut consumers: Vec<Vec<usize>> = vec![Vec::new(); modules.len()];
    for (at, module) in modules.iter().enumerate() {
        for provider in providers(module, index) {
            open[at] += 1;
            consumers[provider].push(at);
        }
    }
    let mut free: Vec<usize> = (0..modules.len()).filter(|at| open[*at] == 0).collect();
    while let Some(at) = free.pop() {
        for consumer in std::mem::take(&mut consumers[at]) {
            open[consumer] -= 1;
            if open[consumer] == 0 {
                free.push(consumer);
            }
        }
    }
    (0..modules.len()).filter(|at| open[*at] > 0).collect()
}

fn providers(module: &Module, index: &HashMap<&str, usize>) -> impl Iterator<Item = usize> {
    let provider = |need: &Need| index.get(need.module.as_str()).copied();
    module.needs.iter().filter_map(provider)
}

fn cycle_from<'a>(
    start: usize,
    modules: &'a [Module],
    index: &HashMap<&str, usize>,
    looked_at: &mut usize,
) -> Option<Vec<(&'a Module, &'a Need)>> {
    let mut reached: HashMap<usize, (usize, &Need)> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        *looked_at += modules[at].needs.len();
        for need in &modules[at].needs {
            let Some(&provider) = index.get(need.module.as_str()) else {
                continue;
            };
            if reached.contains_key(&provider) {
                continue;
            }
            reached.insert(provider, (at, need));
            if provider == start {
                return Some(way_back(start, modules, &reached));
            }
            queue.push_back(provider);
        }
    }
    None
}

fn way_back<'a>(
    start: usize,
    modules: &'a [Module],
    reached: &HashMap<usize, (usize, &'a Need)>,
) -> Vec<(&'a Module, &'a Need)> {
    let mut way = Vec::new();
    let mut at = start;
    while let Some((from, need)) = reached.get(&at) {
        way.push((&modules[*from], *need));
        at = *from;
        if at == start {
            break;
        }
    }
    way.reverse();
    way
}
