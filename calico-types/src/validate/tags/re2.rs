//! Regular expressions as Go's `regexp` takes them: the syntax of RE2.
//!
//! Felix compiles the patterns of its configuration with Go, so what counts is
//! what Go compiles. Against other dialects: no look-around and no back
//! references, no repetition of a repetition (`a**`), none above 1000, `{` may
//! stand for itself. Nothing here recurses, and the cost is linear.

/// How often something may be repeated, all repetitions around it multiplied.
const MOST_REPEATED: u32 = 1000;
/// How deep groups may nest.
const DEEPEST: usize = 1000;

/// Whether Go compiles the text.
pub(super) fn is_re2(text: &str) -> bool {
    let mut groups = Groups::default();
    let mut rest = Scanner {
        text,
        no_posix: false,
    };
    while !rest.is_empty() {
        if step(&mut rest, &mut groups).is_none() {
            return false;
        }
    }
    groups.open.is_empty()
}

/// What has been read so far of the group that is open.
#[derive(Clone, Copy)]
struct Group {
    /// Whether there is something before this place to repeat.
    repeatable: bool,
    /// How often the last thing is repeated at most, and the most of them all.
    last: u32,
    most: u32,
}

impl Default for Group {
    fn default() -> Self {
        Self {
            repeatable: false,
            last: 1,
            most: 1,
        }
    }
}

#[derive(Default)]
struct Groups {
    now: Group,
    /// The groups around this one, outermost first.
    open: Vec<Group>,
    /// Whether what was read last is a repetition.
    repeated: bool,
}

impl Groups {
    /// Something that can be repeated.
    fn item(&mut self) {
        self.now.repeatable = true;
        self.now.last = 1;
    }

    fn enter(&mut self) -> Option<()> {
        (self.open.len() < DEEPEST).then(|| self.open.push(std::mem::take(&mut self.now)))
    }

    fn leave(&mut self) -> Option<()> {
        let inner = std::mem::replace(&mut self.now, self.open.pop()?);
        self.now.repeatable = true;
        self.now.last = inner.most;
        self.now.most = self.now.most.max(inner.most);
        Some(())
    }

    /// A repetition of what was read last, at most `times` as often.
    fn repeat(&mut self, times: u32) -> Option<()> {
        if self.repeated || !self.now.repeatable {
            return None;
        }
        self.now.last = self.now.last.checked_mul(times.max(1))?;
        self.now.most = self.now.most.max(self.now.last);
        (times < 2 || self.now.last <= MOST_REPEATED).then_some(())
    }
}

/// The next element of an expression.
fn step(rest: &mut Scanner<'_>, groups: &mut Groups) -> Option<()> {
    let mut repeats = false;
    match rest.next()? {
        '(' if rest.take("?") => flags(rest, groups)?,
        '(' => groups.enter()?,
        ')' => groups.leave()?,
        '|' => groups.now.repeatable = false,
        '[' => {
            class(rest)?;
            groups.item();
        }
        '*' | '+' | '?' => {
            rest.take("?");
            groups.repeat(1)?;
            repeats = true;
        }
        '{' => match rest.count() {
            Some((min, max)) => {
                rest.take("?");
                groups.repeat(bound(min, max)?)?;
                repeats = true;
            }
            None => groups.item(),
        },
        '\\' => escape(rest, groups)?,
        _ => groups.item(),
    }
    groups.repeated = repeats;
    Some(())
}

/// The bound of `{min}`, `{min,}` and `{min,max}`.
fn bound(min: u32, max: Option<u32>) -> Option<u32> {
    let fits = min <= MOST_REPEATED && max.is_none_or(|max| min <= max && max <= MOST_REPEATED);
    fits.then(|| max.unwrap_or(min))
}

/// What follows `(?`: a name, flags, or flags of a group.
fn flags(rest: &mut Scanner<'_>, groups: &mut Groups) -> Option<()> {
    if rest.take("P<") || rest.take("<") {
        let name = rest.until(">")?;
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(word) {
            return None;
        }
        return groups.enter();
    }
    let (mut negated, mut flagged) = (false, false);
    loop {
        match rest.next()? {
            'i' | 'm' | 's' | 'U' => flagged = true,
            '-' if !negated => (negated, flagged) = (true, false),
            ':' if !negated || flagged => return groups.enter(),
            ')' if !negated || flagged => return Some(()),
            _ => return None,
        }
    }
}

