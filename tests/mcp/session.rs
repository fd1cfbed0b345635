//! A client to the line: what it sends and receives is what a pipe carries.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, ExitStatus, Stdio};

use serde_json::{Value, json};

use crate::command::menuscope;

/// A server, and what it was told and has said.
pub(crate) struct Session {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// Messages that came while another one was waited for.
    waiting: VecDeque<Value>,
    last_id: u64,
    /// Says in each request what the protocol's newest version wants said there.
    pub(crate) modern: bool,
}

pub(crate) fn initialize_params(version: &str) -> Value {
    json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": { "name": "test", "version": "1" } })
}

/// Writes all lines and the end of input at once; gives what came, each line of it a message.
pub(crate) fn piped(data: &Path, arguments: &[&str], lines: &[Value]) -> Vec<Value> {
    let mut child =
        menuscope(data, &[&["mcp"], arguments].concat()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let text: String = lines.iter().flat_map(|line| [line.to_string(), "\n".to_owned()]).collect();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

impl Session {
    pub(crate) fn start(data: &Path, arguments: &[&str]) -> Self {
        let mut command = menuscope(data, &[&["mcp"], arguments].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output, waiting: VecDeque::new(), last_id: 0, modern: false }
    }

    /// Shakes hands; gives the server's part.
    pub(crate) fn initialize(&mut self, version: &str) -> Value {
        let answer = self.request("initialize", initialize_params(version));
        self.notify("notifications/initialized", json!({}));
        answer["result"].clone()
    }

    pub(crate) fn line(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(line.as_bytes()).unwrap();
        input.write_all(b"\n").unwrap();
        input.flush().unwrap();
    }

    #[expect(clippy::needless_pass_by_value, reason = "a call reads better without a borrow of what it makes")]
    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.line(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string());
    }

    pub(crate) fn send(&mut self, method: &str, mut params: Value) -> u64 {
        self.last_id += 1;
        if self.modern {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
                "io.modelcontextprotocol/clientCapabilities": {},
            });
        }
        let id = self.last_id;
        self.line(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string());
        id
    }

    /// The next line, whatever it is.
    pub(crate) fn next_message(&mut self) -> Value {
        if let Some(message) = self.waiting.pop_front() {
            return message;
        }
        let mut line = String::new();
        assert!(self.output.read_line(&mut line).unwrap() > 0, "the server has ended");
        let message: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not of the protocol: {line}"));
        assert_eq!(message["jsonrpc"], "2.0", "{message}");
        message
    }

    /// The answer to that request; everything else is kept.
    pub(crate) fn answer_to(&mut self, id: u64) -> Value {
        let mut others = VecDeque::new();
        loop {
            let message = self.next_message();
            if message["id"] == json!(id) && message.get("method").is_none() {
                others.append(&mut self.waiting);
                self.waiting = others;
                return message;
            }
            others.push_back(message);
        }
    }

    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params);
        self.answer_to(id)
    }

    #[expect(clippy::needless_pass_by_value, reason = "a call reads better without a borrow of what it makes")]
    pub(crate) fn send_call(&mut self, tool: &str, arguments: Value, progress: Option<&str>) -> u64 {
        let mut params = json!({ "name": tool, "arguments": arguments });
        if let Some(token) = progress {
            params["_meta"] = json!({ "progressToken": token });
        }
        self.send("tools/call", params)
    }

    /// What a tool answers; fails with the tool's own words where it does.
    pub(crate) fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let id = self.send_call(tool, arguments, None);
        let answer = self.answer_to(id);
        let result = &answer["result"];
        assert_eq!(result["isError"], false, "{tool}: {answer}");
        let text = result["content"][0]["text"].as_str().unwrap();
        assert_eq!(serde_json::from_str::<Value>(text).unwrap(), result["structuredContent"], "{tool}");
        result["structuredContent"].clone()
    }

    /// What a tool says where it fails.
    pub(crate) fn failure(&mut self, tool: &str, arguments: Value) -> String {
        let id = self.send_call(tool, arguments, None);
        let answer = self.answer_to(id);
        assert_eq!(answer["result"]["isError"], true, "{tool}: {answer}");
        answer["result"]["content"][0]["text"].as_str().unwrap().to_owned()
    }

    /// Ends the input; gives how the server ended, and what it said meanwhile.
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        drop(self.input.take());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap(), rest)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.input.take());
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
