#!/bin/sh
# What checkdmarc and an engineer ask of the DNS for one domain, with dig, one after the other. usage: digs.sh domain
domain=$1
parent=${domain#*.}
for type in NS MX A AAAA TXT SOA CAA DS; do dig +short "$type" "$domain"; done
for name in _dmarc _mta-sts _smtp._tls; do dig +short TXT "$name.$domain"; done
for service in _imaps _imap _pop3s _pop3 _submissions _submission; do dig +short SRV "$service._tcp.$domain"; done
for host in $(dig +short NS "$parent"); do
    for address in $(dig +short A "$host") $(dig +short AAAA "$host"); do dig +norecurse NS "$domain" "@$address"; done
done
for host in $(dig +short NS "$domain"); do
    for address in $(dig +short A "$host") $(dig +short AAAA "$host"); do
        for type in SOA NS MX TXT; do dig +norecurse "$type" "$domain" "@$address"; done
        dig +tcp +norecurse SOA "$domain" "@$address"
    done
done
for host in $(dig +short MX "$domain" | cut -d' ' -f2); do
    dig +short TLSA "_25._tcp.$host"
    for address in $(dig +short A "$host") $(dig +short AAAA "$host"); do dig +short -x "$address"; done
done
