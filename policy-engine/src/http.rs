//! HTTP matches of rules, and the normal form of request paths.
//!
//! Enforcers that see requests (Calico's Dikastes) look at method and path. A path is
//! brought into one form first, so that no spelling of it slips past a rule:
//! query and fragment are cut off, percent escapes are decoded once, backslashes become
//! slashes, matrix parameters (`;x=1`) are dropped from each segment, then `.`, `..` and
//! empty segments are resolved. What remains ambiguous is refused: an escape that is not one,
//! an escaped slash, backslash or dot left after decoding (double encoding), a NUL, a path
//! that is not absolute.

use std::fmt;

/// What a rule says about an HTTP request: one of the methods *and* one of the paths, an
/// empty list saying nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct HttpMatch {
    /// Methods, compared with their case; `*` is any.
    pub methods: Vec<String>,
    /// Paths.
    pub paths: Vec<PathMatch>,
}

/// What a rule says about a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PathMatch {
    /// Exactly this path.
    Exact(String),
    /// This path and what is below it: `/foo` matches `/foo` and `/foo/bar`, not `/foobar`.
    Prefix(String),
}

/// What is asked of an HTTP server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpRequest<'a> {
    /// The method.
    pub method: &'a str,
    /// The path as it stands in the request, with query and escapes.
    pub path: &'a str,
}

impl HttpMatch {
    /// Whether the request is meant. A path without a normal form matches no path.
    #[must_use]
    pub fn matches(&self, request: &HttpRequest<'_>) -> bool {
        self.matches_method(request.method) && self.matches_path(request.path)
    }

    /// Whether the method is meant.
    #[must_use]
    pub fn matches_method(&self, method: &str) -> bool {
        self.methods.is_empty() || self.methods.iter().any(|m| m == "*" || m == method)
    }

    /// Whether the path is meant.
    #[must_use]
    pub fn matches_path(&self, path: &str) -> bool {
        if self.paths.is_empty() {
            return true;
        }
        normalize_path(path).is_some_and(|path| self.paths.iter().any(|p| p.matches(&path)))
    }
}

impl PathMatch {
    /// Whether a path in normal form is meant.
    fn matches(&self, path: &str) -> bool {
        match self {
            Self::Exact(exact) => path == exact,
            Self::Prefix(prefix) => {
                let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
                path.strip_prefix(prefix)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
        }
    }
}

impl fmt::Display for PathMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(path) => f.write_str(path),
            Self::Prefix(path) => write!(f, "{path}/*"),
        }
    }
}

/// The normal form of a request's path; `None` when it has none and must be refused.
///
/// ```
/// use policy_engine::normalize_path;
///
/// assert_eq!(normalize_path("/public/../admin?x=1").as_deref(), Some("/admin"));
/// assert_eq!(normalize_path("/public%2F..;x%2Fadmin").as_deref(), Some("/admin"));
/// assert_eq!(normalize_path("/public/%252e%252e/admin"), None);
/// assert_eq!(normalize_path("http://example.com/admin"), None);
/// ```
#[must_use]
pub fn normalize_path(path: &str) -> Option<String> {
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let decoded = decode_percent(path.get(..end)?)?;
    if decoded.contains('\0') || has_escaped_separator(&decoded) {
        return None;
    }
    let slashed = decoded.replace('\\', "/");
    slashed.starts_with('/').then(|| clean(&slashed))
}

/// Decodes each `%XX` once. `None` for an incomplete escape, and for bytes that are no
/// UTF-8 afterwards.
fn decode_percent(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            decoded.push(u8::try_from(high << 4 | low).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

/// Whether a decoded path still hides a dot, slash or backslash behind an escape.
fn has_escaped_separator(path: &str) -> bool {
    path.as_bytes().windows(3).any(|window| {
        matches!(
            window.to_ascii_lowercase().as_slice(),
            b"%2e" | b"%2f" | b"%5c"
        )
    })
}

/// Drops matrix parameters, empty segments and `.`, and resolves `..` (above the root it
/// stays at the root).
fn clean(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment.split(';').next().unwrap_or_default() {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    format!("/{}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_at_a_segment() {
        let rule = HttpMatch {
            methods: Vec::new(),
            paths: vec![PathMatch::Prefix("/foo".to_owned())],
        };
        for path in ["/foo", "/foo/", "/foo/bar", "/x/../foo?a#b", "//foo"] {
            assert!(rule.matches_path(path), "{path}");
        }
        for path in ["/foobar", "/", "/foo/../bar", "foo", "/foo%00"] {
            assert!(!rule.matches_path(path), "{path}");
        }
    }

    #[test]
    fn the_prefix_of_the_root_is_every_path() {
        let root = PathMatch::Prefix("/".to_owned());
        assert!(root.matches("/"));
        assert!(root.matches("/foo"));
    }

    #[test]
    fn methods_keep_their_case() {
        let rule = |method: &str| HttpMatch {
            methods: vec![method.to_owned()],
            paths: Vec::new(),
        };
        assert!(rule("GET").matches_method("GET"));
        assert!(!rule("get").matches_method("GET"));
        assert!(rule("*").matches_method("BREW"));
    }

    #[test]
    fn a_path_without_a_normal_form_matches_no_path_but_satisfies_no_path_rule() {
        let request = HttpRequest {
            method: "GET",
            path: "/%zz",
        };
        assert!(HttpMatch::default().matches(&request));
        let any_path = HttpMatch {
            methods: Vec::new(),
            paths: vec![PathMatch::Prefix("/".to_owned())],
        };
        assert!(!any_path.matches(&request));
    }
}
