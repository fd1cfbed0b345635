#!/bin/sh
# Puts the WeChat libraries that tests talk to (interop, reply_interop, forward), the runners of exported test code
# (test_code), clients that follow the feed (feed_clients), the Python SDK of MCP (mcp), and D-Bus for Python
# (notifications), and the broker of teams (team), under target/interop. Run it once; running it again changes nothing.
# Debian has what it needs:
# apt-get install python3-venv nodejs npm dbus
set -eu

WECHATPY=1.8.18
CRYPTOGRAPHY=48.0.0
WECHAT_CRYPTO=0.0.2
CO_WECHAT=2.4.0
PYTEST=9.2.0
JEST=30.5.2
HTTPX=0.28.1
WEBSOCKETS=17.4
EVENTSOURCE=3.0.7
WS=8.23.0
MCP=2.3.0
JEEPNEY=0.9.0

# nats-server of Debian 12 is too old: that of Debian 13 runs there as it is.
NATS_SUITE=trixie

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
into=$root/target/interop
wanted="wechatpy $WECHATPY, cryptography $CRYPTOGRAPHY, wechat-crypto $WECHAT_CRYPTO, co-wechat $CO_WECHAT"
wanted="$wanted, pytest $PYTEST, jest $JEST, mcp $MCP, jeepney $JEEPNEY"
wanted="$wanted, httpx $HTTPX, websockets $WEBSOCKETS, eventsource $EVENTSOURCE, ws $WS"

# The broker, from a source list of its own: nothing of the machine's is changed.
nats_server() {
    [ -x "$into/nats/usr/sbin/nats-server" ] && return
    if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg >/dev/null 2>&1; then
        echo "tests/setup.sh: no apt-get here: tests of teams need NATS_SERVER=/path/to/nats-server, 2.10 or newer" >&2
        return
    fi
    apt=$into/apt
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb [signed-by=$keyring] http://deb.debian.org/debian $NATS_SUITE main" >"$apt/sources.list"
    set -- -q -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=
    apt-get "$@" update
    (cd "$apt" && apt-get "$@" download nats-server)
    dpkg -x "$apt"/nats-server_*.deb "$into/nats.new"
    rm -rf "$into/nats" "$apt"
    mv "$into/nats.new" "$into/nats"
    echo "tests/setup.sh: put $("$into/nats/usr/sbin/nats-server" --version) into $into/nats"
}

# What is there: the stamp is written last, so a run that was cut short is done again.
if [ -f "$into/installed" ] && [ "$(cat "$into/installed")" = "$wanted" ]; then
    nats_server
    echo "tests/setup.sh: $into is up to date ($wanted)"
    exit 0
fi

needs() {
    if ! command -v "$1" >/dev/null 2>&1; then
        echo "tests/setup.sh: $1 is not installed; on Debian: apt-get install $2" >&2
        exit 2
    fi
}
needs python3 "python3 python3-venv"
needs node nodejs
needs npm npm
if ! python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then
    echo "tests/setup.sh: python3 cannot make virtual environments; on Debian: apt-get install python3-venv" >&2
    exit 2
fi

rm -rf "$into"
mkdir -p "$into/node"
python3 -m venv "$into/venv"
"$into/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    "wechatpy==$WECHATPY" "cryptography==$CRYPTOGRAPHY" "pytest==$PYTEST" "mcp==$MCP" "jeepney==$JEEPNEY" \
    "httpx==$HTTPX" "websockets==$WEBSOCKETS"
npm install --prefix "$into/node" --no-audit --no-fund --no-update-notifier --loglevel=error \
    "wechat-crypto@$WECHAT_CRYPTO" "co-wechat@$CO_WECHAT" "jest@$JEST" \
    "eventsource@$EVENTSOURCE" "ws@$WS"
nats_server
printf '%s\n' "$wanted" >"$into/installed"
echo "tests/setup.sh: installed $wanted in $into"
