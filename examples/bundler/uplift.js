// A plugin for esbuild: components that the code imports are uplifted, and become files of the
// bundle. The code gets their addresses.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { compose, inspect, UpliftError } from 'wasi-uplift';

/** @param {import('wasi-uplift').Options} options - how to compose */
export function uplift(options = {}) {
  return {
    name: 'wasi-uplift',
    setup(build) {
      build.onLoad({ filter: /\.wasm$/ }, async ({ path }) => {
        const guest = await readFile(path);
        if (guest.length >= 8 && isModule(guest)) {
          return undefined;
        }
        const named = { ...options, name: basename(path) };
        try {
          const { host } = await inspect(guest, named);
          return {
            contents: await compose(guest, named),
            loader: 'file',
            warnings: host.map((name) => ({ text: `the host has to serve ${name}` })),
          };
        } catch (error) {
          if (error instanceof UpliftError) {
            return { errors: [{ text: error.message }] };
          }
          throw error;
        }
      });
    },
  };
}

/** Whether bytes are a core module, for which other plugins are. */
function isModule(bytes) {
  return bytes.readUint32LE(4) === 1;
}
