//! Reads the fields of a JSON body and names the one that is wrong.

use serde_json::{Map, Value};

use crate::problem::Problem;

/// A body that is a JSON object.
#[derive(Debug, Clone)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Reads a body; 400 when it is not a JSON object.
    pub fn parse(body: &[u8]) -> Result<Self, Problem> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(Problem::new(400, "the body must be a JSON object")),
            Err(error) => Err(Problem::new(400, format!("the body is not JSON: {error}"))),
        }
    }

    /// A text of at most `max` characters that must say something; surrounding blanks are dropped.
    pub fn line(&self, name: &str, max: usize) -> Result<Option<String>, Problem> {
        match self.text(name, max)?.map(|text| text.trim().to_owned()) {
            Some(text) if text.is_empty() => Err(Problem::field(name, "must not be empty")),
            text => Ok(text),
        }
    }

    /// As [`Fields::line`], but it must be there.
    pub fn required_line(&self, name: &str, max: usize) -> Result<String, Problem> {
        self.line(name, max)?.ok_or_else(|| Problem::field(name, "is missing"))
    }

    /// A text of at most `max` characters, which may be empty.
    pub fn text(&self, name: &str, max: usize) -> Result<Option<String>, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.chars().count() > max => {
                Err(Problem::field(name, format!("must have at most {max} characters")))
            }
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Problem::field(name, "must be a text")),
        }
    }

    /// An identifier made by the client.
    pub fn id(&self, name: &str) -> Result<Option<String>, Problem> {
        let Some(id) = self.text(name, 64)? else {
            return Ok(None);
        };
        check_id(name, id).map(Some)
    }

    /// One of a few words.
    pub fn choice(&self, name: &str, choices: &[&str]) -> Result<Option<String>, Problem> {
        match self.text(name, 64)? {
            Some(word) if !choices.contains(&word.as_str()) => {
                Err(Problem::field(name, format!("must be one of {}", choices.join(", "))))
            }
            word => Ok(word),
        }
    }

    /// A finite number.
    pub fn number(&self, name: &str) -> Result<Option<f64>, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_f64().filter(|number| number.is_finite()) {
                Some(number) => Ok(Some(number)),
                None => Err(Problem::field(name, "must be a number")),
            },
        }
    }
}

/// Accepts UUIDs and anything else that can stand in a path unescaped.
pub fn check_id(name: &str, id: String) -> Result<String, Problem> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !id.is_empty() && id.len() <= 64 && id.bytes().all(fits) {
        Ok(id)
    } else {
        Err(Problem::field(name, "must be a UUID"))
    }
}
