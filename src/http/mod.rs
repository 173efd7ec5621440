//! HTTP's own values: methods, heads, header fields, cache-control, dates, validators.
//! Knows the letter of RFC 9110 and 9111; decides nothing.

mod cache_control;
mod content_type;
mod date;
mod head;
mod headers;
mod list;
mod method;

pub use cache_control::CacheControl;
pub use content_type::{MediaType, accepts};
pub use date::parse_http_date;
pub use head::{CacheMode, Credentials, Mode, RequestHead, ResponseHead, ResponseType};
pub use headers::Headers;
pub use method::Method;
