"""The lab's certificate authorities: Pebble for the mail server, a fixed root for all others."""
