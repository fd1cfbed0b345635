"""Drives `menuscope mcp` with the Python SDK, which checks each answer against the tool's outputSchema.

client.py PROGRAM DATA MODE EXPORTS prints one JSON object about what happened.
"""

import json
import sys

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters

PROGRAM, DATA, MODE, EXPORTS = sys.argv[1:]

CALLS = [
    ("status", {}),
    ("list_events", {"limit": 2}),
    ("get_event", {"id": 1}),
    ("wait_for_event", {"after": 0}),
    ("explain_event", {"id": 2}),
    ("lint_reply", {"body": "<xml></xml>", "for": 1}),
    ("compare_events", {"a": 1, "b": 2}),
    ("doctor", {}),
    ("send_event", {"event": "CLICK", "to": "dev"}),
    ("replay", {"ids": [1], "to": "dev"}),
    ("export_fixture", {"filter": "id:1", "format": "pack", "out": "one"}),
]


async def main():
    told = {"called": [], "errors": [], "progress": []}
    parameters = StdioServerParameters(
        command=PROGRAM, args=["--data", DATA, "mcp", "--allow-send", "--export-dir", EXPORTS], env={"LANG": "C"}
    )
    async with Client(parameters, mode=MODE) as client:
        told["version"] = client.protocol_version
        told["tools"] = [tool.name for tool in (await client.list_tools()).tools]
        for name, arguments in CALLS:
            result = await client.call_tool(name, arguments)
            told["called"].append(name)
            if result.is_error:
                told["errors"].append([name, result.content[0].text])
        told["content"] = (await client.call_tool("get_event", {"id": 3})).structured_content["event"]["fields"]["Content"]
        contents = (await client.read_resource("menuscope://event/3")).contents
        told["resource"] = json.loads(contents[0].text)["id"]

        async def progress(done, total, message):
            told["progress"].append(total)

        await client.call_tool("wait_for_event", {"timeout_s": 2, "filter": "event:VIEW"}, progress_callback=progress)
        with anyio.move_on_after(0.5) as scope:
            await client.call_tool("wait_for_event", {"timeout_s": 60, "filter": "event:VIEW"})
        told["cancelled"] = scope.cancelled_caught
        told["after_cancel"] = not (await client.call_tool("status", {})).is_error
    print(json.dumps(told))


anyio.run(main)
