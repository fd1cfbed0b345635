#!/bin/sh
# The real window, on a display of its own, receives real POSTs and shows them.
#
#   sh tests/real_window.sh
#
# Uses $MENUSCOPE_BIN where it is set (built with `--features inspection`), else builds one. Without a
# $DISPLAY it runs under xvfb-run. Leaves a picture in target/real-window.png, and the program's own
# words in target/real-window.log. Exit status 0: every sample arrived, and a click showed what it should.
set -eu
cd "$(dirname "$0")/.."

if [ -z "${DISPLAY:-}" ]; then
    command -v xvfb-run >/dev/null || { echo "real_window: needs a display or xvfb-run (apt-get install xvfb xauth)" >&2; exit 2; }
    exec xvfb-run --auto-servernum --server-args="-screen 0 1440x900x24" sh tests/real_window.sh
fi

samples=tests/fixtures/samples
picture=target/real-window.png
log=target/real-window.log
mkdir -p target
rm -f "$picture"

if [ -z "${MENUSCOPE_BIN:-}" ]; then
    cargo build --locked --features inspection
    MENUSCOPE_BIN=${CARGO_TARGET_DIR:-target}/debug/menuscope
fi

data=$(mktemp -d)
program=

fail() {
    echo "real_window: $1" >&2
    if [ -s "$log" ]; then
        echo "--- last lines of $log" >&2
        tail -n 20 "$log" >&2
    fi
    exit 1
}

clean_up() {
    if [ -n "$program" ]; then
        kill -KILL "$program" 2>/dev/null || true
    fi
    rm -rf "$data"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

free_ports() {
    # Both are held open until both are known, so that they differ.
    python3 -c '
import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(s.getsockname()[1] for s in held))'
}

client() {
    python3 tests/window_client.py "127.0.0.1:$inspection_port" "$@" || fail "$* (see above)"
}

post() {
    # The body alone matters here: no token is configured, so nothing is verified.
    answer=$(curl --noproxy '*' --silent --show-error --max-time 10 --write-out ' %{http_code}' \
        --header 'Content-Type: text/xml' --data-binary @"$1" "http://127.0.0.1:$port/wx") || fail "posting $1"
    [ "$answer" = "success 200" ] || fail "$1 was answered '$answer', not 'success 200'"
    client row "$1"
    echo "real_window: $1 arrived, and its row is there"
}

# --- start ---------------------------------------------------------------------------------------------------

read -r port inspection_port <<PORTS
$(free_ports)
PORTS
printf '[listener]\naddr = "127.0.0.1:%s"\n' "$port" >"$data/config.toml"

# The person's own accounts and languages stay out of it.
unset MENUSCOPE_TOKEN MENUSCOPE_AES_KEY MENUSCOPE_APP_ID MENUSCOPE_APP_SECRET MENUSCOPE_DATA WAYLAND_DISPLAY
LC_ALL=C.UTF-8 LIBGL_ALWAYS_SOFTWARE=1 EGUI_INSPECTION=127.0.0.1:$inspection_port \
    "$MENUSCOPE_BIN" --data "$data" >"$log" 2>&1 &
program=$!

tries=0
until curl --noproxy '*' --silent --fail --max-time 1 --output /dev/null "http://127.0.0.1:$port/"; do
    kill -0 "$program" 2>/dev/null || fail "the program ended before its listener answered"
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || fail "after 30 s nothing listens on 127.0.0.1:$port"
    sleep 0.1
done
client resize 1280 800

# --- receive -------------------------------------------------------------------------------------------------

scan=$samples/scancode_waitmsg.xml
location=$samples/location_select.xml
[ -f "$scan" ] && [ -f "$location" ] || fail "no samples in $samples"
for sample in "$samples"/*.xml; do
    case $sample in
        "$scan" | "$location") ;; # these two are clicked below: last, so that they are in view however many there are
        *) post "$sample" ;;
    esac
done
post "$scan"
post "$location"

# --- look ----------------------------------------------------------------------------------------------------

# Another row first, so that what the second click shows can only come from that click.
client click-row "$location"
client field Scale 15
client no-field ScanResult 2
client click-row "$scan"
client field ScanResult 2
client shot "$picture"

# --- the palette, the page of keys and a dialog, by keys alone ------------------------------------------------

client key Ctrl+K
client says "Command palette"
client type "rules"
client key Enter
client gone "Command palette"
client says "New rule…"
client key Escape
client says "ScanResult"
client key Questionmark
client says "Search keys"
client type "replay"
client gone "Next part of the detail"
client key Escape
client key Escape
client gone "Search keys"
client key X
client says "Replace identifiers with pseudonyms"
client key Escape
client gone "Replace identifiers with pseudonyms"
echo "real_window: the palette, the page of keys and the dialog of exports come and go"

# --- stop ----------------------------------------------------------------------------------------------------

kill -TERM "$program"
tries=0
while kill -0 "$program" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || fail "10 s after SIGTERM the program still runs"
    sleep 0.1
done
status=0
wait "$program" || status=$?
program=
[ "$status" -eq 0 ] || fail "the program ended with status $status after SIGTERM, not 0"
echo "real_window: all there; picture in $picture"
