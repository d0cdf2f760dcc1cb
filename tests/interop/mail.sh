# mail.sh - the mail profile: what we seal for agencies without a node opens with `openssl`,
# with NSS (Thunderbird) and with gpgsm.
source "$(dirname "$0")/tap.bash"
need gpgsm
need pk12util

$SEAM make decryption "Agency" open.key open.pem || exit 1
printf 'Content-Type: text/plain\r\n\r\nThere is news for you.\r\n' >content
good "we seal for mail" $SEAM mail-seal open.pem content mail.p7m
good "openssl opens it" openssl cms -decrypt -binary -inform DER -in mail.p7m -recip open.pem -inkey open.key -out got
same "and has the same content" content got
$SEAM pkcs12 open.key open.pem "correct horse battery" ours.p12 || exit 1
good "Thunderbird's library (NSS) takes the exported key" sh -c '
    mkdir nss && certutil -N -d sql:nss --empty-password &&
    pk12util -i ours.p12 -d sql:nss -W "correct horse battery"'
good "and opens the mail" cmsutil -D -d sql:nss -i mail.p7m -o got3
same "and has the same content" content got3
# gpgsm 2.2 reads only the old algorithms of PKCS#12 (RFC 7292 with RC2 and triple DES), so openssl rewraps.
openssl pkcs12 -in ours.p12 -passin "pass:correct horse battery" -nodes -out all.pem &&
    openssl pkcs12 -export -legacy -in all.pem -passout "pass:correct horse battery" -out key.p12 || exit 1
export GNUPGHOME="$HERE/gnupg"
mkdir -m 700 gnupg
echo "disable-crl-checks" >gnupg/gpgsm.conf
echo "allow-loopback-pinentry" >gnupg/gpg-agent.conf
printf 'correct horse battery\n' >pass
good "gpgsm takes the exported key" gpgsm --batch --pinentry-mode loopback --passphrase-fd 0 --import key.p12 <pass
good "gpgsm opens the mail" gpgsm --batch --pinentry-mode loopback --passphrase-fd 0 --decrypt --output got2 mail.p7m <pass
same "and has the same content" content got2
gpgconf --kill all 2>said
done_here
