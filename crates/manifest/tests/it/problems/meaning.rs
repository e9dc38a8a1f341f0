//! What the text says.

use super::{problems, with_modules};

problems! {
    unknown_modules: with_modules("  billing: { on: aks, version: 1.0.0, manifests: b/, needs: [biling] }\ntriggers:\n  t: { on: run, starts: [billng], pubsub: { subscription: s } }\nafter:\n  rotate: [{ function-key: { module: bill, key: default } }]\n");
    unknown_target: with_modules("  b: { on: [aks, gke], version: 1.0.0, manifests: b/ }\n");
    need_on_itself: with_modules("  b: { on: aks, version: 1.0.0, manifests: b/, needs: [a, b] }\n");
    cycle: with_modules("  b: { on: aks, version: 1.0.0, manifests: b/, needs: [d] }\n  c: { on: aks, version: 1.0.0, manifests: c/, needs: [a, b] }\n  d: { on: aks, version: 1.0.0, manifests: d/, needs: { c: '>=1' } }\n");
    smallest_of_two_cycles: with_modules("  b: { on: aks, version: 1.0.0, manifests: b/, needs: [c] }\n  c: { on: aks, version: 1.0.0, manifests: c/, needs: [d] }\n  d: { on: aks, version: 1.0.0, manifests: d/, needs: [b, e] }\n  e: { on: aks, version: 1.0.0, manifests: e/, needs: [d] }\n");
    not_a_version: with_modules("  b: { on: aks, version: v1.0, manifests: b/ }\n");
    not_a_range: with_modules("  b: { on: aks, version: 1.0.0, manifests: b/, needs: { a: newest } }\n");
    need_not_met: with_modules("  b: { on: aks, version: 1.0.0, manifests: b/, needs: { a: '>=2, <3' } }\n");
    listed_twice: with_modules("  b: { on: [aks, aks], version: 1.0.0, manifests: b/, needs: [a, a] }\n");
    nothing_to_deploy: with_modules("  b: { on: run, version: 1.0.0 }\n");
    wrong_thing_to_deploy: with_modules("  b: { on: run, version: 1.0.0, helm: { chart: b } }\n  c: { on: aks, version: 1.0.0, source: gs://b/c }\n");
    two_things_to_deploy: with_modules("  b: { on: aks, version: 1.0.0, manifests: b/, helm: { chart: b } }\n");
    foreign_settings: with_modules("  b: { on: aks, version: 1.0.0, manifests: b/, concurrency: 4, shift: [100%] }\n  c: { on: run, version: 1.0.0, image: x/c, slot: staging, secrets: { s: { k: { key-vault: { vault: v, secret: s } } } } }\n");
    mixed_platforms: with_modules("  b: { on: [aks, run], version: 1.0.0, manifests: b/ }\n");
    paths_that_escape: with_modules("  b: { on: aks, version: 1.0.0, manifests: ../b }\n  c: { on: aks, version: 1.0.0, helm: { chart: /etc, values: [a/../../b] } }\n");
    image_with_tag_and_bad_source: with_modules("  b: { on: run, version: 1.0.0, image: 'x/b:1.0.0' }\n  c: { on: functions, version: 1.0.0, source: ./c.zip }\n");
    trigger_on_the_wrong_target: with_modules("triggers:\n  t: { on: aks, starts: a, pubsub: { subscription: s } }\n  u: { on: run, starts: a, cron-job: { name: n } }\n");
    trigger_without_or_with_two_kinds: with_modules("triggers:\n  t: { on: run, starts: a }\n  u: { on: run, starts: a, pubsub: { subscription: s }, cloud-scheduler: { job: j } }\n");
    shift_not_increasing: with_modules("  b: { on: run, version: 1.0.0, image: x/b, shift: [50%, 10%, 100%] }\n");
    shift_not_to_the_end: with_modules("  b: { on: run, version: 1.0.0, image: x/b, shift: [10%, 50%] }\n  c: { on: run, version: 1.0.0, image: x/b, shift: [0%, 100%] }\n");
    strict_order_against_needs: with_modules("  b: { on: aks, version: 1.0.0, manifests: b/, needs: [c] }\n  c: { on: aks, version: 1.0.0, manifests: c/, needs: [a] }\norder: strict\n");
    last_twice: with_modules("  b: { on: aks, version: 1.0.0, manifests: b/, order: last }\n  c: { on: aks, version: 1.0.0, manifests: c/, order: last }\n");
    last_and_needed: with_modules("  b: { on: aks, version: 1.0.0, manifests: b/, order: last }\n  c: { on: aks, version: 1.0.0, manifests: c/, needs: [b] }\n");
    names_that_are_no_labels: with_modules("  Billing_Service: { on: aks, version: 1.0.0, manifests: b/ }\ngates: { QA!: { http: { url: 'http://q' } } }\n");
    unfit_checks: with_modules("  b: { on: aks, version: 1.0.0, manifests: b/, verify: [{ pubsub-push: { subscription: s } }, { application-insights: { component: c } }] }\nafter: { rotate: [{ function-key: { module: b, key: default } }] }\n");
    malformed_texts: with_modules("  b: { on: aks, version: 1.0.0, manifests: b/, stable: 5, deadline: 1d, health: healthz }\ngates: { q: { http: { url: ftp://q, expect: { json: $.x, equals: 1 } } } }\ndefaults: { stable: 5 sec, deadline: 999h }\n");
}
