// The library in Node, which reads the command from the file beside this one.

import { readFile } from 'node:fs/promises';
import { composer, UpliftError } from './composer.js';

export const { compose, inspect } = composer(async () =>
  WebAssembly.compile(await readFile(new URL('./wasi-uplift.wasm', import.meta.url))),
);
export { UpliftError };
