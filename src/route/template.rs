//! Text with placeholders, filled in from a request: lanes and tags.
//! Does not decode: percent-encoding stays as given.

use super::address::Address;
use crate::http::{Method, digits};
use thiserror::Error;

/// Literals and the placeholders `{path}`, `{path[n]}` (a segment, counted from 0), `{origin}` and `{method}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// As written; it has been read through once, so that what follows finds no errors.
    text: String,
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// There is no text.
    #[error("it is empty")]
    Empty,
    /// A brace without its partner.
    #[error("a '{0}' has no partner")]
    Brace(char),
    /// Something else between braces.
    #[error("it knows only {{path}}, {{path[n]}}, {{origin}} and {{method}}, not {{{0}}}")]
    Unknown(String),
}

/// One piece of a template.
enum Part<'t> {
    Literal(&'t str),
    Path,
    Segment(usize),
    Origin,
    Method,
}

impl Template {
    /// The template `{path}`.
    #[must_use]
    pub fn path() -> Template {
        Template { text: "{path}".to_owned() }
    }

    /// Reads a template as written in the config.
    pub fn parse(text: &str) -> Result<Template, TemplateError> {
        if text.is_empty() {
            return Err(TemplateError::Empty);
        }
        let mut rest = text;
        while !rest.is_empty() {
            (_, rest) = Part::first(rest)?;
        }
        Ok(Template { text: text.to_owned() })
    }

    /// The text for a request; `None` when it names a segment that the path lacks or has empty.
    #[must_use]
    pub fn fill(&self, method: &Method, url: &str) -> Option<String> {
        let address = Address::of(url);
        let mut text = String::new();
        let mut rest = self.text.as_str();
        while !rest.is_empty() {
            let (part, after) = Part::first(rest).ok()?;
            text.push_str(match part {
                Part::Literal(literal) => literal,
                Part::Path => address.path,
                Part::Segment(index) => address.segments().nth(index).filter(|segment| !segment.is_empty())?,
                Part::Origin => address.origin,
                Part::Method => method.as_str(),
            });
            rest = after;
        }
        Some(text)
    }

    /// Every template that can be filled, filled: a tag that names a missing segment is left out.
    #[must_use]
    pub fn fill_all(templates: &[Template], method: &Method, url: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for template in templates {
            texts.extend(template.fill(method, url));
        }
        texts
    }
}

impl<'t> Part<'t> {
    /// The first piece of a text that is not empty, and what follows it.
    fn first(text: &'t str) -> Result<(Part<'t>, &'t str), TemplateError> {
        let Some(inner) = text.strip_prefix('{') else {
            let length = text.bytes().position(|byte| matches!(byte, b'{' | b'}')).unwrap_or(text.len());
            let (literal, after) = text.split_at_checked(length).unwrap_or((text, ""));
            // The first letter of what is no literal can only be the other brace.
            return if literal.is_empty() {
                Err(TemplateError::Brace('}'))
            } else {
                Ok((Part::Literal(literal), after))
            };
        };
        let (name, after) = inner.split_once('}').ok_or(TemplateError::Brace('{'))?;
        let part = Part::named(name).ok_or_else(|| TemplateError::Unknown(name.to_owned()))?;
        Ok((part, after))
    }

    fn named(name: &str) -> Option<Part<'t>> {
        match name {
            "path" => Some(Part::Path),
            "origin" => Some(Part::Origin),
            "method" => Some(Part::Method),
            _ => {
                let index = digits(name.strip_prefix("path[")?.strip_suffix(']')?)?;
                // No path has that many segments, so whoever writes more has meant something else.
                u32::try_from(index).ok().map(|index| Part::Segment(index as usize))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn placeholders_are_filled_from_the_request() {
        let check = |template: &str, url: &str, expected: Option<&str>| {
            let filled = Template::parse(template).unwrap().fill(&Method::Patch, url);
            assert_eq!(filled.as_deref(), expected, "{template:?} on {url:?}");
        };
        let url = "https://app.example/api/boards/7%2F8/cards?limit=5#top";
        check("api", url, Some("api"));
        check("{path}", url, Some("/api/boards/7%2F8/cards"));
        check("board:{path[2]}", url, Some("board:7%2F8"));
        check("{method} {origin}{path[0]}/{path[3]}!", url, Some("PATCH https://app.exampleapi/cards!"));
        check("{path[4]}", url, None);
        check("{path[0]}", "https://app.example/", None);
        check("{path[1]}", "https://app.example/a/", None);
        check("{path[1]}", "https://app.example/a//b", None);
        check("{path}", "https://app.example", Some("/"));
    }

    #[test]
    fn a_wrong_template_says_why() {
        let check = |template: &str, expected: &str| {
            assert_eq!(Template::parse(template).unwrap_err().to_string(), expected, "{template:?}");
        };
        let unknown =
            |name: &str| format!("it knows only {{path}}, {{path[n]}}, {{origin}} and {{method}}, not {{{name}}}");
        check("", "it is empty");
        check("a{path", "a '{' has no partner");
        check("a}b", "a '}' has no partner");
        check("{paht}", &unknown("paht"));
        check("{path[x]}", &unknown("path[x]"));
        check("{path[]}", &unknown("path[]"));
        check("{path[+1]}", &unknown("path[+1]"));
        check("{path[99999999999999999999]}", &unknown("path[99999999999999999999]"));
        check("{}", &unknown(""));
        check("{{path}}", &unknown("{path"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(template in "[a{}\\[\\]0-9path]{0,20}", url in "\\PC{0,40}") {
            if let Ok(template) = Template::parse(&template) {
                let _ = template.fill(&Method::Get, &url);
            }
        }
    }
}
