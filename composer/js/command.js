#!/usr/bin/env node
// The command, on Node's own WASI: it reads and writes files as the native one does.

import { readFileSync } from 'node:fs';
import { parse, relative, sep } from 'node:path';

// That Node's WASI is experimental says nothing about the command.
const warn = process.emitWarning;
process.emitWarning = (warning, ...rest) => {
  if (!String(warning).startsWith('WASI is an experimental feature')) {
    warn.call(process, warning, ...rest);
  }
};
const { WASI } = await import('node:wasi');

/** The current folder, or the root where that is gone. */
function current() {
  try {
    return process.cwd();
  } catch {
    return sep;
  }
}

const folder = current();
const { root } = parse(folder);
const wasi = new WASI({
  version: 'preview1',
  args: ['wasi-uplift', ...process.argv.slice(2)],
  // Where WebAssembly starts, it has no folder that relative names are relative to.
  env: { ...process.env, PWD: `/${relative(root, folder).split(sep).join('/')}` },
  preopens: { '/': root },
  returnOnExit: true,
});
const bytes = readFileSync(new URL('./wasi-uplift.wasm', import.meta.url));
const { instance } = await WebAssembly.instantiate(bytes, wasi.getImportObject());
process.exitCode = wasi.start(instance);
