# peer_opentrm.sh - OpenTRM as a peer of bench/peers.sh (EXTRA=this file): the same load, in the same run.
#
# One node with one agency; RECORDS cases made over HTTP; the middle one filled with the demo's answers. page: the overview of
# that case; list: "my cases", 50 rows; create: POST /cases, counted in the store. Passwords are hashed at the test cost: signing
# in is no part of what is measured. Needs build/hard/opentrm (make) and node.

opentrm_count() { sqlite3 "file:$BENCH/opentrm/it/opentrm.db?mode=ro" 'select count(*) from case_file'; }

peer_opentrm() {
  local d=$BENCH/opentrm port=$((BASE_PORT + 5)) t0 started idle pg pbytes lst cookie csrf team code
  local url=http://127.0.0.1:$port
  port_free "$port"; port_free $((port + 1))
  install_packages nodejs sqlite3
  say "seeding OpenTRM"
  mkdir -p "$d"
  PORT=$port FOLDER=$d node "$OPENTRM_ROOT/tests/bench/peer_opentrm.mjs" make >"$LOG/opentrm-seed.log" 2>&1 ||
    die "making the node failed, see $LOG/opentrm-seed.log"

  say "measuring OpenTRM"
  t0=$(now)
  start "$LOG/opentrm.log" TERM "$OPENTRM_ROOT/build/hard/opentrm" serve "$d/it" --listen "127.0.0.1:$port" --exchange "127.0.0.1:$((port + 1))"
  PIDS=$PID
  wait_200 "$url/signin"
  started=$(calc %.2f "$(now) - $t0")
  sleep 3; idle=$(mem $PIDS)

  PORT=$port FOLDER=$d RECORDS=$RECORDS node "$OPENTRM_ROOT/tests/bench/peer_opentrm.mjs" fill >>"$LOG/opentrm-seed.log" 2>&1 ||
    die "filling the node failed, see $LOG/opentrm-seed.log"
  # cookie, csrf, team, code: written by the script above
  . "$d/session.sh"
  get_rate opentrm page "$url/cases/$code" "$code" "Cookie: $cookie"; pg=$RATE pbytes=$BYTES
  get_rate opentrm list "$url/cases" 'href="/cases/IT-' "Cookie: $cookie"; lst=$RATE
  printf 'csrf=%s&team=%s&label=New+case+@N@' "$csrf" "$team" >"$d/body.form"
  create_rates opentrm "$url/cases" "$d/body.form" opentrm_count "Cookie: $cookie" \
    "Origin: $url" 'Content-Type: application/x-www-form-urlencoded'
  row opentrm "$pg" "$pbytes" "$lst" "$CREATE" "$CREATE1" "$idle" "$started"
  stop_all
}
OPENTRM_ROOT=${OPENTRM_ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
