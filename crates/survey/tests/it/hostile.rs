//! Input that nobody sane writes: there is a manifest all the same, and no panic.

use crate::{file, parsed, surveyed};
use proptest::prelude::*;
use segue_survey::Kind;

/// Words of all these files, so that chance gets somewhere.
fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => "(services|releases|contexts|needs|depends_on|image|name|kind|apiVersion|metadata|annotations|context|cluster|current-context|subscriptions|isDefault|id|chart|namespace|version|appVersion|spec|source|path|items)(: |:\n  |:\n- )",
        4 => "(a|b|c|true|1.2|v1|\\$\\{X:-1\\}|apps/v1|argoproj.io/v1alpha1|Deployment|List|Application|x.io/a:1|\\.\\./\\.\\.|argocd.argoproj.io/sync-wave|project = a)\n",
        2 => "( |\n|  - |---\n|\\{|\\}|\\[|\\]|,|&a |\\*a |'|\"|\\[core\\]\n|\\{\\{|\\}\\}|\t|: |- |#)",
        1 => "\\PC{0,6}",
    ];
    prop::collection::vec(word, 0..40).prop_map(|all| all.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_of_any_kind_panics(texts in prop::collection::vec((0..8usize, words()), 1..4)) {
        let files: Vec<_> = texts
            .iter()
            .map(|(kind, text)| file(Kind::ALL[*kind], &format!("d/{kind}/f.yaml"), text))
            .collect();
        parsed(&surveyed(&files).manifest);
    }

    #[test]
    fn no_text_at_all_panics(text in any::<String>()) {
        for kind in Kind::ALL {
            parsed(&surveyed(&[file(kind, "d/f.yaml", &text)]).manifest);
        }
    }

    #[test]
    fn names_of_any_letters_make_a_manifest(names in prop::collection::vec("[^\\p{Cc}\"\\\\]{1,80}", 1..6)) {
        let services: Vec<_> = names.iter().map(|name| format!("\"{name}\": {{image: \"x.io/{name}:1\", depends_on: [\"{}\"]}}", names[0])).collect();
        let releases: Vec<_> = names.iter().map(|name| format!("{{name: \"{name}\", namespace: \"{name}\", kubeContext: \"{name}\", chart: \"{name}\"}}")).collect();
        parsed(&surveyed(&[
            file(Kind::Compose, "compose.yaml", &format!("services: {{ {} }}", services.join(", "))),
            file(Kind::Helmfile, "helmfile.yaml", &format!("releases: [ {} ]", releases.join(", "))),
        ]).manifest);
    }
}

#[test]
fn thousands_of_services_are_bounded() {
    let mut text = "services:\n".to_owned();
    for at in 0..2_000 {
        let before: Vec<_> = (0..at.min(60)).map(|it| format!("s{it}")).collect();
        text += &format!(
            "  s{at}: {{ image: 'x.io/s:1.0.0', depends_on: [{}] }}\n",
            before.join(", ")
        );
    }
    let surveyed = surveyed(&[file(Kind::Compose, "compose.yaml", &text)]);
    assert!(surveyed.problems.iter().any(|it| it.code == "SEG1108"));
    parsed(&surveyed.manifest);
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (of, name) in ["a", "b", "c", "d", "e", "f"]
        .iter()
        .zip(["b", "c", "d", "e", "f", "g"])
    {
        bomb += &format!(
            "{name}: &{name} [{}]\n",
            [format!("*{of}").as_str(); 9].join(", ")
        );
    }
    let surveyed = surveyed(&[file(Kind::Compose, "compose.yaml", &bomb)]);
    assert_eq!(surveyed.problems[0].code, "SEG1101");
}
