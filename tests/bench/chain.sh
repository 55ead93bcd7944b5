#!/bin/sh
# What an engineer chains today for one domain: dig, swaks, posttls-finger, openssl and curl, one after the other.
# usage: chain.sh user@domain mail-host
address=$1 domain=${1#*@} mail=$2
for type in NS MX A AAAA TXT CAA; do dig +short +dnssec "$type" "$domain"; done
for name in _dmarc _mta-sts _smtp._tls s1._domainkey; do dig +short TXT "$name.$domain"; done
for service in _imaps _submissions _submission; do dig +short SRV "$service._tcp.$domain"; done
for host in $(dig +short MX "$domain" | cut -d' ' -f2); do
    host=${host%.}
    dig +short A "$host"; dig +short AAAA "$host"; dig +short TLSA "_25._tcp.$host"
    swaks --server "$host" --to "$address" --from "<>" --tls-optional --quit-after RCPT --timeout 10
    posttls-finger -c -l secure "[$host]:25"
done
curl -sS --max-time 10 "https://mta-sts.$domain/.well-known/mta-sts.txt"
curl -sS --max-time 10 "https://autoconfig.$domain/mail/config-v1.1.xml"
for port in 465 993 995; do openssl s_client -connect "$mail:$port" -servername "$mail" -verify_return_error </dev/null; done
for pair in smtp:587 imap:143 pop3:110; do
    openssl s_client -connect "$mail:${pair#*:}" -starttls "${pair%:*}" -servername "$mail" -verify_return_error </dev/null
done
