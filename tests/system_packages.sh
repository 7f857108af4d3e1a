#!/bin/sh
# Install the Debian packages that the tests start for real, or say plainly what they are.
set -eu
missing=""
for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "error: the tests need$missing, and this machine has no apt-get" >&2
    echo "hint: install what your system calls these packages, then run the tests with pytest" >&2
    exit 1
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "error: the tests need these Debian packages and may not install them:$missing" >&2
        echo "hint: run: sudo apt-get install --no-install-recommends$missing" >&2
        exit 1
    fi
    as_root="sudo -n"
fi
echo "installing for the tests:$missing"
# The tests start what they need by themselves: no server of a package comes up by its own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
    trap '$as_root rm -f "$policy"' EXIT
fi
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
