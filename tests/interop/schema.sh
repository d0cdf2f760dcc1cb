# schema.sh - the schemas of docs/protocol.md describe what the program writes.
ROOT="$(cd "$(dirname "$0")/../.." && pwd)"
source "$ROOT/tests/interop/tap.bash"

$SEAM make node "Node" node.key node.pem && $SEAM make signing "Agency" sign.key sign.pem && $SEAM make decryption "Agency" open.key open.pem &&
    $SEAM send sign.key sign.pem open.pem node.key node.pem it al message.eml >mic && $SEAM card node.key node.pem sign.pem open.pem card.pem || exit 1
openssl cms -verify -binary -inform PEM -in card.pem -CAfile node.pem -out card.json 2>said &&
    openssl cms -verify -in message.eml -CAfile node.pem -out entity 2>said || exit 1
sed '1,/^\r$/d' entity | openssl base64 -d -out envelope.json
python3 - <<'PY'
import base64, json
open("part.p7m", "wb").write(base64.b64decode(json.load(open("envelope.json"))["parts"][0]["cms"]))
PY
openssl cms -decrypt -binary -inform DER -in part.p7m -recip open.pem -inkey open.key -out inner.p7m 2>said &&
    openssl cms -verify -binary -inform DER -in inner.p7m -CAfile sign.pem -out part.eml 2>said || exit 1
python3 - <<'PY'
import email, email.policy
m = email.message_from_binary_file(open("part.eml", "rb"), policy=email.policy.default)
open("statement.json", "wb").write(next(m.iter_parts()).get_payload(decode=True))
PY
python3 "$ROOT/tests/interop/schemas.py" "$ROOT/docs/protocol.md" card=card.json envelope=envelope.json statement=statement.json || FAILED=1
done_here
