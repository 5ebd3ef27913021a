"""A name server for tests: takes signed updates over TCP and remembers what they said.

It applies none of them: that BIND does is for the lab's own tests to show.
"""

import socketserver
import struct
import threading

import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.update

KEY = dns.tsig.Key(
    dns.name.from_text("tapal-lab."), "c2VjcmV0IG9mIHRoZSB0ZXN0cw==", dns.tsig.HMAC_SHA256
)
KEY_LINE = "tapal-lab:hmac-sha256:c2VjcmV0IG9mIHRoZSB0ZXN0cw=="
DNSKEY = (  # cloudflare.com's
    "257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+"
    "KkxLbxILfDLUT0rAK9iUzy1L53eKGQ=="
)


class NameServer(socketserver.ThreadingTCPServer):
    """``updates`` holds one list of lines per update: ``- name type rdata`` or ``+ name ttl …``."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.updates: list[list[str]] = []
        self.rcode = dns.rcode.NOERROR
        self.address = f"127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Connection(socketserver.StreamRequestHandler):
    server: NameServer

    def handle(self) -> None:
        (length,) = struct.unpack("!H", self.rfile.read(2))
        wire = self.rfile.read(length)
        try:
            question = dns.message.from_wire(wire, keyring=KEY)
        except dns.tsig.BadSignature:
            return
        answer = dns.message.make_response(question)
        if isinstance(question, dns.update.UpdateMessage):
            answer.set_rcode(self.server.rcode if question.had_tsig else dns.rcode.REFUSED)
            self.server.updates.append([_line(rrset) for rrset in question.update])
        else:
            name = question.question[0].name
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "DNSKEY", DNSKEY))
        out = answer.to_wire()
        self.wfile.write(struct.pack("!H", len(out)) + out)


def _line(rrset: dns.rrset.RRset) -> str:
    kind = dns.rdatatype.to_text(rrset.rdtype)
    (rdata,) = rrset
    name = rrset.name.to_text(omit_final_dot=True)
    if rrset.deleting == dns.rdataclass.NONE:
        return f"- {name} {kind} {rdata}"
    return f"+ {name} {rrset.ttl} {kind} {rdata}"
