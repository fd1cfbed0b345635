#!/bin/sh
# Makes the pictures of README.md and README.zh-CN.md in assets/screenshots/, from the real window with `--demo`.
#
#   sh assets/screenshots.sh
#
# Uses $MENUSCOPE_BIN where it is set (built with `--features inspection`), else builds one. Without a $DISPLAY it runs
# under xvfb-run. Makes the pictures small with pngquant and optipng (apt-get install pngquant optipng xvfb xauth).
set -eu
cd "$(dirname "$0")/.."

if [ -z "${DISPLAY:-}" ]; then
    command -v xvfb-run >/dev/null || { echo "screenshots: needs a display or xvfb-run" >&2; exit 2; }
    exec xvfb-run --auto-servernum --server-args="-screen 0 1600x1000x24" sh assets/screenshots.sh
fi
for tool in pngquant optipng python3; do
    command -v "$tool" >/dev/null || { echo "screenshots: needs $tool" >&2; exit 2; }
done

if [ -z "${MENUSCOPE_BIN:-}" ]; then
    cargo build --locked --features inspection
    MENUSCOPE_BIN=${CARGO_TARGET_DIR:-target}/debug/menuscope
fi

into=assets/screenshots
work=$(mktemp -d)
program=
mkdir -p "$into"

clean_up() {
    if [ -n "$program" ]; then
        kill -TERM "$program" 2>/dev/null || true
        wait "$program" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

client() {
    python3 tests/window_client.py "127.0.0.1:$port" "$@"
}

# One picture of what the window shows now: 256 colours are as many as it needs.
picture() {
    client settle
    client shot "$work/shot.png" >/dev/null
    pngquant --force --speed 1 --output "$into/$1.png" 256 "$work/shot.png"
    optipng -quiet -o4 "$into/$1.png"
    echo "screenshots: $into/$1.png, $(wc -c <"$into/$1.png") bytes"
}

# Nobody's own accounts and settings: the demonstration takes its look alone from the data folder.
unset MENUSCOPE_TOKEN MENUSCOPE_AES_KEY MENUSCOPE_APP_ID MENUSCOPE_APP_SECRET WAYLAND_DISPLAY

for language in en zh-CN; do
    for theme in dark light; do
        port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
        data=$work/$language-$theme
        mkdir -p "$data"
        printf '[look]\nlanguage = "%s"\ntheme = "%s"\nreduce_motion = true\n' "$language" "$theme" >"$data/config.toml"
        TZ=Asia/Shanghai LC_ALL=C.UTF-8 LIBGL_ALWAYS_SOFTWARE=1 MENUSCOPE_DATA=$data EGUI_INSPECTION=127.0.0.1:$port \
            "$MENUSCOPE_BIN" --demo --addr 127.0.0.1:8989 >"$work/log" 2>&1 &
        program=$!
        client resize 1440 900
        client says ScanResult
        # The pointer leaves the rows, whose tooltips would cover others.
        client tab 1
        picture "events.$language.$theme"
        if [ "$theme" = dark ]; then
            client key Ctrl+K
            picture "palette.$language"
            client key Escape
            client tab 4
            picture "replays.$language"
        else
            client tab 2
            # The first button of the phone opens its sub-buttons.
            if [ "$language" = en ]; then client click "Phone:"; else client click "手机："; fi
            picture "menu.$language"
            client tab 3
            picture "rules.$language"
        fi
        kill -TERM "$program"
        wait "$program" || true
        program=
    done
done
