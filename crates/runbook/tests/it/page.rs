//! Pages that are written from manifests, and what importing them gives.

use super::parsed;
use proptest::prelude::*;
use segue_manifest::{Manifest, Source, parse};
use segue_runbook::{Kind, Locked, Page, Problem, What, export, import, is_current};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::PathBuf,
    time::Duration,
};

/// The manifest of a text, with variables that stand for themselves.
fn read(text: &str) -> Manifest {
    let source = Source::new("segue.yaml", text);
    let parsed = parse(&source, &|name| Some(format!("${{{name}}}")));
    let report: Vec<_> = parsed
        .diagnostics
        .iter()
        .map(|it| it.render(&source, false))
        .collect();
    parsed
        .manifest
        .unwrap_or_else(|| panic!("{}\n{text}", report.join("\n")))
}

fn written(text: &str) -> String {
    let durations = BTreeMap::new();
    export(&Page {
        source: text,
        manifest: &read(text),
        locked: &[],
        durations: &durations,
    })
}

fn storefront() -> String {
    fs::read_to_string(
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/storefront/segue.yaml"),
    )
    .unwrap()
}

#[test]
fn the_storefronts_page() {
    let source = storefront();
    let manifest = read(&source);
    let durations = manifest
        .modules
        .iter()
        .zip(1..)
        .map(|(module, at)| (module.id.to_string(), Duration::from_secs(20 * at)))
        .collect();
    let locked = [Locked {
        module: "notifier".into(),
        version: "2.2.0".into(),
        digest: "sha256:5e0f…".into(),
    }];
    let page = Page {
        source: &source,
        manifest: &manifest,
        locked: &locked,
        durations: &durations,
    };
    let text = export(&page);
    let (prose, _) = text.split_once("## The manifest").unwrap();
    insta::assert_snapshot!(prose);
    assert!(is_current(&page, text.as_bytes()));
    assert!(!is_current(
        &page,
        text.replace("notifier", "other").as_bytes()
    ));
    assert!(!text.contains("RELEASE_WEBHOOK") || !prose.contains("RELEASE_WEBHOOK"));
    let again = import(text.as_bytes(), "RUNBOOK.md");
    assert_eq!(
        (again.manifest.as_str(), again.problems.as_slice()),
        (source.as_str(), &[][..])
    );
}

#[test]
fn a_page_that_was_changed_by_hand_is_told() {
    let page = written(&storefront());
    let changed = page
        .replace("| customer-service >=2.0, <3 |", "| auth-service |")
        .replacen("| billing-service ", "| billing ", 1);
    let imported = import(changed.as_bytes(), "RUNBOOK.md");
    assert!(
        imported
            .problems
            .iter()
            .all(|it| it.code == Problem::STALE_PAGE)
    );
    let all: Vec<_> = imported.problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn every_line_that_was_changed_is_told_with_its_number() {
    let source = storefront();
    let page = written(&source);
    let unedited = import(page.as_bytes(), "RUNBOOK.md");
    let edits = [
        ("- `aks`: Kubernetes", "- `aks`: Heroku"),
        (
            "auth-service | Kubernetes (`aks`)",
            "auth-service | Kubernetes (`gke`)",
        ),
        ("(`aks`) | 2.1.0", "(`aks`) | 9.9.9"),
    ];
    for (old, new) in edits {
        assert_eq!(page.matches(old).count(), 1, "{old}");
        let line = page
            .split(old)
            .next()
            .unwrap_or_default()
            .matches('\n')
            .count()
            + 1;
        let imported = import(page.replace(old, new).as_bytes(), "RUNBOOK.md");
        let [problem] = imported.problems.as_slice() else {
            panic!("{old}: {:?}", imported.problems);
        };
        assert_eq!(
            (problem.code, problem.lines[0].0),
            (Problem::STALE_PAGE, line)
        );
        assert!(problem.lines[0].1.contains(new), "{problem}");
        assert!(problem.message.contains(old), "{problem}");
        assert_eq!(imported.manifest, source);
        assert_eq!(imported.facts, unedited.facts);
    }
}

#[test]
fn lines_that_came_and_went_are_told() {
    let page = written(&storefront());
    let more = page.replace("## Drawing\n", "Ask Ana first.\n\n## Drawing\n") + "And Ben.\n";
    let told = |page: &str| -> Vec<_> {
        import(page.as_bytes(), "RUNBOOK.md")
            .problems
            .into_iter()
            .map(|it| (it.message, it.lines))
            .collect()
    };
    let all = told(&more);
    let lines: Vec<_> = all.iter().map(|(_, lines)| lines[0].1.as_str()).collect();
    assert_eq!(lines, ["Ask Ana first.", "And Ben."]);
    let gate = page.lines().find(|it| it.starts_with("- `uat`:")).unwrap();
    let all = told(&page.replace(&format!("{gate}\n"), ""));
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].0.ends_with(gate), "{all:?}");
    let all = told(&page.replace("\n- ", "\n* ").repeat(3));
    assert!(all.len() > 20 && all.len() <= 100, "{}", all.len());
}

