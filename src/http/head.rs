//! Request and response heads as the engine sees them: everything but the body.
//! Holds no browser object.

use super::{Headers, Method};

/// What a page asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestHead {
    /// The method.
    pub method: Method,
    /// The absolute URL without its fragment.
    pub url: String,
    /// The request's header fields (the browser hides some: Cookie, Origin, Accept-Encoding).
    pub headers: Headers,
    /// Fetch's request mode.
    pub mode: Mode,
    /// Fetch's credentials mode.
    pub credentials: Credentials,
    /// Fetch's cache mode.
    pub cache: CacheMode,
    /// Fetch's destination, such as `image`; empty for `fetch()`.
    pub destination: String,
    /// Fetch's redirect mode as written: `follow`, `error` or `manual`.
    pub redirect: String,
    /// The referrer URL, `about:client` or empty.
    pub referrer: String,
    /// The referrer policy as written; may be empty.
    pub referrer_policy: String,
    /// Whether the URL has the worker's own origin.
    pub same_origin: bool,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    /// The status code, 200 to 599; 0 for opaque responses.
    pub status: u16,
    /// The header fields the browser lets us see.
    pub headers: Headers,
    /// Fetch's response type.
    pub kind: ResponseType,
    /// The final URL after redirects; may be empty for made-up responses.
    pub url: String,
    /// Whether a redirect was followed.
    pub redirected: bool,
}

/// Fetch's `Request.mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Only same-origin answers are accepted.
    SameOrigin,
    /// Cross-origin with CORS.
    #[default]
    Cors,
    /// Cross-origin without CORS: the answer is opaque.
    NoCors,
    /// A page load.
    Navigate,
}

/// Fetch's `Request.credentials`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Credentials {
    /// Never sent.
    Omit,
    /// Sent to the own origin.
    #[default]
    SameOrigin,
    /// Always sent.
    Include,
}

/// Fetch's `Request.cache`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum CacheMode {
    /// As the cache sees fit.
    #[default]
    Default,
    /// Past the cache, and do not store.
    NoStore,
    /// Past the cache, then store.
    Reload,
    /// Ask the server before using what is stored.
    NoCache,
    /// Whatever is stored, however old; else the network.
    ForceCache,
    /// Whatever is stored, else an error.
    OnlyIfCached,
}

/// Fetch's `Response.type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseType {
    /// Own origin.
    #[default]
    Basic,
    /// Cross-origin with CORS.
    Cors,
    /// Made by script.
    Constructed,
    /// Cross-origin without CORS: nothing can be read.
    Opaque,
    /// A redirect that was not followed.
    OpaqueRedirect,
    /// `Response.error()`.
    Error,
}

impl Mode {
    /// Reads fetch's word for it; unknown words are `cors`, fetch's default.
    #[must_use]
    pub fn parse(text: &str) -> Mode {
        match text {
            "same-origin" => Mode::SameOrigin,
            "no-cors" => Mode::NoCors,
            "navigate" => Mode::Navigate,
            _ => Mode::Cors,
        }
    }

    /// Fetch's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::SameOrigin => "same-origin",
            Mode::Cors => "cors",
            Mode::NoCors => "no-cors",
            Mode::Navigate => "navigate",
        }
    }
}

impl Credentials {
    /// Reads fetch's word for it; unknown words are `same-origin`, fetch's default.
    #[must_use]
    pub fn parse(text: &str) -> Credentials {
        match text {
            "omit" => Credentials::Omit,
            "include" => Credentials::Include,
            _ => Credentials::SameOrigin,
        }
    }

    /// Fetch's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Credentials::Omit => "omit",
            Credentials::SameOrigin => "same-origin",
            Credentials::Include => "include",
        }
    }
}

impl CacheMode {
    /// Reads fetch's word for it; unknown words are `default`.
    #[must_use]
    pub fn parse(text: &str) -> CacheMode {
        match text {
            "no-store" => CacheMode::NoStore,
            "reload" => CacheMode::Reload,
            "no-cache" => CacheMode::NoCache,
            "force-cache" => CacheMode::ForceCache,
            "only-if-cached" => CacheMode::OnlyIfCached,
            _ => CacheMode::Default,
        }
    }

    /// Fetch's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            CacheMode::Default => "default",
            CacheMode::NoStore => "no-store",
            CacheMode::Reload => "reload",
            CacheMode::NoCache => "no-cache",
            CacheMode::ForceCache => "force-cache",
            CacheMode::OnlyIfCached => "only-if-cached",
        }
    }
}

impl ResponseType {
    /// Reads fetch's word for it; unknown words are `error`, the safe side.
    #[must_use]
    pub fn parse(text: &str) -> ResponseType {
        match text {
            "basic" => ResponseType::Basic,
            "cors" => ResponseType::Cors,
            "default" => ResponseType::Constructed,
            "opaque" => ResponseType::Opaque,
            "opaqueredirect" => ResponseType::OpaqueRedirect,
            _ => ResponseType::Error,
        }
    }

    /// Fetch's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ResponseType::Basic => "basic",
            ResponseType::Cors => "cors",
            ResponseType::Constructed => "default",
            ResponseType::Opaque => "opaque",
            ResponseType::OpaqueRedirect => "opaqueredirect",
            ResponseType::Error => "error",
        }
    }
}

impl RequestHead {
    /// A plain GET of a URL of the own origin, as `fetch(url)` makes it.
    #[must_use]
    pub fn get(url: &str) -> RequestHead {
        RequestHead {
            method: Method::Get,
            url: url.to_owned(),
            headers: Headers::default(),
            mode: Mode::Cors,
            credentials: Credentials::SameOrigin,
            cache: CacheMode::Default,
            destination: String::new(),
            redirect: "follow".to_owned(),
            referrer: "about:client".to_owned(),
            referrer_policy: String::new(),
            same_origin: true,
        }
    }
}

impl ResponseHead {
    /// A response of the own origin with this status and nothing else, for tests and made-up answers.
    #[must_use]
    pub fn new(status: u16) -> ResponseHead {
        ResponseHead {
            status,
            headers: Headers::default(),
            kind: ResponseType::Basic,
            url: String::new(),
            redirected: false,
        }
    }
}
