//! What the tests stand on: a chart renderer without Helm, and manifests from text.

use async_trait::async_trait;
use segue_artifact::{Chart, Charts, Fictional, Tools};
use segue_manifest::{Manifest, Source, parse};
use segue_model::Failure;
use std::sync::Arc;

/// Renders every chart to this text, with `TAG` replaced by the chart's tag.
pub struct Stub(pub &'static str);

#[async_trait]
impl Charts for Stub {
    async fn version(&self) -> Result<String, Failure> {
        Ok("v4.1.4".into())
    }

    async fn render(&self, chart: &Chart) -> Result<String, Failure> {
        Ok(self.0.replace("TAG", &chart.tag))
    }
}

pub fn tools(rendered: &'static str) -> Tools {
    Tools {
        charts: Arc::new(Stub(rendered)),
        registry: Arc::new(Fictional),
        sources: Arc::new(Fictional),
        secrets: Arc::new(Fictional),
    }
}

pub fn manifest(text: &str) -> Manifest {
    let source = Source::new("segue.yaml", text);
    let parsed = parse(&source, &|name| Some(format!("https://{name}.example")));
    parsed
        .manifest
        .unwrap_or_else(|| panic!("{:#?}", parsed.diagnostics))
}
