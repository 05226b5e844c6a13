#!/usr/bin/env bash
# Print the path of a Chromium that runs, installing one if there is none: get_chromium.sh PYTHON
#
# Looked for in $CHROMIUM (then nowhere else), on PATH, and among what Playwright downloaded for PYTHON; got
# from the platform's package manager if that needs no password, else from Playwright. What happens is told on
# stderr; the exit status is 1 when there is no Chromium in the end.
set -euo pipefail

python=${1:?usage: get_chromium.sh PYTHON}

say() { echo "get_chromium: $*" >&2; }

# A Chromium that is there may still not run: system libraries missing, or only a pointer to a snap.
works() { [ -n "$1" ] && "$1" --version </dev/null >/dev/null 2>&1; }

found() {
    local name path
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        path=$(command -v "$name" || true)
        if works "$path"; then echo "$path"; return; fi
    done
    path=$("$python" -c '
from playwright.sync_api import sync_playwright
with sync_playwright() as play:
    print(play.chromium.executable_path)' 2>/dev/null || true)
    if works "$path"; then echo "$path"; return; fi
    return 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

from_package_manager() {
    if command -v brew >/dev/null; then
        say "installing Chromium with brew"
        brew install --cask chromium
        return
    fi
    as_root true 2>/dev/null || { say "not root, and sudo wants a password: no package installed"; return 1; }
    if command -v apt-get >/dev/null; then
        say "installing Chromium with apt-get"
        as_root apt-get -qq -o Acquire::Retries=3 update || say "apt-get update failed; trying with the lists there are"
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -qq -o Acquire::Retries=3 install --yes --no-install-recommends chromium
    elif command -v dnf >/dev/null; then
        say "installing Chromium with dnf"
        as_root dnf --quiet --assumeyes install chromium
    else
        say "no package manager known here (apt-get, dnf, brew)"
        return 1
    fi
}

from_playwright() {
    say "downloading Chromium with Playwright"
    "$python" -m playwright install chromium
}

if [ -n "${CHROMIUM:-}" ]; then
    path=$(command -v "$CHROMIUM" || true)
    if works "$path"; then echo "$path"; exit; fi
    say "\$CHROMIUM is $CHROMIUM, which does not run"
    exit 1
fi

if found; then exit; fi
for way in from_package_manager from_playwright; do
    if "$way" </dev/null >&2 && found; then exit; fi
done
say "no Chromium could be installed. Install one and put it on PATH, or name it in \$CHROMIUM"
exit 1
