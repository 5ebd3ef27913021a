"""The HTTP server: Cloudflare's paths under ``/client/v4``, the lab's own under ``/lab``."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from pydantic import ValidationError

from lab.cloudflare import answers, changes, errors, filters, listing
from lab.cloudflare.errors import ApiError
from lab.cloudflare.faults import Fault, Faults, Requests, Seen
from lab.cloudflare.json_types import JsonObject
from lab.cloudflare.service import Service, read_change
from lab.cloudflare.store import Zone

ROOT = "/client/v4"
_TOKEN = re.compile(r"Bearer [A-Za-z0-9_-]{40,80}")
_HEX_ID = re.compile(r"[0-9a-f]{32}")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """One account's API; ``token`` is the only one that opens it."""

    def __init__(self, service: Service, token: str) -> None:
        self._service = service
        self._token = token
        self._faults = Faults()
        self._requests = Requests()

    def application(self) -> web.Application:
        """Return the aiohttp application with every route."""
        application = web.Application(middlewares=[self._counted, self._failing, self._refusing])
        records = f"{ROOT}/zones/{{zone}}/dns_records"
        record = f"{records}/{{record}}"
        dnssec = f"{ROOT}/zones/{{zone}}/dnssec"
        application.add_routes(
            [
                web.get(f"{ROOT}/user/tokens/verify", self._verify),
                web.get(f"{ROOT}/zones", self._list_zones),
                web.get(f"{ROOT}/zones/{{zone}}", self._get_zone),
                web.get(records, self._list_records),
                web.post(records, self._create),
                web.post(f"{records}/batch", self._batch),
                web.get(record, self._get_record),
                web.put(record, self._change_one("puts")),
                web.patch(record, self._change_one("patches")),
                web.delete(record, self._delete),
                web.get(dnssec, self._get_dnssec),
                web.patch(dnssec, self._set_dnssec),
                web.get("/", self._show),
                web.post("/lab/fail", self._fail),
                web.delete("/lab/fail", self._unfail),
                web.get("/lab/requests", self._show_requests),
                web.delete("/lab/requests", self._reset_requests),
            ]
        )
        return application

    @web.middleware
    async def _counted(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(ROOT):
            return await handler(request)
        status = 0
        try:
            answer = await handler(request)
            status = answer.status
        finally:
            self._requests.note(Seen(method=request.method, path=request.path_qs, status=status))
        return answer

    @web.middleware
    async def _failing(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        api = request.path.startswith(ROOT)
        fault = self._faults.strike(request.method) if api else None
        if fault is None:
            return await handler(request)
        if fault.after:
            await handler(request)
        await asyncio.sleep(fault.delay)
        if fault.status is None:
            if request.transport is not None:
                request.transport.abort()
            raise ConnectionResetError("closed on request")
        return answers.trouble(fault.status, fault.retry_after)

    @web.middleware
    async def _refusing(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(ROOT):
            return await handler(request)
        try:
            self._check_token(request)
            return await handler(request)
        except ApiError as error:
            return answers.failure(error)
        except web.HTTPMethodNotAllowed:
            problem = errors.Problem(
                code=10405, message="Method not allowed for this authentication scheme"
            )
            return answers.failure(ApiError(405, problem))
        except web.HTTPNotFound:
            return answers.failure(ApiError(404, errors.NO_ROUTE))

    def _check_token(self, request: web.Request) -> None:
        header = request.headers.get("Authorization")
        if header is None:
            raise ApiError(400, errors.NO_CREDENTIAL)
        if not _TOKEN.fullmatch(header):
            raise ApiError(400, errors.MALFORMED_TOKEN)
        if header != f"Bearer {self._token}":
            if request.path.endswith("/tokens/verify"):
                raise ApiError(401, errors.WRONG_TOKEN_VERIFY)
            raise ApiError(403, errors.WRONG_TOKEN)

    async def _verify(self, _: web.Request) -> web.Response:
        message = errors.Problem(code=10000, message="This API Token is valid and active")
        return answers.success({"id": "f" * 32, "status": "active"}, message)

    async def _list_zones(self, request: web.Request) -> web.Response:
        wanted = request.query.get("name")
        shown = [
            self._service.show(zone)
            for zone in self._service.zones
            if wanted is None or zone.name == wanted.lower()
        ]
        return answers.listing(filters.page(shown, request.query, size=20, limit=50))

    async def _get_zone(self, request: web.Request) -> web.Response:
        try:
            return answers.success(self._service.show(self._zone(request)))
        except ApiError as error:
            if not _HEX_ID.fullmatch(request.match_info["zone"]):
                raise
            raise ApiError(403, errors.NOT_YOUR_ZONE) from error

    async def _list_records(self, request: web.Request) -> web.Response:
        found = filters.select(self._zone(request).records.values(), request.query)
        shown = [record.to_json() for record in found]
        return answers.listing(filters.page(shown, request.query, size=100, limit=5_000_000))

    async def _get_record(self, request: web.Request) -> web.Response:
        record = self._zone(request).records.get(_record_id(request))
        if record is None:
            raise ApiError(404, errors.NO_RECORD)
        return answers.success(record.to_json())

    async def _create(self, request: web.Request) -> web.Response:
        zone = self._zone(request)
        (record,) = await self._service.change(zone.id, read_change("posts", await _body(request)))
        return answers.success(record.to_json())

    def _change_one(self, kind: str) -> Handler:
        async def change(request: web.Request) -> web.Response:
            zone = self._zone(request)
            steps = read_change(kind, await _body(request), _record_id(request))
            (record,) = await self._service.change(zone.id, steps)
            return answers.success(record.to_json())

        return change

    async def _delete(self, request: web.Request) -> web.Response:
        zone = self._zone(request)
        await self._service.change(zone.id, read_change("deletes", {}, _record_id(request)))
        return answers.success({"id": request.match_info["record"]})

    async def _batch(self, request: web.Request) -> web.Response:
        zone = self._zone(request)
        steps = changes.batch(await _body(request))
        touched = await self._service.change(zone.id, steps)
        return answers.success(
            {
                kind: [
                    record.to_json()
                    for step, record in zip(steps, touched, strict=True)
                    if step.kind == kind
                ]
                for kind in changes.ORDER
            }
        )

    async def _get_dnssec(self, request: web.Request) -> web.Response:
        return answers.success(await self._service.dnssec(self._zone(request)))

    async def _set_dnssec(self, request: web.Request) -> web.Response:
        status = (await _body(request)).get("status")
        zone = self._zone(request)
        await self._service.set_dnssec(zone.id, status if isinstance(status, str) else "")
        return answers.success(await self._service.dnssec(self._zone(request)))

    async def _show(self, _: web.Request) -> web.Response:
        return web.Response(text=listing.as_text(self._service.zones))

    async def _fail(self, request: web.Request) -> web.Response:
        try:
            self._faults.set(Fault.model_validate(await _body(request)))
        except ValidationError as error:
            return web.Response(status=400, text=f"{error}\n")
        return web.Response(status=204)

    async def _unfail(self, _: web.Request) -> web.Response:
        self._faults.set(None)
        return web.Response(status=204)

    async def _show_requests(self, _: web.Request) -> web.Response:
        return web.json_response(self._requests.to_json())

    async def _reset_requests(self, _: web.Request) -> web.Response:
        self._requests.reset()
        return web.Response(status=204)

    def _zone(self, request: web.Request) -> Zone:
        return self._service.zone(request.match_info["zone"], request.path)


def _record_id(request: web.Request) -> str:
    identifier = request.match_info["record"]
    if not _HEX_ID.fullmatch(identifier):
        raise errors.no_such_path(request.path)
    return identifier


async def _body(request: web.Request) -> JsonObject:
    try:
        body = await request.json()
    except ValueError as error:
        raise ApiError(400, errors.BAD_BODY) from error
    if not isinstance(body, Mapping):
        raise ApiError(400, errors.BAD_BODY)
    return body
