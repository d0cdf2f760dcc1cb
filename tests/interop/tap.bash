# tap.bash - what the scripts of this folder share: a folder of their own, and lines "ok" / "not ok".
# Source it; then: good NAME COMMAND... must succeed, bad NAME COMMAND... must fail, same NAME A B.
set -u
SEAM="${OPENTRM_BUILD:?set OPENTRM_BUILD to the build folder}/tests/interop/seam"
HERE="$(mktemp -d /tmp/opentrm-interop-XXXXXX)"
trap 'rm -rf "$HERE"' EXIT
cd "$HERE" || exit 1
umask 077
FAILED=0

# What the last command said stays in the file "last" for the next one to look at.
report() { # NAME STATUS
    cp "$HERE/said" "$HERE/last" 2>/dev/null
    if [ "$2" -eq 0 ]; then echo "ok $1"; else
        echo "not ok $1"
        sed 's/^/# /' "$HERE/said" 2>/dev/null
        FAILED=1
    fi
}
good() { local name="$1"; shift; "$@" >"$HERE/out" 2>"$HERE/said"; report "$name" $?; }
bad() { local name="$1"; shift; "$@" >"$HERE/out" 2>"$HERE/said"; [ $? -eq 0 ]; report "$name" $((1 - $?)); }
same() { cmp "$2" "$3" >"$HERE/said" 2>&1; report "$1" $?; }
# flip FILE AT OUT: one byte changed.
flip() {
    cp "$1" "$3"
    local byte; byte=$(od -An -tu1 -j"$2" -N1 "$1" | tr -d ' ')
    printf "$(printf '\\%03o' $((byte ^ 1)))" | dd of="$3" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
need() { command -v "$1" >/dev/null || { echo "# $1 is not installed"; exit 1; }; }
done_here() { exit "$FAILED"; }
need openssl
