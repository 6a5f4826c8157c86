// The code of an application. What it imports is a WASI 0.2 component, what it gets is the address of
// one for WASI 0.3.
import address from './guest.wasm';

const url = new URL(address, import.meta.url);
console.log(`a host of WASI 0.3 runs ${url.pathname.split('/').pop()}`);
