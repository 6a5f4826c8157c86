// A server, which is a client as well. The path of a request chooses its behaviour, as in the
// Python guest.

let count = 0;

const routes = {
  '/hello': () => {
    const headers = new Headers({ 'content-type': 'text/plain', 'x-multi': 'a' });
    headers.append('x-multi', 'b');
    return new Response('hello', { status: 203, headers });
  },

  '/nothing': () => new Response(null, { status: 204 }),

  '/inspect': async (request, url) => {
    const headers = [...request.headers].filter(([name]) => name.startsWith('x-'));
    headers.sort();
    const body = await request.text();
    return new Response(JSON.stringify([request.method, url.href, headers, body]));
  },

  '/echo': (request) => new Response(request.body, { status: 201 }),

  '/sum': async (request) => {
    const bytes = new Uint8Array(await request.arrayBuffer());
    return new Response(`${bytes.length} ${bytes.reduce((sum, byte) => sum + byte, 0)}`);
  },

  '/bytes': (_, url) => new Response('x'.repeat(Number(url.search.slice(1)))),

  '/slow': () => {
    const pieces = ['one ', 'two ', 'three '];
    const encoder = new TextEncoder();
    const body = new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        controller.enqueue(encoder.encode(pieces.shift()));
        if (pieces.length === 0) controller.close();
      },
    });
    return new Response(body);
  },

  '/count': () => new Response(String(++count)),

  '/raise': () => {
    throw new Error('on purpose');
  },

  '/fetch': async (_, url) => {
    const response = await fetch(url.search.slice(1), {
      method: 'POST',
      headers: { 'x-from': 'guest' },
      body: 'from the guest',
    });
    const header = response.headers.get('x-to');
    return new Response(`${response.status} ${header} ${await response.text()}`);
  },

  '/get': async (_, url) => {
    try {
      return await fetch(url.search.slice(1));
    } catch (error) {
      return new Response(`failed: ${error.name}`);
    }
  },

  '/proxy': async (request, url) => {
    const response = await fetch(url.search.slice(1), {
      method: request.method,
      body: request.body,
      duplex: 'half',
    });
    return new Response(response.body, { status: response.status });
  },
};

addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  const answer = async () => {
    console.log(event.request.method, url.pathname);
    return routes[url.pathname](event.request, url);
  };
  event.respondWith(answer());
});
