# https.sh - the client on the line: against a TLS server of Python's it sees the pinned key or says no.
source "$(dirname "$0")/tap.bash"

$SEAM make node "Node" node.key node.pem && $SEAM make node "Another" other.key other.pem || exit 1
printf 'AS2-From: a\r\nContent-Type: text/plain\r\n\r\nhello' >post
cat >server.py <<'PY'
# A server for one test after another: /ok answers, /redirect sends elsewhere, /big answers too much, /cut ends early.
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/redirect":
            self.send_response(302); self.send_header("Location", "/ok"); self.send_header("Content-Length", "0"); self.end_headers(); return
        if self.path == "/big":
            self.send_response(200); self.send_header("Content-Length", str(2 << 20)); self.end_headers(); self.wfile.write(b"x" * (2 << 20)); return
        if self.path == "/cut":
            self.send_response(200); self.send_header("Content-Length", "100"); self.end_headers(); self.wfile.write(b"short"); self.close_connection = True; return
        answer = body + b"|" + (self.headers["AS2-From"] or "").encode() + b"|" + (self.headers["User-Agent"] or "none").encode()
        self.send_response(200); self.send_header("Content-Length", str(len(answer))); self.end_headers(); self.wfile.write(answer)
    def log_message(self, *a): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("node.pem", "node.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
PY
coproc SERVER { exec python3 server.py 2>server.err; }
SERVER_ID=$SERVER_PID
trap 'kill "$SERVER_ID" 2>/dev/null; rm -rf "$HERE"' EXIT
read -r -t 20 PORT <&"${SERVER[0]}" || exit 1
URL="https://127.0.0.1:$PORT"
good "the pinned server answers" $SEAM post "$URL/ok" node.pem post answer
good "it got our bytes and header fields, no more" grep -qx 'hello|a|none' answer
bad "another key is refused" $SEAM post "$URL/ok" other.pem post answer
good "as a stranger's" grep -q "^peer: the server has another key" last
good "a redirect is not followed" sh -c "[ \"\$($SEAM post $URL/redirect node.pem post answer)\" = 302 ]"
bad "a huge answer is refused" $SEAM post "$URL/big" node.pem post answer
good "for its size" grep -q "^limit:" last
bad "an answer that is cut off is none" $SEAM post "$URL/cut" node.pem post answer
bad "plain http is refused" $SEAM post "http://127.0.0.1:$PORT/ok" node.pem post answer
bad "nobody there" $SEAM post "https://127.0.0.1:1/ok" node.pem post answer
good "proxies of the environment are not used" env https_proxy=http://127.0.0.1:1 HTTPS_PROXY=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1 $SEAM post "$URL/ok" node.pem post answer
done_here
