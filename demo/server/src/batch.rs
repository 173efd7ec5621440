//! `POST /api/batch`: several requests in one, done in their order, each with its own answer (OData 4.01, JSON Format, 19).

use std::collections::BTreeSet;

use axum::{
    Json, Router,
    body::{self, Body},
    extract::FromRequest,
    http::{HeaderName, HeaderValue, Request, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tower::ServiceExt;

use crate::{connection::Cutter, problem::Problem, submission};

/// The most requests that one batch may have.
const MOST: usize = 100;

/// What a batch asks for.
#[derive(Debug, Deserialize)]
pub struct Batch {
    /// Its requests.
    requests: Vec<Item>,
}

/// One request of a batch.
#[derive(Debug, Deserialize)]
struct Item {
    /// What its answer is known by.
    id: String,
    /// Its method.
    method: String,
    /// Its path.
    url: String,
    /// Its header fields.
    #[serde(default)]
    headers: Map<String, Value>,
    /// Its body, JSON or a text.
    body: Option<Value>,
    /// The requests without whose success it is not done.
    #[serde(default, rename = "dependsOn")]
    depends_on: Vec<String>,
}

/// Answers each request by the router of single ones, as if it had come over the same connection.
pub async fn answer(router: Router, request: Request<Body>) -> Result<Json<Value>, Problem> {
    let cutter = request.extensions().get::<Cutter>().cloned();
    let batch = Json::<Batch>::from_request(request, &()).await;
    let Json(Batch { requests }) = batch.map_err(|problem| Problem::new(400, problem.body_text()))?;
    if requests.len() > MOST {
        return Err(Problem::new(413, format!("a batch has {MOST} requests at most")));
    }
    let mut failed = BTreeSet::new();
    let mut responses = Vec::new();
    for item in requests {
        let id = item.id.clone();
        let answer = if item.depends_on.iter().any(|id| failed.contains(id)) {
            // RFC 4918, 11.4: Failed Dependency.
            json!({ "id": id, "status": 424 })
        } else {
            one(&router, item, cutter.clone()).await?
        };
        if answer["status"].as_u64().is_none_or(|status| status >= 400) {
            failed.insert(id);
        }
        responses.push(answer);
    }
    Ok(Json(json!({ "responses": responses })))
}

async fn one(router: &Router, item: Item, cutter: Option<Cutter>) -> Result<Value, Problem> {
    let wrong = |what: &str| Problem::new(400, format!("the request {:?} of the batch has no usable {what}", item.id));
    let body = match &item.body {
        None => Body::empty(),
        Some(Value::String(text)) if !is_json(&item.headers) => Body::from(text.clone()),
        Some(value) => Body::from(value.to_string()),
    };
    let mut request = Request::builder().method(item.method.as_str()).uri(item.url.as_str());
    for (name, value) in &item.headers {
        let name = HeaderName::try_from(name).map_err(|_| wrong("headers"))?;
        let value = HeaderValue::from_str(value.as_str().unwrap_or_default()).map_err(|_| wrong("headers"))?;
        request = request.header(name, value);
    }
    let mut request = request.body(body).map_err(|_| wrong("method or url"))?;
    cutter.and_then(|cutter| request.extensions_mut().insert(cutter));
    let response = router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
    written(item.id, response).await
}

async fn written(id: String, response: Response<Body>) -> Result<Value, Problem> {
    let (head, body) = response.into_parts();
    let bytes = body::to_bytes(body, submission::MAX_BYTES).await;
    let bytes = bytes.map_err(|_| Problem::new(500, "an answer of the batch was cut off"))?;
    let text = String::from_utf8_lossy(&bytes);
    let mut headers = Map::new();
    for (name, value) in &head.headers {
        headers.insert(name.to_string(), json!(value.to_str().unwrap_or_default()));
    }
    let mut answer = json!({ "id": id, "status": head.status.as_u16(), "headers": headers });
    if !text.is_empty() {
        answer["body"] = serde_json::from_str(&text).unwrap_or_else(|_| json!(text));
    }
    Ok(answer)
}

fn is_json(headers: &Map<String, Value>) -> bool {
    let types = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    types.filter_map(|(_, value)| value.as_str()).any(|value| value.contains("json"))
}
