// What is written against the types of the npm package.

import { compose, inspect, UpliftError } from 'wasi-uplift';
import { composer } from 'wasi-uplift/composer';
import type { Options, Report } from 'wasi-uplift';

export async function uplifted(guest: Uint8Array, options: Options = {}): Promise<Uint8Array> {
  const report: Report = await inspect(guest, { ...options, link: 'component' });
  for (const item of report.imports) {
    if (item.fate === 'impossible') {
      throw new UpliftError(`${item.name}: ${item.reason}`);
    }
  }
  const added: number | undefined = report.result?.added;
  return compose(guest, { without: added === undefined ? [] : ['wasi:http'], plugs: {} });
}

const names: readonly string[] = ['wasi:http'];
const library = composer(() => WebAssembly.compile(new Uint8Array()));
void library.compose(new ArrayBuffer(8), { without: names });

// @ts-expect-error: there is no such way to link.
void compose(new Uint8Array(), { link: 'none' });
// @ts-expect-error: a guest is bytes.
void inspect('guest.wasm');
