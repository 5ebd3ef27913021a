#!/bin/sh
# How a host is connected by IPv6, and what its files say of it: lines of NAME, a tab and a value,
# which facts/uplink.py reads. Changes nothing.
PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
export PATH LC_ALL
tab=$(printf '\t')

# name NAME: puts it before each line of what comes in.
name() { sed "s/^/$1$tab/"; }

{
  ip -6 -o addr show scope global | name address
  ip -6 -o route show default | name route
  # What the provider wrote down, even where IPv6 is switched off.
  cat /etc/netplan/*.yaml /etc/network/interfaces /etc/network/interfaces.d/* \
    /etc/systemd/network/*.network | grep -i '[0-9a-f]:[0-9a-f:]*:\|netmask' | grep -v '^ *#' | name file
} 2>/dev/null
echo end | name uplink
