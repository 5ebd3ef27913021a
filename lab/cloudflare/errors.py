"""The API's refusals: Cloudflare's codes and messages, each with the source it was seen in.

Cloudflare used to wrap these in ``1004 DNS Validation Error``; since 2024 the inner code comes
out directly, several at once where several things are wrong (simplesurance/cfdns#17,
pulumi/pulumi-cloudflare#1107).
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One entry of an answer's ``errors``: Cloudflare's numeric code and its message."""

    code: int
    message: str
    chain: tuple["Problem", ...] = ()


class ApiError(Exception):
    """A request refused: HTTP status and at least one problem."""

    def __init__(self, status: int, *problems: Problem) -> None:
        super().__init__("; ".join(f"{p.code}: {p.message}" for p in problems))
        self.status = status
        self.problems = problems


# The token. Seen in jeessy2/ddns-go#916 and in Cloudflare's reference.
NO_CREDENTIAL = Problem(
    code=9106, message="Missing X-Auth-Key, X-Auth-Email or Authorization headers"
)
MALFORMED_TOKEN = Problem(
    code=6003,
    message="Invalid request headers",
    chain=(Problem(code=6111, message="Invalid format for Authorization header"),),
)
WRONG_TOKEN = Problem(code=9109, message="Invalid access token")
WRONG_TOKEN_VERIFY = Problem(code=1000, message="Invalid API Token")

# The request.
BAD_BODY = Problem(code=9207, message="Request body is invalid.")
NO_ROUTE = Problem(code=7000, message="No route for that URI")
NOT_YOUR_ZONE = Problem(code=9109, message="Unauthorized to access requested resource")
NO_RECORD = Problem(code=81044, message="Record does not exist.")

# A record by itself. Codes and words as seen in cisagov/manage.get.gov#5244
# (9000, 9015), timothymiller/cloudflare-ddns#179 (9021), cloudflare/cloudflare-php#136 (9100),
# jamesryanbell/cloudflare#23 (9008), pulumi/pulumi-cloudflare#1107 (9009),
# stephenou/fruitionsite#104 (9004), kubernetes-sigs/external-dns#1428 (9041),
# simplesurance/cfdns#17 (9005).
BAD_NAME = Problem(code=9000, message="DNS name is invalid.")
NOT_PROXIABLE_TYPE = Problem(code=9004, message="This record type cannot be proxied.")
NOT_PROXIABLE = Problem(
    code=9041,
    message="This DNS record cannot be proxied - click the cloud icon to turn it gray to proceed",
)
BAD_A = Problem(code=9005, message="Content for A record must be a valid IPv4 address.")
BAD_AAAA = Problem(code=9006, message="Content for AAAA record must be a valid IPv6 address.")
BAD_CNAME = Problem(code=9007, message="Content for CNAME record is invalid.")
BAD_PRIORITY = Problem(
    code=9008, message="Invalid priority, priority must be set and be between 0 and 65535"
)
MX_IS_ADDRESS = Problem(
    code=9009,
    message=(
        "Change the content of your MX record to be a hostname (and not an IP address). For more "
        "details, refer to <https://developers.cloudflare.com/dns/manage-dns-records/how-to/"
        "email-records/#add-mx-records>."
    ),
)
TOO_LONG = Problem(
    code=9015, message="Record content exceeds the allowed length of 4096 wire format bytes."
)
BAD_TTL = Problem(
    code=9021, message="TTL must be between 60 and 86400 seconds, or 1 for Automatic."
)

# A record beside the others of its zone. 8105x: Cloudflare's reference; 83011:
# cisagov/manage.get.gov#5244.
IDENTICAL = Problem(code=81058, message="An identical record already exists.")
HOST_TAKEN = Problem(
    code=81053, message="An A, AAAA, or CNAME record with that host already exists."
)
CNAME_TAKEN = Problem(code=81054, message="A CNAME record with that host already exists.")
NS_TAKEN = Problem(code=81056, message="NS records with that host already exist.")
TXT_FULL = Problem(
    code=83011,
    message=(
        "Combined content length of records with this name and type must not exceed 8192 "
        "characters."
    ),
)

# The lab's own message, where Cloudflare can do more than the lab.
APEX_CNAME = Problem(code=1004, message="The lab does not flatten a CNAME at the zone's apex.")


def required(field: str) -> Problem:
    """Return the complaint about a missing ``field``."""
    return Problem(code=9100, message=f"{field} is a required field.")


def bad_content(record_type: str) -> Problem:
    """Return the complaint about content that does not fit ``record_type``.

    The words follow 9005; the code 9051 was seen for a TXT with a line break
    (ZE3kr/Cloudflare-CNAME-Setup#17), its message only in part.
    """
    return Problem(code=9051, message=f"Content for {record_type} record is invalid.")


def no_such_path(path: str) -> ApiError:
    """Return the answer to an identifier that leads nowhere (timothymiller/cloudflare-ddns#152)."""
    message = f"Could not route to {path}, perhaps your object identifier is invalid?"
    return ApiError(404, Problem(code=7003, message=message))


def not_published(reason: str) -> ApiError:
    """Return the answer when the name server did not take the change; nothing is stored."""
    message = f"The change could not be published and was not stored: {reason}"
    return ApiError(500, Problem(code=1000, message=message))
