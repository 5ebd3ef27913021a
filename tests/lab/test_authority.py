"""The certificate authority, by certbot on the VPS, before and after the lab was switched off."""

from lab import plan
from lab.paths import REPOSITORY
from tests.lab.conftest import OwnLab

ISSUE = ("certbot", "certonly", "--standalone", "-n", "--agree-tos", "-m", "me@receiver.test",
         "--server", plan.ACME_DIRECTORY, "-d", plan.VPS_PTR_BEFORE)  # fmt: skip

RIGHT_NOW = "--no-random-sleep-on-renew"  # without a terminal certbot waits up to eight minutes


def test_certificates_are_issued_and_renewed_after_a_restart(lab: OwnLab) -> None:
    lab.do("reset", "vps")
    lab.call("shell", "vps", "systemctl", "is-system-running", "--wait")
    lab.do("shell", "vps", "apt-get", "-qq", "update")
    lab.do("shell", "vps", "apt-get", "-qq", "install", "-y", "--no-install-recommends", "certbot")
    untrusted = lab.call("shell", "vps", *ISSUE)
    assert untrusted.returncode != 0, "the VPS trusts nothing of the lab's by itself"
    trust = (REPOSITORY / "lab/ca/ca.pem").read_text()
    path = "/usr/local/share/ca-certificates/lab.crt"
    lab.do("shell", "vps", "sh", "-c", f"echo '{trust}' >{path}; update-ca-certificates")
    lab.do("shell", "vps", *ISSUE)
    first = chain(lab)
    lab.do("down")
    lab.do("up")
    assert verified(lab, first), "a certificate of before the restart is still trusted"
    lab.do("shell", "vps", "certbot", "renew", "--force-renewal", RIGHT_NOW)
    second = chain(lab)
    assert first != second
    assert verified(lab, second)


def chain(lab: OwnLab) -> str:
    return lab.do(
        "shell", "vps", "cat", f"/etc/letsencrypt/live/{plan.VPS_PTR_BEFORE}/fullchain.pem"
    )


def verified(lab: OwnLab, pem: str) -> bool:
    script = (
        "umask 077; d=$(mktemp -d); trap 'rm -r $d' EXIT; echo \"$1\" >$d/chain; "
        'openssl verify -CAfile "$2" -untrusted $d/chain $d/chain'
    )
    roots = lab.python("from lab.ca import issuer; print(issuer.file())").strip()
    return "OK" in lab.call("run", "sh", "-c", script, "sh", pem, roots).stdout