/// What follows a backslash outside a class.
fn escape(rest: &mut Scanner<'_>, groups: &mut Groups) -> Option<()> {
    if rest.take("Q") {
        // Without an end it reaches to the end.
        let literal = rest.until("\\E").unwrap_or_else(|| rest.all());
        if !literal.is_empty() {
            groups.item();
        }
        return Some(());
    }
    if !["A", "b", "B", "z"].iter().any(|word| rest.take(word)) {
        class_escape(rest).unwrap_or_else(|| rest.character().map(drop))?;
    }
    groups.item();
    Some(())
}

/// `\d` and its kin, and `\p{Greek}`; the inner `None` for one that is wrong,
/// the outer for something else.
fn class_escape(rest: &mut Scanner<'_>) -> Option<Option<()>> {
    let perl = ["d", "D", "s", "S", "w", "W"];
    if perl.iter().any(|class| rest.take(class)) {
        return Some(Some(()));
    }
    (rest.take("p") || rest.take("P")).then(|| unicode_class(rest))
}

fn unicode_class(rest: &mut Scanner<'_>) -> Option<()> {
    let name = if rest.take("{") {
        rest.until("}")?.to_owned()
    } else {
        rest.next()?.to_string()
    };
    let name = name.strip_prefix('^').unwrap_or(&name);
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let known = |class: &str| regex_syntax::Parser::new().parse(class).is_ok();
    (!name.is_empty() && name.chars().all(word) && known(&format!("\\p{{{name}}}"))).then_some(())
}

/// What follows `[`.
fn class(rest: &mut Scanner<'_>) -> Option<()> {
    rest.take("^");
    let mut first = true;
    while first || !rest.take("]") {
        first = false;
        if let Some(name) = rest.posix_class() {
            POSIX
                .contains(&name.strip_prefix('^').unwrap_or(name))
                .then_some(())?;
            continue;
        }
        let low = match rest.next()? {
            '\\' => match class_escape(rest) {
                Some(known) => {
                    known?;
                    continue;
                }
                None => rest.character()?,
            },
            c => c,
        };
        if rest.text.starts_with('-') && !rest.text.starts_with("-]") && rest.text.len() > 1 {
            rest.next()?;
            let high = match rest.next()? {
                '\\' => rest.character()?,
                c => c,
            };
            (low <= high).then_some(())?;
        }
    }
    Some(())
}

const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// What is left of an expression.
struct Scanner<'a> {
    text: &'a str,
    /// Nothing further on ends a class such as `[:alpha:]`; looked for once.
    no_posix: bool,
}

