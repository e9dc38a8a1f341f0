//! What modules need: what is written, and waves. What would close a circle is left out.

use crate::{
    Problem,
    finding::{Candidate, Findings, Origin, Said},
};
use std::collections::{BTreeMap, HashMap};

/// The most needs.
const MOST: usize = 5_000;

/// A module needs another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Need {
    pub module: usize,
    pub provider: usize,
    pub why: Said<()>,
}

/// All needs, in the order of the modules.
pub(crate) fn needs(modules: &[Candidate], found: &mut Findings) -> Vec<Need> {
    let mut kept: Vec<Need> = Vec::new();
    let mut of: Vec<Vec<usize>> = vec![Vec::new(); modules.len()];
    let mut all = written(modules, found);
    all.extend(waves(modules));
    for need in all {
        if of[need.module]
            .iter()
            .any(|at| kept[*at].provider == need.provider)
        {
            continue;
        }
        if kept.len() >= MOST {
            found.overflow(&need.why.at);
            break;
        }
        match way(need.provider, need.module, &kept, &of) {
            Some(circle) => close(&need, &circle, modules, found),
            None => {
                of[need.module].push(kept.len());
                kept.push(need);
            }
        }
    }
    kept.sort_by_key(|it| it.module);
    kept
}

fn written(modules: &[Candidate], found: &mut Findings) -> Vec<Need> {
    let ids: HashMap<&str, usize> = (modules.iter().enumerate())
        .map(|(at, it)| (it.id.as_str(), at))
        .collect();
    let mut needs = Vec::new();
    for (module, candidate) in modules.iter().enumerate() {
        for (name, at) in &candidate.needs {
            match named(name, modules, &ids) {
                Some(provider) => needs.push(Need {
                    module,
                    provider,
                    why: Said::sure((), at.clone()),
                }),
                None => unknown(&candidate.id, name, at, found),
            }
        }
    }
    needs
}

/// The module that is meant: by its name, or by `namespace/name` as a helmfile writes it.
fn named(text: &str, modules: &[Candidate], ids: &HashMap<&str, usize>) -> Option<usize> {
    let mut parts = text.rsplit('/');
    let name = segue_runbook::slug(parts.next()?);
    let namespace = parts.next();
    let apart = namespace.and_then(|it| {
        let id = segue_runbook::slug(&format!("{name} {it}"));
        let at = *ids.get(id.as_str())?;
        let own = modules.get(at)?.namespace.as_ref()?;
        (own.value == it && modules[at].apart).then_some(at)
    });
    apart.or_else(|| ids.get(name.as_str()).copied())
}

fn unknown(id: &str, name: &str, at: &Origin, found: &mut Findings) {
    let message = format!("`{id}` needs `{name}`, and nothing of that name was found");
    let help = "write it into the manifest if it is released too";
    found.problem(Problem::new("SEG1106", message, &[at], help));
    found.leave(at.clone(), "nothing of that name was found");
}

/// A module needs all modules of the wave before. Groups without a wave have no order.
fn waves(modules: &[Candidate]) -> Vec<Need> {
    let mut groups: BTreeMap<&str, BTreeMap<i64, Vec<usize>>> = BTreeMap::new();
    let mut waved: Vec<&str> = Vec::new();
    for (at, candidate) in modules.iter().enumerate() {
        if let Some(wave) = &candidate.wave {
            let group = groups.entry(&wave.group).or_default();
            group.entry(wave.number.unwrap_or(0)).or_default().push(at);
            if wave.number.is_some() {
                waved.push(&wave.group);
            }
        }
    }
    groups.retain(|name, _| waved.contains(name));
    let mut needs = Vec::new();
    for waves in groups.into_values() {
        let waves: Vec<_> = waves.into_iter().collect();
        for pair in waves.windows(2) {
            let [(before, providers), (_, members)] = pair else {
                continue;
            };
            for module in members {
                needs.extend(providers.iter().take(MOST).map(|provider| Need {
                    module: *module,
                    provider: *provider,
                    why: by_wave(&modules[*module], *before),
                }));
                if needs.len() > MOST {
                    return needs;
                }
            }
        }
    }
    needs
}

fn by_wave(module: &Candidate, before: i64) -> Said<()> {
    match &module.wave {
        Some(wave) if wave.number.is_none() => Said::guessed(
            (),
            module.at.clone(),
            format!("without a wave it is in wave 0, after {before}"),
        ),
        _ => Said::sure((), module.at.clone()),
    }
}

/// The needs that lead from one module to another.
fn way(from: usize, to: usize, kept: &[Need], of: &[Vec<usize>]) -> Option<Vec<Need>> {
    if from == to {
        return Some(Vec::new());
    }
    let mut seen = vec![false; of.len()];
    // By which need each was reached; none for the first.
    let mut back: HashMap<usize, usize> = HashMap::new();
    let mut open = vec![from];
    seen[from] = true;
    while let Some(module) = open.pop() {
        for at in &of[module] {
            let provider = kept[*at].provider;
            if std::mem::replace(&mut seen[provider], true) {
                continue;
            }
            back.insert(provider, *at);
            if provider == to {
                let mut path = Vec::new();
                let mut place = to;
                while let Some(at) = back.get(&place) {
                    path.push(*at);
                    place = kept[*at].module;
                }
                path.reverse();
                return Some(
                    path.into_iter()
                        .take(10)
                        .map(|at: usize| kept[at].clone())
                        .collect(),
                );
            }
            open.push(provider);
        }
    }
    None
}

/// Says which lines form a circle; the last is left out.
fn close(need: &Need, circle: &[Need], modules: &[Candidate], found: &mut Findings) {
    let id = |at: usize| modules.get(at).map_or("", |it| it.id.as_str());
    let (module, provider) = (id(need.module), id(need.provider));
    let names = circle.iter().map(|it| id(it.provider));
    let names: Vec<_> = [module, provider].into_iter().chain(names).collect();
    let message = format!("modules need each other in a circle: {}", names.join(" → "));
    let places: Vec<_> = [need]
        .into_iter()
        .chain(circle)
        .map(|it| &it.why.at)
        .collect();
    let help = "the first of these needs is left out; look whether it is the right one";
    found.problem(Problem::new("SEG1104", message, &places, help));
    let because = format!("`{module}` needing `{provider}` would close a circle");
    found.leave(need.why.at.clone(), because);
}
