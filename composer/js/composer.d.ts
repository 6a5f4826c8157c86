import type { compose, inspect } from './index.js';

export { UpliftError } from './index.js';

/**
 * Returns the library, for where `wasi-uplift.wasm` is neither a file beside the code nor fetched from
 * there.
 *
 * @param load - compiles `wasi-uplift.wasm`; it is called once, and again if it fails
 */
export function composer(load: () => Promise<WebAssembly.Module>): {
  compose: typeof compose;
  inspect: typeof inspect;
};
