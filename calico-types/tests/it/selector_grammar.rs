//! The grammar of selectors, line by line: what Calico's tokenizer and parser take
//! and what they refuse, where a reader of the grammar could be of two minds.

use std::collections::BTreeMap;

use calico_types::selector::{MAX_DEPTH, MAX_LABEL_LENGTH, Selector};

#[track_caller]
fn accepted(texts: &[(&str, &str)]) {
    for (text, canonical) in texts {
        match Selector::parse(text) {
            Ok(selector) => assert_eq!(selector.to_string(), *canonical, "{text:?}"),
            Err(error) => unreachable!("{text:?} is a selector: {error}"),
        }
    }
}

#[track_caller]
fn refused(texts: &[&str]) {
    for text in texts {
        let parsed = Selector::parse(text);
        assert!(parsed.is_err(), "{text:?} is no selector: {parsed:?}");
    }
}

#[test]
fn blanks_are_space_and_tab() {
    accepted(&[
        ("", "all()"),
        (" \t ", "all()"),
        ("\ta\t==\t'b'\t", r#"a == "b""#),
        ("a=='b'", r#"a == "b""#),
        ("a in{'b'}", r#"a in {"b"}"#),
        ("has(\t a )", "has(a)"),
        ("all( \t)", "all()"),
        ("global( )", "global()"),
        // Inside of a string everything stands for itself.
        ("a == ' \n\r\u{a0}'", "a == \" \n\r\u{a0}\""),
    ]);
    refused(&[
        "\n",
        "a\n== 'b'",
        "a == 'b'\r",
        "\u{a0}a == 'b'",
        "a == 'b'\u{b}",
        "a\u{3000}== 'b'",
        "has\t(a)",
        "all ()",
        "global ()",
        "a = = 'b'",
        "a ! = 'b'",
        "a == 'b' & & c == 'd'",
        "a == 'b' | | c == 'd'",
    ]);
}

#[test]
fn labels_are_ascii_and_have_a_length() {
    accepted(&[
        ("-a == 'b'", r#"-a == "b""#),
        ("/ == 'b'", r#"/ == "b""#),
        ("0.9_/-Z == 'b'", r#"0.9_/-Z == "b""#),
        ("has(-)", "has(-)"),
        ("has(in)", "has(in)"),
    ]);
    refused(&[
        "ä == 'b'",
        "a+b == 'c'",
        "a@b == 'c'",
        "a: 'b'",
        "has(ä)",
        "has()",
        "has( )",
        "has(a b)",
        "has('a')",
        "has(a,b)",
        "'a' == 'b'",
    ]);
    let long = |n: usize| "x".repeat(n);
    assert!(Selector::parse(&format!("{} == 'b'", long(MAX_LABEL_LENGTH))).is_ok());
    assert!(Selector::parse(&format!("{} == 'b'", long(MAX_LABEL_LENGTH + 1))).is_err());
    // Strings have none.
    assert!(Selector::parse(&format!("a == '{}'", long(100_000))).is_ok());
}

#[test]
fn words_are_operators_only_after_a_label() {
    accepted(&[
        ("in in {'in'}", r#"in in {"in"}"#),
        ("not not in {'not'}", r#"not not in {"not"}"#),
        ("not notin {}", "not not in {}"),
        (
            "contains contains 'contains'",
            r#"contains contains "contains""#,
        ),
        ("starts starts with 's'", r#"starts starts with "s""#),
        ("ends endswith 'e'", r#"ends ends with "e""#),
        ("with == 'w'", r#"with == "w""#),
        ("has == 'h'", r#"has == "h""#),
        ("all != 'a'", r#"all != "a""#),
        ("global in {'g'}", r#"global in {"g"}"#),
        ("has(has) && has(all)", "(has(has) && has(all))"),
        ("hasx == 'y'", r#"hasx == "y""#),
        ("a contains'b'", r#"a contains "b""#),
        ("a starts\t with'b'", r#"a starts with "b""#),
        ("a not\t in{'b'}", r#"a not in {"b"}"#),
        // A longer word is a label, where a label may stand.
        (
            "inner == 'x' && notin == 'y'",
            r#"(inner == "x" && notin == "y")"#,
        ),
    ]);
    refused(&[
        "a IN {'b'}",
        "a Contains 'b'",
        "HAS(a)",
        "ALL()",
        "a inn {'b'}",
        "a in2 {'b'}",
        "a containsx 'b'",
        "a contains.b 'b'",
        "a startswithx 'b'",
        "a starts 'b'",
        "a with 'b'",
        "a not 'b'",
        "a not contains 'b'",
        "a no in {'b'}",
        "a has(b)",
        "a all()",
        "in {'a'}",
        "== 'b'",
        "a and b",
        "a == 'b' and c == 'd'",
    ]);
}

#[test]
fn strings_have_no_escapes_and_either_quote() {
    accepted(&[
        ("a == ''", r#"a == """#),
        ("a == \"it's\"", "a == \"it's\""),
        ("a == 'say \"hi\"'", "a == 'say \"hi\"'"),
        (r"a == '\'", r#"a == "\""#),
        (r"a == '\\n'", r#"a == "\\n""#),
        ("a == '&& ) } has('", r#"a == "&& ) } has(""#),
        ("a == '\u{0}'", "a == \"\u{0}\""),
        ("a == 'ü\u{1f600}'", "a == \"ü\u{1f600}\""),
    ]);
    refused(&[
        "a == '",
        "a == 'b",
        "a == \"b'",
        r"a == '\''",
        "a == 'b''c'",
        "a == b",
        "a == 5",
        "a == `b`",
        "a == “b”",
        "a == 'b' 'c'",
        "a in 'b'",
        "a == {'b'}",
    ]);
}

#[test]
fn sets_may_be_empty_and_end_with_a_comma() {
    accepted(&[
        ("a in {}", "a in {}"),
        ("a in { }", "a in {}"),
        ("a not in {}", "a not in {}"),
        ("a in {'b',}", r#"a in {"b"}"#),
        ("a in {'c' , 'b','c'}", r#"a in {"b", "c"}"#),
        // Sorted by bytes.
        (
            "a in {'b', 'B', 'ä', '', '10', '9'}",
            r#"a in {"", "10", "9", "B", "b", "ä"}"#,
        ),
        ("a in {'}', ','}", r#"a in {",", "}"}"#),
    ]);
    refused(&[
        "a in {,}",
        "a in {,'b'}",
        "a in {'b',,}",
        "a in {'b' 'c'}",
        "a in {b}",
        "a in {'b'",
        "a in {'b',",
        "a in ('b')",
        "a in ['b']",
        "a in",
        "a in {'b'}}",
        "a in {{'b'}}",
        "a in {'b'} {'c'}",
    ]);
}

#[test]
fn conjunction_binds_before_disjunction_and_negation_before_both() {
    accepted(&[
        (
            "has(a) || has(b) && has(c) || has(d)",
            "(has(a) || (has(b) && has(c)) || has(d))",
        ),
        ("has(a)&&has(b)||has(c)", "((has(a) && has(b)) || has(c))"),
        ("!a == 'b' && has(c)", r#"(!a == "b" && has(c))"#),
        ("!(has(a) && has(b))", "!(has(a) && has(b))"),
        ("! ! \t!has(a)", "!has(a)"),
        ("!!!!has(a)", "has(a)"),
        ("!(!(!has(a)))", "!!!has(a)"),
        ("((((has(a)))))", "has(a)"),
        (
            "(has(a) && has(b)) && has(c)",
            "((has(a) && has(b)) && has(c))",
        ),
        ("!all()", "!all()"),
        ("!global() || all()", "(!global() || all())"),
    ]);
    refused(&[
        "has(a) &&",
        "has(a) ||",
        "&& has(a)",
        "|| has(a)",
        "has(a) && && has(b)",
        "has(a) || && has(b)",
        "has(a) & has(b)",
        "has(a) | has(b)",
        "has(a) has(b)",
        "!",
        "has(a) !",
        "has(a) && !",
        "()",
        "(",
        ")",
        "(has(a)",
        "has(a))",
        "!()",
        "all()all()",
        "all",
        "a",
        "a ==",
        "a !",
        "has(a",
        "all(a)",
        "global('x')",
        "any()",
        "none()",
    ]);
}

/// Canonicalising twice is not canonicalising once, for nested negation only; ids
/// differ with the form.
#[test]
fn forms_and_ids_of_nested_negation() {
    let id = |text: &str| Selector::parse(text).map(|s| s.unique_id());
    let nested = Selector::parse("!(!has(a))").map(|s| s.to_string());
    assert_eq!(nested.as_deref(), Ok("!!has(a)"));
    assert_ne!(id("!(!has(a))"), id("!!has(a)"));
    assert_eq!(id("!!has(a)"), id("has(a)"));
    assert_ne!(id("has(a) && has(b)"), id("has(b) && has(a)"));
    assert_eq!(id(""), id("  all( ) "));
    assert_ne!(id("all()"), id("global()"));
}

#[test]
fn nesting_ends_at_the_limit_however_it_is_written() {
    let nested =
        |open: &str, n: usize, close: &str| format!("{}has(a){}", open.repeat(n), close.repeat(n));
    assert!(Selector::parse(&nested("(", MAX_DEPTH, ")")).is_ok());
    assert!(Selector::parse(&nested("(", MAX_DEPTH + 1, ")")).is_err());
    assert!(Selector::parse(&nested("!(", MAX_DEPTH - 1, ")")).is_ok());
    assert!(Selector::parse(&nested("!(", MAX_DEPTH + 1, ")")).is_err());
    // Neither length nor width has one.
    let wide = vec!["has(a)"; 50_000].join(" && ");
    assert!(Selector::parse(&wide).is_ok());
    for open in ["(", "!(", "has(a) && (", "!", "a in {'b'", "all("] {
        let _ = Selector::parse(&open.repeat(100_000));
    }
}

#[test]
fn values_are_compared_byte_by_byte() {
    let labels: BTreeMap<&str, &str> = BTreeMap::from([("a", "Grün"), ("empty", "")]);
    for (text, expected) in [
        ("a == 'Grün'", true),
        ("a == 'grün'", false),
        ("a == 'Gru\u{308}n'", false),
        ("a contains 'ü'", true),
        ("a starts with 'Gr'", true),
        ("a ends with 'ün'", true),
        ("a contains ''", true),
        ("b contains ''", false),
        ("empty == ''", true),
        ("has(empty)", true),
        ("b == ''", false),
        ("b != ''", true),
        ("b not in {''}", true),
        ("empty not in {''}", false),
        ("a in {}", false),
        ("a not in {}", true),
        ("b not in {}", true),
        ("!b contains 'x'", true),
        ("A == 'Grün'", false),
        ("global()", true),
        ("!global()", false),
    ] {
        let selector = Selector::parse(text);
        assert_eq!(selector.map(|s| s.matches(&labels)), Ok(expected), "{text}");
    }
}
