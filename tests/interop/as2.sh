# as2.sh - a whole message taken apart and put together by `openssl` alone; receipts and node cards too.
source "$(dirname "$0")/tap.bash"

for side in it al; do
    $SEAM make node "Node $side" $side-node.key $side-node.pem && $SEAM make signing "Agency $side" $side-sign.key $side-sign.pem &&
        $SEAM make decryption "Agency $side" $side-open.key $side-open.pem || exit 1
done

# ours, opened without our code: four lines, as in docs/protocol.md
$SEAM send it-sign.key it-sign.pem al-open.pem it-node.key it-node.pem it-node al-node message.eml >mic || exit 1
good "openssl verifies the node's signature" openssl cms -verify -in message.eml -CAfile it-node.pem -out entity
bad "not another node's" openssl cms -verify -in message.eml -CAfile al-node.pem -out none
sed '1,/^\r$/d' entity | openssl base64 -d -out envelope.json
good "the envelope is JSON" python3 -m json.tool envelope.json
python3 -c 'import json,base64; e=json.load(open("envelope.json")); open("part.p7m","wb").write(base64.b64decode(e["parts"][0]["cms"]))'
good "openssl opens the sealed part" openssl cms -decrypt -binary -inform DER -in part.p7m -recip al-open.pem -inkey al-open.key -out inner.p7m
good "openssl verifies the agency's signature" openssl cms -verify -binary -inform DER -in inner.p7m -CAfile it-sign.pem -out part.eml
good "Python's MIME reader finds statement, form and PDF" python3 - <<'PY'
import email, email.policy, hashlib, json
m = email.message_from_binary_file(open("part.eml", "rb"), policy=email.policy.default)
parts = list(m.iter_parts())
assert [p.get_content_type() for p in parts] == ["application/vnd.opentrm+json", "application/vnd.opentrm.form+json", "application/pdf"]
s = json.loads(parts[0].get_payload(decode=True))
e = json.load(open("envelope.json"))
assert s["answers"] == {"forename": "Drita"} and s["form"]["hash"] == hashlib.sha256(parts[1].get_payload(decode=True)).hexdigest()
assert all(s[k] == e[k] for k in ("message", "sender", "recipient", "conversation")) and s["type"] == e["class"]
assert sorted(e) == ["class", "conversation", "due", "message", "parts", "profile", "recipient", "sender"]
PY
good "the MIC is the SHA-256 of the signed entity" sh -c '
    printf "%s, sha-256\n" "$(openssl dgst -sha256 -binary entity | base64)" | cmp - mic'
good "we receive it ourselves" $SEAM receive it-node.pem message.eml al-open.key al-open.pem it-sign.pem answers
good "and read the answers" grep -q Drita answers

# a foreign message, made by openssl: sign the part, seal it, sign the envelope
good "openssl signs the part" openssl cms -sign -binary -nodetach -md sha256 -signer it-sign.pem -inkey it-sign.key -in part.eml -outform DER -out f-inner
good "openssl seals it" openssl cms -encrypt -binary -aes-256-gcm -in f-inner -outform DER -out f-part -recip al-open.pem \
    -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha256
python3 - <<'PY'
import base64, json
e = json.load(open("envelope.json"))
e["parts"][0]["cms"] = base64.b64encode(open("f-part", "rb").read()).decode()
body = base64.encodebytes(json.dumps(e).encode()).replace(b"\n", b"\r\n").rstrip()
open("f-entity", "wb").write(b"Content-Type: application/vnd.opentrm.envelope+json\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body + b"\r\n")
PY
good "openssl signs the envelope" openssl cms -sign -binary -md sha256 -signer it-node.pem -inkey it-node.key -in f-entity -out f-signed -crlfeol
good "we receive it" $SEAM receive it-node.pem f-signed al-open.key al-open.pem it-sign.pem answers
bad "not from another node" $SEAM receive al-node.pem f-signed al-open.key al-open.pem it-sign.pem answers
bad "not signed by another agency" $SEAM receive it-node.pem f-signed al-open.key al-open.pem al-sign.pem answers

# receipts
ID="<01938f00-0000-7000-8000-000000000001@it-node>"
good "we make a receipt" $SEAM receipt al-node.key al-node.pem al-node it-node "$ID" "$(cat mic)" receipt.eml
good "openssl verifies it" openssl cms -verify -in receipt.eml -CAfile al-node.pem -out report
good "it names message and MIC" sh -c "grep -q 'Original-Message-ID: $ID' report && grep -q \"Received-Content-MIC: \$(cat mic)\" report"
good "we take it" $SEAM receipt-check al-node.pem al-node it-node "$ID" "$(cat mic)" receipt.eml
bad "not for another message" $SEAM receipt-check al-node.pem al-node it-node "<other@it-node>" "$(cat mic)" receipt.eml
bad "not for other bytes" $SEAM receipt-check al-node.pem al-node it-node "$ID" "AAAA, sha-256" receipt.eml
bad "not from another node" $SEAM receipt-check it-node.pem al-node it-node "$ID" "$(cat mic)" receipt.eml
sed 's/sha-256$/sha256/; s/sha-256\r$/sha256\r/' report >f-report
good "openssl signs a receipt (sha256)" openssl cms -sign -binary -md sha256 -signer al-node.pem -inkey al-node.key -in f-report -out f-mdn -crlfeol
{ printf 'AS2-From: "al-node"\r\nAS2-To: it-node\r\n'; cat f-mdn; } >f-receipt
good "we take it" $SEAM receipt-check al-node.pem al-node it-node "$ID" "$(cat mic)" f-receipt

# node cards
good "we make a card" $SEAM card it-node.key it-node.pem it-sign.pem it-open.pem card.pem
good "openssl verifies it" openssl cms -verify -binary -inform PEM -in card.pem -CAfile it-node.pem -out card.json
good "it is JSON" python3 -m json.tool card.json
good "openssl signs the same card" openssl cms -sign -binary -nodetach -md sha256 -signer it-node.pem -inkey it-node.key -in card.json -outform PEM -out f-card.pem
good "we take it" $SEAM card-check f-card.pem
good "both have one fingerprint" sh -c "[ \"\$($SEAM card-check card.pem)\" = \"\$($SEAM card-check f-card.pem)\" ]"
openssl cms -sign -binary -nodetach -md sha256 -signer al-node.pem -inkey al-node.key -in card.json -outform PEM -out f-card.pem
bad "not signed by a stranger" $SEAM card-check f-card.pem
done_here