/// One module of a made-up manifest.
#[derive(Debug, Clone)]
struct Made {
    place: usize,
    needs: Vec<(usize, usize)>,
    extra: usize,
}

const RANGES: [&str; 6] = ["*", ">=1.0, <2", "^1.0", "1.*", "=1.2.3", "~1.2"];
const PLACES: [(&str, &str, &str); 5] = [
    (
        "north",
        "kubernetes: { context: n, namespace: shop }",
        "manifests: objects/",
    ),
    (
        "south",
        "kubernetes: { context: s, namespace: shop }",
        "helm: { chart: charts/any, values: [a.yaml] }",
    ),
    (
        "apps",
        "azure-functions: { subscription: s, resource-group: g }",
        "image: r.example/app",
    ),
    (
        "web",
        "cloud-run: { project: p, region: r }",
        "image: r.example/web",
    ),
    (
        "jobs",
        "cloud-functions: { project: p, region: r }",
        "source: gs://b/o.zip",
    ),
];

/// A line that only modules of a place have.
fn extra(place: usize, which: usize, id: &str) -> String {
    let lines: &[&str] = match place {
        0 | 1 => &[
            "stable: 3s",
            "sidecars: [istio-proxy]",
            "checks: [{ key-vault: { vault: v, secrets: [a, b] } }]",
            "health: /ok",
            "migrate: { command: [psql, -f, up.sql], undo: none }",
        ],
        2 => &[
            "slot: staging",
            "app: other-app",
            "settings: { A: \"1|`\" }",
            "verify: [{ application-insights: { component: c } }]",
            "deadline: 5m",
        ],
        3 => &[
            "concurrency: 7",
            "shift: [10%, 100%]",
            "invokers: [allUsers]",
            "service: other",
            "verify: [{ pubsub-push: { subscription: s } }]",
        ],
        _ => &[
            "runtime: nodejs22",
            "entry-point: go",
            "function: other",
            "service-account: a@b",
            "stable: 90s",
        ],
    };
    let trigger_free = lines[which % lines.len()];
    format!("    {trigger_free}  # {id}\n")
}

fn manifest_text(modules: &[Made], strict: bool, last: bool, around: usize) -> String {
    let mut text = format!("# made up\nversion: 1\nenvironment: e{around}\n");
    if strict {
        text += "order: strict\n";
    }
    if around.is_multiple_of(2) {
        text += "on-failure: hold\nlimits: { parallel: 3 }\n";
    }
    text += "targets:\n";
    PLACES
        .iter()
        .for_each(|(id, place, _)| writeln!(text, "  {id}: {{ {place} }}").unwrap());
    if around % 3 == 1 {
        text += "gates:\n  qa: { http: { url: \"${URL}/`x`|y\", expect: { json: /a~1b, equals: [1, {\"k\": null}] } } }\n  board: { approval: { by: [ana, ben], count: 2 } }\n";
    }
    text += "modules:\n";
    for (at, module) in modules.iter().enumerate() {
        let (on, _, artifact) = PLACES[module.place];
        write!(
            text,
            "  {}:\n    on: {on}\n    version: 1.2.3\n    {artifact}\n",
            name(at)
        )
        .unwrap();
        let needs: BTreeMap<_, _> = module
            .needs
            .iter()
            .filter(|_| at > 0)
            .map(|(to, range)| (to % at.max(1), range))
            .collect();
        if !needs.is_empty() {
            text += "    needs:\n";
            needs.iter().for_each(|(to, range)| {
                writeln!(text, "      {}: \"{}\"", name(*to), RANGES[**range]).unwrap()
            });
        }
        if last && at + 1 == modules.len() {
            text += "    order: last\n";
        }
        text += &extra(module.place, module.extra, &name(at));
    }
    triggers(modules, &mut text);
    if around > 3 {
        text += "after:\n  rotate: [{ key-vault: { vault: v, secret: s } }]\n  tag: { git: { name: \"r/${release}\" } }\n  notify: [{ webhook: { url: \"${HOOK}\" } }]\n";
    }
    text
}

