"""A server, which is a client as well. What it does with a request depends on
the path, as in the JavaScript guest.
"""

import asyncio
import json
from urllib.parse import urlsplit

from componentize_py_types import Err, Ok
from poll_loop import PollLoop, Sink, Stream, register, send
from wit_world import exports
from wit_world.imports import monotonic_clock, types
from wit_world.imports.types import (
    Fields,
    Method_Connect,
    Method_Delete,
    Method_Get,
    Method_Head,
    Method_Options,
    Method_Other,
    Method_Patch,
    Method_Post,
    Method_Put,
    Method_Trace,
    OutgoingRequest,
    OutgoingResponse,
    ResponseOutparam,
    Scheme_Http,
)

METHODS = {
    Method_Connect: "CONNECT",
    Method_Delete: "DELETE",
    Method_Get: "GET",
    Method_Head: "HEAD",
    Method_Options: "OPTIONS",
    Method_Patch: "PATCH",
    Method_Post: "POST",
    Method_Put: "PUT",
    Method_Trace: "TRACE",
}

count = 0


def respond(outparam, status=200, headers=()):
    """Begins a response, of which the body is still to be written."""
    response = OutgoingResponse(Fields.from_list(list(headers)))
    response.set_status_code(status)
    sink = Sink(response.body())
    ResponseOutparam.set(outparam, Ok(response))
    return sink


async def answer(outparam, text, status=200, headers=()):
    sink = respond(outparam, status, headers)
    await sink.send(text.encode())
    sink.close()


async def read(stream):
    chunks = []
    while chunk := await stream.next():
        chunks.append(chunk)
    return b"".join(chunks)


async def sleep(millis):
    pollable = monotonic_clock.subscribe_duration(millis * 1_000_000)
    await register(asyncio.get_event_loop(), pollable)


def outgoing(method, url, headers=()):
    parts = urlsplit(url)
    request = OutgoingRequest(Fields.from_list(list(headers)))
    request.set_method(method)
    request.set_scheme(Scheme_Http())
    request.set_authority(parts.netloc)
    request.set_path_with_query(parts.path)
    return request


async def forward(stream, sink):
    while chunk := await stream.next():
        await sink.send(chunk)
    sink.close()


async def serve(request, outparam):
    global count
    path, _, query = request.path_with_query().partition("?")
    method = request.method()
    name = method.value if isinstance(method, Method_Other) else METHODS[type(method)]
    print(name, path)
    if path == "/hello":
        headers = [("content-type", b"text/plain"), ("x-multi", b"a"), ("x-multi", b"b")]
        await answer(outparam, "hello", 203, headers)
    elif path == "/nothing":
        response = OutgoingResponse(Fields())
        response.set_status_code(204)
        ResponseOutparam.set(outparam, Ok(response))
    elif path == "/inspect":
        headers = sorted(
            [name, value.decode("latin-1")]
            for name, value in request.headers().entries()
            if name.startswith("x-")
        )
        url = f"http://{request.authority()}{request.path_with_query()}"
        body = (await read(Stream(request.consume()))).decode()
        await answer(outparam, json.dumps([name, url, headers, body]))
    elif path == "/echo":
        await forward(Stream(request.consume()), respond(outparam, 201))
    elif path == "/sum":
        body = await read(Stream(request.consume()))
        await answer(outparam, f"{len(body)} {sum(body)}")
    elif path == "/bytes":
        await answer(outparam, "x" * int(query))
    elif path == "/slow":
        sink = respond(outparam)
        for piece in [b"one ", b"two ", b"three "]:
            await sleep(20)
            await sink.send(piece)
        sink.close()
    elif path == "/count":
        count += 1
        await answer(outparam, str(count))
    elif path == "/raise":
        raise Exception("on purpose")
    elif path == "/unanswered":
        pass
    elif path == "/fetch":
        sent = outgoing(Method_Post(), query, [("x-from", b"guest")])
        sink = Sink(sent.body())
        _, response = await asyncio.gather(write(sink, b"from the guest"), send(sent))
        header = b", ".join(response.headers().get("x-to")).decode()
        body = (await read(Stream(response.consume()))).decode()
        await answer(outparam, f"{response.status()} {header} {body}")
    elif path == "/get":
        try:
            response = await send(outgoing(Method_Get(), query))
            await forward(Stream(response.consume()), respond(outparam, response.status()))
        except Err as error:
            await answer(outparam, f"failed: {type(error.value).__name__}")
    elif path == "/proxy":
        sent = outgoing(method, query)
        sink = Sink(sent.body())
        body = Stream(request.consume())
        _, response = await asyncio.gather(forward(body, sink), send(sent))
        await forward(Stream(response.consume()), respond(outparam, response.status()))
    else:
        ResponseOutparam.set(outparam, Err(types.ErrorCode_HttpRequestUriInvalid()))


async def write(sink, data):
    await sink.send(data)
    sink.close()


class IncomingHandler(exports.IncomingHandler):
    def handle(self, request, response_out):
        loop = PollLoop()
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve(request, response_out))
