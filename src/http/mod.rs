//! HTTP's own values: methods, heads, header fields, cache-control, dates, validators.
//! Knows the letter of RFC 9110 and 9111; decides nothing.

mod cache_control;
mod cache_status;
mod content_type;
mod date;
mod digits;
mod head;
mod headers;
mod list;
mod method;
mod range;
mod ready;
mod url;

pub use cache_control::{CacheControl, withheld};
pub use cache_status::{CacheStatus, Came};
pub use content_type::{MediaType, accepts};
pub use date::parse_http_date;
pub use digits::digits;
pub use head::{CacheMode, Credentials, Mode, RequestHead, ResponseHead, ResponseType};
pub use headers::Headers;
pub use list::{Members, trimmed};
pub use method::Method;
pub use range::{ContentRange, Cut, Part, Piece, Wanted, cut, offer_parts, wanted, within};
pub use ready::Ready;
pub use url::{bare, origin};