fn name(at: usize) -> String {
    format!("unit{}-{}", at, ["alpha", "beta-x", "gamma"][at % 3])
}

fn triggers(modules: &[Made], text: &mut String) {
    let mut first = true;
    for (at, module) in modules
        .iter()
        .enumerate()
        .filter(|(_, module)| module.extra % 3 == 0)
    {
        let kind = match module.place {
            0 | 1 => "cron-job: { name: c }",
            2 => {
                "event-grid: { topic: t, subscription: s, hold: { storage-account: a, queue: q } }"
            }
            3 => "pubsub: { subscription: s }",
            _ => "cloud-scheduler: { job: j }",
        };
        if std::mem::take(&mut first) {
            text.push_str("triggers:\n");
        }
        writeln!(
            text,
            "  t{at}: {{ on: {}, starts: {}, {kind} }}",
            PLACES[module.place].0,
            name(at)
        )
        .unwrap();
    }
}

fn modules() -> impl Strategy<Value = Vec<Made>> {
    let made = (
        0..5_usize,
        proptest::collection::vec((any::<usize>(), 0..RANGES.len()), 0..4),
        0..5_usize,
    );
    proptest::collection::vec(
        made.prop_map(|(place, needs, extra)| Made {
            place,
            needs,
            extra,
        }),
        1..14,
    )
}

/// The line and the place of every letter of a page that its manifest decides: outside of
/// times, of what is locked and of the manifest itself.
fn letters(page: &str) -> Vec<(usize, usize)> {
    let mut letters = Vec::new();
    let (mut at, mut section) = (0, "");
    for (number, line) in (1..).zip(page.split_inclusive('\n')) {
        let start = at;
        at += line.len();
        section = if line.starts_with("## ") || line == "</details>\n" {
            line
        } else if line == "```yaml segue.yaml\n" {
            "itself"
        } else {
            section
        };
        let took = line.starts_with("All modules together took");
        if took || section == "itself" || section.starts_with("## Locked") {
            continue;
        }
        let time = match line.split(" | ").collect::<Vec<_>>().as_slice() {
            [first, .., time, notes] if section == "## Order\n" && *first != "| Step" => {
                let end = line.len() - notes.len() - 3;
                end - time.len()..end
            }
            _ => 0..0,
        };
        let kept = |(at, c): &(usize, char)| !c.is_whitespace() && !time.contains(at);
        letters.extend(
            line.char_indices()
                .filter(kept)
                .map(|(at, _)| (number, start + at)),
        );
    }
    letters
}

/// What the prose of a page holds: modules, their platforms, needs with ranges, what
/// starts them, who is last.
fn held(manifest: &Manifest) -> BTreeSet<String> {
    let mut held = BTreeSet::new();
    for module in &manifest.modules {
        let id = module.id.as_str();
        let platform = manifest.target(&module.on[0]).unwrap().platform();
        held.insert(format!(
            "{id} on {platform}, version {}, last {}",
            *module.version, module.last
        ));
        held.extend(
            module
                .needs
                .iter()
                .map(|need| format!("{id} needs {} {}", need.module.as_str(), need.range.value)),
        );
    }
    for trigger in &manifest.triggers {
        let kind = trigger
            .settings()
            .as_object()
            .unwrap()
            .keys()
            .next()
            .unwrap()
            .clone();
        held.extend(
            trigger
                .starts
                .iter()
                .map(|id| format!("{} started by {kind}", id.as_str())),
        );
    }
    held
}

