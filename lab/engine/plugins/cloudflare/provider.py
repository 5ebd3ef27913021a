"""The plugin's gRPC service: the engine's questions about configuration, records and functions."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import NoReturn

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import ResourceProviderServicer, plugin_pb2
from pulumi.runtime.proto import provider_pb2 as messages

from lab.engine.plugins.cloudflare import dns_record
from lab.engine.plugins.cloudflare.api import Api, ApiFailure
from lab.engine.plugins.cloudflare.engine_log import EngineLog
from lab.engine.plugins.cloudflare.functions import FUNCTIONS, FunctionError
from lab.engine.plugins.serve import refusal, type_token
from lab.engine.plugins.values import (
    UNKNOWN,
    Properties,
    from_struct,
    has_unknown,
    text,
    to_struct,
)

RECORD = "cloudflare:index/dnsRecord:DnsRecord"
TOKEN = re.compile(r"[0-9A-Za-z\-_]{40,80}")
_CREDENTIAL_RULE = (
    "API tokens must be 40 characters long and only contain characters a-z, A-Z, 0-9, hyphens "
    "and underscores"
)
_GONE = (
    "[WARNING] The resource was not found on the server and will be removed from state.: "
    "Resource not found"
)
_KINDS = {
    ("add", False): messages.PropertyDiff.Kind.ADD,
    ("add", True): messages.PropertyDiff.Kind.ADD_REPLACE,
    ("update", False): messages.PropertyDiff.Kind.UPDATE,
    ("update", True): messages.PropertyDiff.Kind.UPDATE_REPLACE,
    ("delete", False): messages.PropertyDiff.Kind.DELETE,
    ("delete", True): messages.PropertyDiff.Kind.DELETE_REPLACE,
}


class Provider(ResourceProviderServicer):
    """Answers the engine for one configured account."""

    def __init__(self, log: EngineLog) -> None:
        self._log = log
        self._api = Api.configured({})

    def CheckConfig(
        self, request: messages.CheckRequest, context: grpc.ServicerContext
    ) -> messages.CheckResponse:
        """Refuse a token that cannot be one."""
        del context
        config = from_struct(request.news)
        token = text(config, "apiToken")
        failures = []
        if token and token != UNKNOWN and not TOKEN.fullmatch(token):
            failures = [messages.CheckFailure(property="apiToken", reason=_CREDENTIAL_RULE)]
        return messages.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(
        self, request: messages.DiffRequest, context: grpc.ServicerContext
    ) -> messages.DiffResponse:
        """Say whether the account changed; that replaces nothing."""
        del context
        same = from_struct(request.olds) == from_struct(request.news)
        kinds = messages.DiffResponse.DiffChanges
        return messages.DiffResponse(changes=kinds.DIFF_NONE if same else kinds.DIFF_SOME)

    def Configure(
        self, request: messages.ConfigureRequest, context: grpc.ServicerContext
    ) -> messages.ConfigureResponse:
        """Take the account's token and address. Secrets are left to the engine to follow."""
        del context
        config = {key.rpartition(":")[2]: value for key, value in request.variables.items()}
        self._api = Api.configured(config | from_struct(request.args))
        return messages.ConfigureResponse(supportsPreview=True)

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Return the version of the SDK, which is the one it asks for."""
        del request, context
        return plugin_pb2.PluginInfo(version=version("pulumi-cloudflare"))

    def Check(
        self, request: messages.CheckRequest, context: grpc.ServicerContext
    ) -> messages.CheckResponse:
        """Refuse inputs that the official schema refuses."""
        self._refuse_other_types(request.urn, context)
        failures = dns_record.check(from_struct(request.news))
        return messages.CheckResponse(
            inputs=request.news,
            failures=[
                messages.CheckFailure(property=failure.property, reason=failure.reason)
                for failure in failures
            ],
        )

    def Diff(
        self, request: messages.DiffRequest, context: grpc.ServicerContext
    ) -> messages.DiffResponse:
        """Compare what the program says with what is known to be there."""
        del context
        state = from_struct(request.olds)
        found = dns_record.differences(from_struct(request.news), state)
        ignored = tuple(request.ignoreChanges)
        differences = [item for item in found if item.path.split(".")[0] not in ignored]
        differences += dns_record.dates(differences, state)
        kinds = messages.DiffResponse.DiffChanges
        return messages.DiffResponse(
            changes=kinds.DIFF_SOME if differences else kinds.DIFF_NONE,
            diffs=sorted({item.path.split(".")[0] for item in differences}),
            replaces=[item.path for item in differences if item.replaces],
            detailedDiff={
                item.path: messages.PropertyDiff(kind=_KINDS[item.kind, item.replaces])
                for item in differences
            },
            hasDetailedDiff=True,
        )

    def Create(
        self, request: messages.CreateRequest, context: grpc.ServicerContext
    ) -> messages.CreateResponse:
        """Make the record."""
        inputs = from_struct(request.properties)
        if request.preview:
            shown = dns_record.before_write(inputs, {})
            return messages.CreateResponse(properties=to_struct(shown))
        with self._failing(context, request.urn):
            path = f"/zones/{text(inputs, 'zoneId')}/dns_records"
            record = self._api.result("POST", path, dns_record.new_body(inputs))
        state = dns_record.after_write(inputs, record)
        return messages.CreateResponse(id=text(record, "id"), properties=to_struct(state))

    def Read(
        self, request: messages.ReadRequest, context: grpc.ServicerContext
    ) -> messages.ReadResponse:
        """Fetch the record, for a refresh or, by ``<zone_id>/<record_id>``, for an import."""
        self._refuse_other_types(request.urn, context)
        known = from_struct(request.properties)
        zone_id, _, record_id = request.id.rpartition("/")
        zone_id = zone_id or text(known, "zoneId")
        if not zone_id:
            message = f'invalid ID: expected "<zone_id>/<dns_record_id>", got: "{request.id}"'
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, message)
        record: Properties = {}
        with self._failing(context, request.urn, gone_is_fine=True):
            record = self._api.result("GET", f"/zones/{zone_id}/dns_records/{record_id}")
        if not record:
            if known:
                self._log.warning(_GONE, request.urn)
            return messages.ReadResponse()
        state = dns_record.from_record(record, zone_id=zone_id)
        inputs = dns_record.inputs_of(state, from_struct(request.inputs))
        return messages.ReadResponse(
            id=record_id, properties=to_struct(state), inputs=to_struct(inputs)
        )

    def Update(
        self, request: messages.UpdateRequest, context: grpc.ServicerContext
    ) -> messages.UpdateResponse:
        """Change the record in place."""
        inputs, state = from_struct(request.news), from_struct(request.olds)
        if request.preview:
            shown = dns_record.before_write(inputs, state)
            return messages.UpdateResponse(properties=to_struct(shown))
        with self._failing(context, request.urn):
            path = f"/zones/{text(inputs, 'zoneId')}/dns_records/{request.id}"
            record = self._api.result("PUT", path, dns_record.full_body(inputs))
        return messages.UpdateResponse(properties=to_struct(dns_record.after_write(inputs, record)))

    def Delete(self, request: messages.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        """Remove the record; one that is gone already is as good."""
        zone_id = text(from_struct(request.properties), "zoneId")
        with self._failing(context, request.urn, gone_is_fine=True):
            self._api.result("DELETE", f"/zones/{zone_id}/dns_records/{request.id}")
        return Empty()

    def Invoke(
        self, request: messages.InvokeRequest, context: grpc.ServicerContext
    ) -> messages.InvokeResponse:
        """Look something up."""
        function = FUNCTIONS.get(request.tok)
        if function is None:
            self._not_here(request.tok, context)
        arguments = from_struct(request.args)
        if has_unknown(arguments):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"{request.tok}: unknown argument")
        try:
            found: Properties = function(self._api, arguments)
        except (ApiFailure, FunctionError) as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        answer = messages.InvokeResponse()
        getattr(answer, "return").CopyFrom(to_struct(found))  # a keyword, so not by name
        return answer

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        """Do nothing more than agree: a request under way is short."""
        del request, context
        return Empty()

    @contextmanager
    def _failing(
        self, context: grpc.ServicerContext, urn: str, *, gone_is_fine: bool = False
    ) -> Iterator[None]:
        """Report a failed request as the official plugin does: to the log, and as the answer."""
        try:
            yield
        except ApiFailure as error:
            if not (gone_is_fine and error.status == 404):
                self._log.error(f"[ERROR] {error.detail}: {error.summary}", urn)
                context.abort(grpc.StatusCode.UNKNOWN, str(error))

    def _refuse_other_types(self, urn: str, context: grpc.ServicerContext) -> None:
        token = type_token(urn)
        if token != RECORD:
            self._not_here(token, context)

    def _not_here(self, token: str, context: grpc.ServicerContext) -> NoReturn:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, refusal("Cloudflare", token))
