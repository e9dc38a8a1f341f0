//! What the text is written like.

use super::{problems, with_modules};

problems! {
    syntax_error: "version: 1\nmodules: { a: [\n";
    two_documents: "version: 1\n---\nversion: 1\n";
    tab_indentation: "version: 1\nmodules:\n\ta: 1\n";
    unknown_anchor: "version: 1\nmodules: *nowhere\n";
    empty: "";
    only_comments: "# nothing here yet\n";
    not_a_mapping: "- version: 1\n";
    newer_format: "version: 2\nstages: []\n";
    older_format: "version: 0\n";
    format_of_the_wrong_type: "version: one\nenvironment: x\ntargets: {}\nmodules: {}\n";
    missing_keys: "version: 1\n";
    unknown_key: with_modules("  b: { on: aks, version: 1.0.0, manifest: b/ }\nafterwards: {}\n");
    duplicate_key: with_modules("  a: { on: aks, version: 1.0.0, manifests: b/ }\n");
    wrong_types: with_modules("  b: { on: 5, version: 2.0, manifests: [b], needs: a, helm: }\n");
    empty_values: with_modules("  b: { on: [], version: '', manifests: b/, shift: [] }\n");
    unknown_platform: "version: 1\nenvironment: x\nmodules: {}\ntargets:\n  a: { kubernets: {} }\n  b: {}\n  c: { cloud-run: { project: p, region: r }, kubernetes: {} }\n";
    unknown_word: with_modules("  b: { on: aks, version: 1.0.0, manifests: b/, order: lats }\norder: strickt\n");
    numbers_out_of_range: with_modules("  b: { on: run, version: 1.0.0, image: x/b, concurrency: 0 }\nlimits: { parallel: 0 }\ngates: { q: { http: { url: 'http://q', expect: { status: 99 } } } }\n");
    unknown_variables: with_modules("gates:\n  q: { http: { url: '${CI_URLS}/x' } }\n  r: { http: { url: '${CI_URL' } }\n");
    many_at_once: with_modules("  b: { on: ask, version: two, manifests: ../b, needs: [c, b], slot: x }\n  c-: { on: run, vesion: 1.0.0, image: x/c }\nlimits: { paralel: 4 }\n");
}
