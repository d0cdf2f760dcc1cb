# cms.sh - CMS both ways: `openssl` verifies and opens what we make; we do what it makes, and refuse the rest.
source "$(dirname "$0")/tap.bash"

$SEAM make signing "Shelter A" sign.key sign.pem && $SEAM make decryption "Shelter B" open.key open.pem &&
    $SEAM make signing "Another" other.key other.pem || exit 1
printf 'name: N. N.\r\nroute: \000\377\n' >content
OAEP="-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha256"

# signed by us
good "we sign" $SEAM sign sign.key sign.pem content signed.p7m
good "openssl verifies it" openssl cms -verify -binary -inform DER -in signed.p7m -CAfile sign.pem -out got
same "and has the same content" content got
bad "openssl refuses another signer" openssl cms -verify -binary -inform DER -in signed.p7m -CAfile other.pem -out got
good "we sign beside the content" $SEAM sign-detached sign.key sign.pem content beside.p7s
good "openssl verifies it" openssl cms -verify -binary -inform DER -in beside.p7s -content content -CAfile sign.pem -out got

# signed by openssl
good "openssl signs" openssl cms -sign -binary -nodetach -md sha256 -signer sign.pem -inkey sign.key -in content -outform DER -out theirs.p7m
good "we verify it" $SEAM verify sign.pem theirs.p7m got
same "and have the same content" content got
bad "not by another signer" $SEAM verify other.pem theirs.p7m got
good "openssl signs beside the content" openssl cms -sign -binary -md sha256 -signer sign.pem -inkey sign.key -in content -outform DER -out theirs.p7s
good "we verify it" $SEAM verify-detached sign.pem theirs.p7s content
for how in "-md sha1" "-md sha512" "-md sha256 -noattr" "-md sha256 -keyopt rsa_padding_mode:pss"; do
    openssl cms -sign -binary -nodetach $how -signer sign.pem -inkey sign.key -in content -outform DER -out bad.p7m 2>said
    bad "we refuse $how" $SEAM verify sign.pem bad.p7m got
done
openssl cms -sign -binary -nodetach -md sha256 -signer sign.pem -inkey sign.key -signer other.pem -inkey other.key -in content -outform DER -out bad.p7m
bad "we refuse two signers" $SEAM verify sign.pem bad.p7m got

# sealed by us
good "we seal" $SEAM seal open.pem content sealed.p7m
good "openssl opens it" openssl cms -decrypt -binary -inform DER -in sealed.p7m -recip open.pem -inkey open.key -out got
same "and has the same content" content got
openssl asn1parse -inform DER -in sealed.p7m >shape
for what in id-smime-ct-authEnvelopedData rsaesOaep aes-256-gcm; do good "it is $what" grep -q "$what" shape; done
bad "it names no recipient in the clear" grep -q "Shelter" sealed.p7m

# sealed by openssl
good "openssl seals" openssl cms -encrypt -binary -aes-256-gcm -in content -outform DER -out theirs.p7m -recip open.pem $OAEP
good "we open it" $SEAM open open.key open.pem theirs.p7m got
same "and have the same content" content got
good "openssl seals by key id" openssl cms -encrypt -binary -aes-256-gcm -keyid -in content -outform DER -out theirs.p7m -recip open.pem $OAEP
good "we open it" $SEAM open open.key open.pem theirs.p7m got
bad "not with another key" $SEAM open sign.key sign.pem theirs.p7m got
openssl cms -encrypt -binary -aes-256-cbc -in content -outform DER -out bad.p7m -recip open.pem $OAEP
bad "we refuse CBC" $SEAM open open.key open.pem bad.p7m got
openssl cms -encrypt -binary -aes-256-gcm -in content -outform DER -out bad.p7m -recip open.pem
bad "we refuse RSA PKCS#1 v1.5" $SEAM open open.key open.pem bad.p7m got
openssl cms -encrypt -binary -aes-256-gcm -in content -outform DER -out bad.p7m -recip open.pem -keyopt rsa_padding_mode:oaep
bad "we refuse OAEP with SHA-1" $SEAM open open.key open.pem bad.p7m got

# one byte anywhere
for file in signed sealed; do
    size=$(stat -c %s $file.p7m)
    missed=""
    for at in $(seq 0 37 $((size - 1))); do
        flip $file.p7m "$at" changed
        if [ $file = signed ]; then $SEAM verify sign.pem changed got 2>said && missed="$missed $at"; fi
        if [ $file = sealed ]; then $SEAM open open.key open.pem changed got 2>said && missed="$missed $at"; fi
    done
    good "every flipped byte of $file is refused$missed" test -z "$missed"
done

# PKCS#12
good "we export a key" $SEAM pkcs12 open.key open.pem "correct horse battery" key.p12
good "openssl opens the file" openssl pkcs12 -in key.p12 -passin "pass:correct horse battery" -nodes -out all.pem
bad "not with another passphrase" openssl pkcs12 -in key.p12 -passin "pass:wrong horse battery" -nodes -out none.pem
good "and with what is in it, what was sealed" openssl cms -decrypt -binary -inform DER -in sealed.p7m -recip all.pem -inkey all.pem -out got
same "the same content" content got
openssl pkcs12 -in key.p12 -passin "pass:correct horse battery" -info -noout 2>info
good "it is AES-256 and SHA-256" sh -c 'grep -q "MAC: sha256" info && grep -q "AES-256-CBC.*hmacWithSHA256" info'

# fingerprints
$SEAM show sign.pem >shown
openssl x509 -in sign.pem -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f >theirs
good "the fingerprint is openssl's" sh -c '[ "$(sed -n 1p shown)" = "$(cat theirs)" ]'
openssl x509 -in sign.pem -outform DER | openssl dgst -sha256 -binary | base32 | head -c 30 | sed 's/.\{3\}/&-/g; s/-$//' >theirs
good "the spoken one is coreutils' base32" sh -c '[ "$(sed -n 2p shown)" = "$(cat theirs)" ]'
openssl x509 -in sign.pem -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64 >theirs
good "the pin is curl's" sh -c '[ "$(sed -n 3p shown)" = "sha256//$(cat theirs)" ]'
done_here
