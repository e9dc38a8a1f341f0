//! Every problem that a manifest can have, as a person sees it.

mod meaning;
mod shape;

/// A manifest with one module `a` on Kubernetes, sound but for what is added.
fn with_modules(modules: &str) -> String {
    format!(
        "\
version: 1
environment: test
targets:
  aks: {{ kubernetes: {{ context: aks, namespace: shop }} }}
  azure: {{ azure-functions: {{ subscription: s, resource-group: g }} }}
  run: {{ cloud-run: {{ project: p, region: r }} }}
  functions: {{ cloud-functions: {{ project: p, region: r }} }}
modules:
  a: {{ on: aks, version: 1.2.0, manifests: a/ }}
{modules}"
    )
}

macro_rules! problems {
    ($($name:ident: $text:expr;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(crate::report($text));
        }
    )*};
}
use problems;

#[test]
fn machines_read_them_as_json() {
    let text = with_modules("  b: { on: run, version: 1.0.0, image: x, needs: { a: '>=2' } }\n");
    insta::assert_json_snapshot!(crate::read(text).1.diagnostics);
}

#[test]
fn colour_is_for_terminals_only() {
    let (source, parsed) = crate::read("version: 2\n");
    assert!(
        parsed.diagnostics[0]
            .render(&source, true)
            .contains('\u{1b}')
    );
    assert!(
        !parsed.diagnostics[0]
            .render(&source, false)
            .contains('\u{1b}')
    );
}