impl<'a> Scanner<'a> {
    const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.text.chars();
        let next = chars.next();
        self.text = chars.as_str();
        next
    }

    /// Takes a word, if it is there.
    fn take(&mut self, word: &str) -> bool {
        let rest = self.text.strip_prefix(word);
        self.text = rest.unwrap_or(self.text);
        rest.is_some()
    }

    /// Takes what is before a word, and the word.
    fn until(&mut self, word: &str) -> Option<&'a str> {
        let (before, after) = self.text.split_once(word)?;
        self.text = after;
        Some(before)
    }

    fn all(&mut self) -> &'a str {
        std::mem::take(&mut self.text)
    }

    /// `[:name:]`, without its brackets.
    fn posix_class(&mut self) -> Option<&'a str> {
        let inner = self.text.strip_prefix("[:").filter(|_| !self.no_posix)?;
        let Some((name, after)) = inner.split_once(":]") else {
            self.no_posix = true;
            return None;
        };
        self.text = after;
        Some(name)
    }

    /// What follows `{` of a repetition, up to its `}`; otherwise the brace
    /// stands for itself. Numbers too large to read are above every bound.
    fn count(&mut self) -> Option<(u32, Option<u32>)> {
        let end = self.text.find(|c: char| !c.is_ascii_digit() && c != ',')?;
        let (count, after) = self.text.split_at(end);
        let after = after.strip_prefix('}')?;
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let plain = digits && (text.len() == 1 || !text.starts_with('0'));
            plain.then(|| text.parse().unwrap_or(u32::MAX))
        };
        let count = match count.split_once(',') {
            None => number(count).map(|exact| (exact, Some(exact))),
            Some((min, "")) => number(min).map(|min| (min, None)),
            Some((min, max)) => number(min).zip(number(max).map(Some)),
        }?;
        self.text = after;
        Some(count)
    }

    /// The character that an escape stands for.
    fn character(&mut self) -> Option<char> {
        match self.next()? {
            first @ '0'..='7' => self.octal(first),
            'x' => self.hexadecimal(),
            'a' => Some('\x07'),
            'f' => Some('\x0c'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\x0b'),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(c),
            _ => None,
        }
    }

    /// Up to three octal digits. One alone, other than zero, would refer back.
    fn octal(&mut self, first: char) -> Option<char> {
        let mut value = first.to_digit(8)?;
        let mut length = 1;
        while let Some(digit) = self.text.chars().next().and_then(|c| c.to_digit(8))
            && length < 3
        {
            value = value * 8 + digit;
            length += 1;
            self.next()?;
        }
        (first == '0' || length > 1).then(|| char::from_u32(value))?
    }

    fn hexadecimal(&mut self) -> Option<char> {
        let digits = if self.take("{") {
            self.until("}")?.to_owned()
        } else {
            let digits: [Option<char>; 2] = [self.next(), self.next()];
            digits.into_iter().collect::<Option<String>>()?
        };
        let hexadecimal = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let digits = digits.trim_start_matches('0');
        let value = match digits {
            "" => 0,
            digits => u32::from_str_radix(digits, 16).ok()?,
        };
        // Go compares surrogates as numbers; the last one stands for them all.
        let character = char::from_u32(value).or((value <= 0x10_ffff).then_some('\u{d7ff}'));
        character.filter(|_| hexadecimal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Verdicts follow from the syntax of `regexp/syntax`, Go 1.24.
    #[test]
    fn takes_what_go_compiles() {
        for text in [
            "",
            "eth.*",
            "^(en.*|eth.*|tunl0$)",
            "a|b||",
            "()",
            "(|a)*",
            "^*",
            "a{,2}",
            "a{",
            "{",
            "a{1,2",
            "x{2}y{1000}",
            "(x{2}){500}",
            "x{01}",
            "(?i)a(?i:b)(?-s)(?i-s:c)",
            "(?P<name>a)(?<other>b)",
            "(?)",
            r"\d\pN\p{Greek}\P{^L}[\d\pL]",
            r"\Qa.b",
            r"\Q*\E*",
            r"\x41\x{10FFFF}\07\12\_\ \-",
            "[]a]",
            "[^]a]",
            "[a-]",
            "[-a]",
            "[[:alpha:][:^digit:]]",
            "[[:x]",
            "[a&&b]",
            "]",
            "a*?",
            "a{2}?",
        ] {
            assert!(is_re2(text), "{text}");
        }
    }

    #[test]
    fn refuses_what_go_does_not_compile() {
        for text in [
            "*",
            "a**",
            "a*+",
            "a{2}{3}",
            "a*??",
            "(*a)",
            "a|*",
            "(",
            "a)",
            "[",
            "[a",
            "[]",
            "[^]",
            "[b-a]",
            "[a--]b",
            "[[:foo:]]",
            "a{1001}",
            "a{2,1}",
            "a{0,1001}",
            "(x{100}){11}",
            "(?=a)",
            "(?!a)",
            "(?<=a)",
            "(?x)a",
            "(?-)",
            "(?P<>a)",
            "(?P<a b>c)",
            "(?P=name)",
            r"\1",
            r"\8",
            r"\Z",
            r"\u0041",
            r"\C",
            r"\e",
            r"\",
            r"\x4",
            r"\x{}",
            r"\x{110000}",
            r"\p{Klingon}",
            r"\pQ",
        ] {
            assert!(!is_re2(text), "{text}");
        }
    }

    #[test]
    fn ends_soon_however_deep() {
        assert!(is_re2(&("(".repeat(1000) + &")".repeat(1000))));
        assert!(!is_re2(&"(".repeat(1_000_000)));
        assert!(!is_re2(&"[".repeat(1_000_000)));
        assert!(is_re2(&"a|".repeat(1_000_000)));
        assert!(is_re2(&"{1".repeat(1_000_000)));
        assert!(!is_re2(&"[[:".repeat(1_000_000)));
    }
}
