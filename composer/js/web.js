// The library in browsers, which fetch the command from beside this file.

import { composer, UpliftError } from './composer.js';

export const { compose, inspect } = composer(async () => {
  const response = await fetch(new URL('./wasi-uplift.wasm', import.meta.url));
  if (!response.ok) {
    throw new UpliftError(`\`${response.url}\` was not loaded: ${response.status}`);
  }
  // Not every server of static files knows the type that compiling while it comes asks for.
  return WebAssembly.compile(await response.arrayBuffer());
});
export { UpliftError };
