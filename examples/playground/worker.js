// Composes beside the page, which goes on meanwhile.

import { compose, inspect } from './wasi-uplift/web.js';

self.onmessage = async ({ data: { guest, options } }) => {
  try {
    const report = await inspect(guest, options);
    // What runs as it is needs no result.
    const result = report.verdict === 'composes' ? await compose(guest, options) : undefined;
    self.postMessage({ report, result });
  } catch (error) {
    self.postMessage({ error: error.message });
  }
};
