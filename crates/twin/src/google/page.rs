//! Pages of a list.
//! Source: <https://google.aip.dev/158>.

use super::{call::Call, error::Error};
use serde_json::{Map, Value};

/// The page of `items` that the call asks for, under `key`.
pub(super) fn page(call: &Call<'_>, key: &str, items: Vec<Value>) -> Result<Value, Error> {
    let start: usize = match call.query("pageToken") {
        None => 0,
        Some(token) => token
            .strip_prefix("from-")
            .and_then(|number| number.parse().ok())
            .filter(|start| *start <= items.len())
            .ok_or_else(|| Error::invalid("The page token is invalid."))?,
    };
    let size = call
        .query("pageSize")
        .and_then(|size| size.parse().ok())
        .filter(|size| *size > 0)
        .unwrap_or(usize::MAX);
    let end = start.saturating_add(size).min(items.len());
    let mut answer = Map::new();
    if end > start {
        answer.insert(key.to_owned(), items[start..end].to_vec().into());
    }
    if end < items.len() {
        answer.insert("nextPageToken".to_owned(), format!("from-{end}").into());
    }
    Ok(Value::Object(answer))
}
