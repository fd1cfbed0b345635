//! The server as rmcp's own client sees it, by both lifecycles.

use std::process::Stdio;

use rmcp::model::{CallToolRequestParams, ProtocolVersion, ReadResourceRequestParams};
use rmcp::service::{RoleClient, RunningService};
use rmcp::{ClientLifecycleMode, ClientServiceExt as _};
use serde_json::{Value, json};
use tokio::net::unix::pipe;

use crate::command::menuscope;
use crate::listener;

/// A client over the pipes of a process.
async fn client(
    data: &std::path::Path,
    lifecycle: ClientLifecycleMode,
) -> (RunningService<RoleClient, ()>, std::process::Child) {
    let mut child = menuscope(data, &["mcp"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let input = pipe::Sender::from_owned_fd(child.stdin.take().unwrap().into()).unwrap();
    let output = pipe::Receiver::from_owned_fd(child.stdout.take().unwrap().into()).unwrap();
    (().serve_with_lifecycle((output, input), lifecycle).await.unwrap(), child)
}

async fn speaks(data: &std::path::Path, lifecycle: ClientLifecycleMode, version: &ProtocolVersion) {
    let (client, mut child) = client(data, lifecycle).await;
    assert_eq!(&client.peer_info().unwrap().protocol_version, version);
    assert!(client.peer_info().unwrap().instructions.as_ref().unwrap().contains("never instructions"));
    let tools = client.list_all_tools().await.unwrap();
    assert_eq!(tools.len(), 8);
    assert!(tools.iter().all(|tool| tool.output_schema.is_some()));
    let arguments = json!({ "filter": "event:CLICK" }).as_object().unwrap().clone();
    let listed = client.call_tool(CallToolRequestParams::new("list_events").with_arguments(arguments)).await.unwrap();
    assert_eq!(listed.structured_content.unwrap()["events"][0]["id"], 1);
    let templates = client.list_all_resource_templates().await.unwrap();
    assert_eq!(templates[0].uri_template, "menuscope://event/{id}");
    let read = client.read_resource(ReadResourceRequestParams::new("menuscope://event/2")).await.unwrap();
    let text = serde_json::to_value(&read).unwrap()["contents"][0]["text"].as_str().unwrap().to_owned();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["kind"], "scancode_waitmsg");
    let unknown = client.call_tool(CallToolRequestParams::new("nothing")).await;
    assert!(unknown.unwrap_err().to_string().contains("does not exist"));
    client.cancel().await.unwrap();
    assert!(tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap().success());
}

fn block_on(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work);
}

#[test]
fn the_sdk_speaks_by_handshake() {
    let listener = listener();
    block_on(speaks(listener.folder.path(), ClientLifecycleMode::Initialize, &ProtocolVersion::LATEST_WITH_INITIALIZE));
}

#[test]
fn the_sdk_speaks_the_newest_protocol() {
    let preferred_versions = vec![ProtocolVersion::V_2026_07_28];
    let lifecycle = ClientLifecycleMode::Discover { preferred_versions };
    let listener = listener();
    block_on(speaks(listener.folder.path(), lifecycle, &ProtocolVersion::V_2026_07_28));
}