/// A manifest without the places in its text.
fn spanless(manifest: &Manifest) -> String {
    let text = format!("{manifest:?}");
    let mut parts = text.split("span: Span {");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        all + part.split_once('}').map_or("", |(_, rest)| rest)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn import_of_an_exported_page_gives_the_same_manifest(made in modules(), strict: bool, last: bool, around in 0..6_usize) {
        let source = manifest_text(&made, strict, last, around);
        let page = written(&source);
        let imported = import(page.as_bytes(), "RUNBOOK.md");
        prop_assert_eq!(&imported.problems, &Vec::new(), "{}", page);
        prop_assert_eq!(&imported.manifest, &source);
        prop_assert_eq!(spanless(&read(&imported.manifest)), spanless(&read(&source)));
        prop_assert_eq!(page, written(&imported.manifest));
    }

    #[test]
    fn an_unedited_page_is_told_of_nothing(
        made in modules(), strict: bool, last: bool, around in 0..6_usize,
        seconds in proptest::collection::vec(proptest::option::of(0..20_000_u64), 14),
        locked in proptest::collection::vec(("[a-z0-9-]{1,9}", "[ -~]{0,9}", "[ -~]{0,20}"), 0..5),
        save in 0..3_usize,
    ) {
        let source = manifest_text(&made, strict, last, around);
        let durations = seconds.iter().enumerate()
            .filter_map(|(at, it)| Some((name(at), Duration::from_secs((*it)?))))
            .collect();
        let locked: Vec<_> = locked.into_iter()
            .map(|(module, version, digest)| Locked { module, version, digest })
            .collect();
        let manifest = read(&source);
        let page = export(&Page { source: &source, manifest: &manifest, locked: &locked, durations: &durations });
        let page = match save {
            0 => page.replace('\n', "\r\n"),
            1 => page.replace('\n', " \t\n"),
            _ => page.trim_end().to_owned(),
        };
        let imported = import(page.as_bytes(), "RUNBOOK.md");
        prop_assert_eq!(&imported.problems, &Vec::new(), "{}", page);
    }

    #[test]
    fn every_change_of_a_character_is_told(
        made in modules(), strict: bool, last: bool, around in 0..6_usize, timed: bool, lock: bool,
        at: prop::sample::Index, to in prop_oneof![
            prop::sample::select(vec!['|', '`', '\\', '#', '-', '<', '1', 'x', '\u{2013}']),
            any::<char>(),
        ].prop_filter("no letter", |it| !it.is_whitespace() && !it.is_control()),
    ) {
        let source = manifest_text(&made, strict, last, around);
        let manifest = read(&source);
        let durations = (0..if timed { made.len() } else { 0 })
            .map(|at| (name(at), Duration::from_secs(90)))
            .collect();
        let locked = [Locked { module: name(0), version: "1.2.3".into(), digest: "sha256:5e0f".into() }];
        let locked = if lock { &locked[..] } else { &[] };
        let page = export(&Page { source: &source, manifest: &manifest, locked, durations: &durations });
        let places = letters(&page);
        let (line, place) = places[at.index(places.len())];
        let was = page[place..].chars().next().unwrap();
        prop_assume!(was != to);
        let changed = format!("{}{to}{}", &page[..place], &page[place + was.len_utf8()..]);
        let imported = import(changed.as_bytes(), "RUNBOOK.md");
        let told: Vec<_> = imported.problems.iter().flat_map(|it| &it.lines).map(|it| it.0).collect();
        prop_assert!(told.contains(&line), "line {}, {:?} to {:?}: {:?}\n{}", line, was, to, imported.problems, changed);
        prop_assert_eq!(&imported.manifest, &source);
        prop_assert_eq!(
            imported.facts.into_iter().map(|it| it.what).collect::<BTreeSet<_>>(),
            import(written(&source).as_bytes(), "RUNBOOK.md").facts.into_iter().map(|it| it.what).collect::<BTreeSet<_>>()
        );
    }

    #[test]
    fn the_prose_alone_holds_modules_platforms_needs_triggers_and_the_last(made in modules(), strict: bool, last: bool, around in 0..6_usize) {
        let source = manifest_text(&made, strict, last, around);
        let page = written(&source);
        let (prose, _) = page.split_once("## The manifest").unwrap();
        let imported = import(prose.as_bytes(), "RUNBOOK.md");
        prop_assert_eq!(held(&parsed(&imported.manifest)), held(&read(&source)), "{}\n{}", prose, imported.manifest);
        let strict_said = imported.facts.iter().any(|it| it.what == What::Strict && it.kind != Kind::LeftOver);
        prop_assert_eq!(strict_said, strict && made.len() > 1);
    }
}
