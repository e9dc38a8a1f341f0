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
    state_that_is_no_database: with_modules("state: sqlite://journal.db\n");
    state_with_a_password_in_clear: with_modules("state: postgres://segue:hunter2@db.example/segue\n");
    state_with_a_password_as_a_default: with_modules("state: 'postgres://segue:${CI_URL:-hunter2}@db.example/segue?sslpassword=hunter2'\n");
    state_without_a_value: with_modules("state: '${SEGUE_STATE}'\n");
    approvals_that_never_come: with_modules("gates:\n  a: { approval: { by: [ana, ben], count: 3 } }\n  b: { approval: { by: [ana, ana], count: 0, deadline: tomorrow } }\n");
    windows_that_are_no_calendar: with_modules("gates:\n  a: { window: { time-zone: Europe/Berlinn, open: [Mo 08:00-16:00, Mon-Thu 8-16, Fri 12:00-12:00, daily] } }\n  b: { window: { time-zone: UTC } }\n  c: { window: { open: [Mon 08:00-25:00] } }\n");
    freezes_that_are_no_days: with_modules("gates:\n  a: { window: { time-zone: UTC, freezes: [{ from: 2027-01-03, until: 2026-12-20, because: Christmas }, { from: 24.12., until: 2026-12-24 }, { from: 2026-02-28, until: 2026-02-30 }] } }\n");
    migrations_that_say_too_little: with_modules("  b: { on: aks, version: 1.0.0, manifests: b/, migrate: { command: [flyway, migrate] } }\n  c: { on: aks, version: 1.0.0, manifests: c/, migrate: [{ command: flyway migrate, undo: never }, { command: [], undo: [flyway, undo] }, { undo: { command: [] } }] }\n");
    migrations_with_bad_texts: with_modules("  b: { on: aks, version: 1.0.0, manifests: b/, migrate: { command: [flyway, '${NOBODY}'], undo: none, environment: [PGPASSWORD, CI_URL, 1A, A=b], deadline: 1w } }\n");
    programs_that_escape: with_modules("  b: { on: aks, version: 1.0.0, manifests: b/, migrate: { command: [../flyway], undo: { command: [a/../../flyway] } } }\n");
    words_that_do_not_exist: with_modules("on-failure: retry\n");
    deadlines_that_are_none: with_modules("gates: { q: { http: { url: 'http://q', deadline: 5 } } }\ntriggers:\n  t: { on: run, starts: a, pubsub: { subscription: s }, deadline: soon }\nafter: { deadline: 999h }\n");
}
