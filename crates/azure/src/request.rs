//! An ARM request as a value: built by pure functions, sent by [`crate::arm`].

use azure_core::http::Method;
use serde_json::Value;

/// A request to the Resource Manager. It has no `Debug`: bodies may hold the
/// values of app settings and keys.
pub(crate) struct Request {
    pub(crate) method: Method,
    /// The path, each name in it percent-encoded.
    pub(crate) path: String,
    /// The query besides `api-version`, percent-encoded by who sends it.
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) api_version: &'static str,
    pub(crate) body: Option<Value>,
}

impl Request {
    pub(crate) fn new(method: Method, path: String, api_version: &'static str) -> Self {
        Self {
            method,
            path,
            query: Vec::new(),
            api_version,
            body: None,
        }
    }

    pub(crate) fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    pub(crate) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }
}

/// A resource group, the root of every path here.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) subscription: String,
    pub(crate) name: String,
}

impl Group {
    pub(crate) fn new(subscription: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            subscription: subscription.into(),
            name: name.into(),
        }
    }

    /// The path of the resource `kind/name` of `provider`.
    pub(crate) fn resource(&self, provider: &str, kind: &str, name: &str) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/{provider}/{kind}/{}",
            segment(&self.subscription),
            segment(&self.name),
            segment(name)
        )
    }
}

/// A name as one segment of a path: whatever it holds, it stays one segment.
pub(crate) fn segment(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_()".contains(&byte) {
            out.push(char::from(byte));
        } else if byte == b'.' && name != "." && name != ".." {
            out.push('.');
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_segment() {
        assert_eq!(segment("storefront-prod.eu_(1)"), "storefront-prod.eu_(1)");
        assert_eq!(segment("a/../b?c#d%"), "a%2F..%2Fb%3Fc%23d%25");
        assert_eq!(segment(".."), "%2E%2E");
    }

    #[test]
    fn resources_hang_from_their_group() {
        let path = Group::new("s", "g").resource("Microsoft.Web", "sites", "app");
        assert_eq!(
            path,
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/app"
        );
    }
}
