//! Asking a running speaker, and showing what it says as people know it from other daemons.

use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;

use serde_json::Value;

use crate::daemon::Question;

/// What a speaker answers over its local socket.
///
/// # Errors
///
/// There is no speaker at `socket`, or it goes away.
pub fn ask(socket: &Path, question: &Question) -> io::Result<String> {
    let mut stream = UnixStream::connect(socket)?;
    writeln!(stream, "{question}")?;
    stream.shutdown(Shutdown::Write)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// The answer to a question for people; text that is no JSON stays as it is.
#[must_use]
pub fn shown(question: &Question, answer: &str) -> String {
    let Ok(document) = serde_json::from_str::<Value>(answer) else {
        return answer.to_owned();
    };
    match question {
        Question::Everything => sessions(&document) + "\n" + &routes(&document),
        Question::Status => sessions(&document),
        Question::Routes(_) => routes(&document),
        Question::Explain(_) => lines(&document),
        Question::Metrics => answer.to_owned(),
        Question::Refresh(_) => refreshed(&document),
    }
}

fn sessions(document: &Value) -> String {
    let mut rows =
        vec![["Peer", "AS", "State", "Up/Down", "Received", "Sent", "Name"].map(str::to_owned)];
    let list = document["sessions"].as_array();
    for session in list.into_iter().flatten() {
        let age = match session["uptime"].is_null() {
            true => &session["lastErrorAge"],
            false => &session["uptime"],
        };
        rows.push([
            peer(&session["remote"]),
            text(&session["peerAs"]),
            text(&session["state"]),
            age.as_u64().map_or("never".to_owned(), duration),
            text(&session["received"]),
            text(&session["sent"]),
            text(&session["name"]),
        ]);
    }
    let mut out = columns(&rows);
    for session in list.into_iter().flatten() {
        if let (true, Some(error)) = (session["uptime"].is_null(), session["lastError"].as_str()) {
            out.push_str(&format!("{}: {error}\n", peer(&session["remote"])));
        }
    }
    out
}

/// Best routes begin with an asterisk.
fn routes(document: &Value) -> String {
    let mut rows =
        vec![["", "Network", "Next Hop", "From", "LocPrf", "MED", "Path"].map(str::to_owned)];
    for route in document["routes"].as_array().into_iter().flatten() {
        // A list of best routes does not say that they are.
        let best = route["best"].as_bool().unwrap_or(true);
        let stale = route["stale"].as_bool().unwrap_or_default();
        let path = format!("{} {}", text(&route["asPath"]), text(&route["origin"]));
        rows.push([
            format!(
                "{}{}",
                if best { "*" } else { "" },
                if stale { "S" } else { "" }
            ),
            text(&route["prefix"]),
            text(&route["nextHop"]),
            text(&route["from"]),
            text(&route["localPref"]),
            text(&route["med"]),
            path.trim().to_owned(),
        ]);
    }
    columns(&rows)
}

fn refreshed(document: &Value) -> String {
    let peer = text(&document["peer"]);
    if let Some(error) = document["error"].as_str() {
        return format!("{peer}: {error}\n");
    }
    let asked = document["asked"].as_array().into_iter().flatten();
    let asked: Vec<&str> = asked.filter_map(Value::as_str).collect();
    format!("{peer} is asked for its routes of {}\n", asked.join(", "))
}

fn lines(document: &Value) -> String {
    let list = document["routes"].as_array().into_iter().flatten();
    let lines: Vec<&str> = list.filter_map(Value::as_str).collect();
    match lines.is_empty() {
        true => "there is no route\n".to_owned(),
        false => lines.join("\n") + "\n",
    }
}

/// Without the port, which is BGP's.
fn peer(remote: &Value) -> String {
    let remote = text(remote);
    let address = remote.parse::<std::net::SocketAddr>();
    address.map_or(remote, |address| address.ip().to_string())
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// `00:02:13`, and `3d04h` from a day on.
fn duration(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours / 24 {
        0 => format!("{hours:02}:{minutes:02}:{rest:02}"),
        days => format!("{days}d{:02}h", hours % 24),
    }
}

/// Cells under one another.
fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut out = String::new();
    for row in rows {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn durations() {
        let shown = [0, 133, 86_399, 86_400 * 3 + 3600 * 4].map(duration);
        assert_eq!(shown, ["00:00:00", "00:02:13", "23:59:59", "3d04h"]);
    }

    #[test]
    fn a_session_that_is_down_says_why() {
        let answer = json!({"sessions": [
            {"remote": "192.0.2.1:179", "peerAs": 64512, "state": "Established", "uptime": 5,
             "received": 2, "sent": 1, "name": "up", "lastError": "long ago"},
            {"remote": "[2001:db8::1]:179", "peerAs": null, "state": "Active", "uptime": null,
             "received": 0, "sent": 0, "name": "down", "lastError": "hold timer expired",
             "lastErrorAge": 61},
        ]});
        let text = shown(&Question::Status, &answer.to_string());
        let lines: Vec<&str> = text.lines().collect();
        let [_, up, down, why] = lines.as_slice() else {
            panic!("{text}");
        };
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(up), "192.0.2.1 64512 Established 00:00:05 2 1 up");
        assert_eq!(words(down), "2001:db8::1 - Active 00:01:01 0 0 down");
        assert_eq!(*why, "2001:db8::1: hold timer expired");
    }

    #[test]
    fn text_stays_as_it_is() {
        assert_eq!(shown(&Question::Metrics, "up 1\n"), "up 1\n");
        assert_eq!(shown(&Question::Status, "no JSON"), "no JSON");
    }
}
