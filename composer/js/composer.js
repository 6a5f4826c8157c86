// Composes and inspects by the command, which runs in memory: each call is one run of it, with the
// guest and its plugs as the only files there are.

import { Exit, Machine } from './preview1.js';

/** What a guest can't be composed or inspected for, in the words of the command. */
export class UpliftError extends Error {
  name = 'UpliftError';
}

/** What a run of the command that failed said. */
function failure(stderr) {
  // The command's own help is for those who typed the options.
  const [said] = stderr.replace(/^error: /, '').split('\n\nFor more information');
  return new UpliftError(said);
}

/** The exit codes of `inspect` that come with a report. */
const REPORTS = [0, 3, 4];

const text = new TextDecoder();

/**
 * Returns the library.
 *
 * @param {() => Promise<WebAssembly.Module>} load - how the command is had; it is asked for once
 */
export function composer(load) {
  /** @type {Promise<WebAssembly.Module> | undefined} */
  let module;

  async function run(command, guest, options) {
    const { name, files, args } = prepared(guest, options);
    module ??= load();
    // What could not be loaded may be there the next time.
    module.catch(() => (module = undefined));
    const machine = new Machine(['wasi-uplift', command, ...args, '--', name], files);
    const instance = await WebAssembly.instantiate(await module, machine.imports);
    machine.memory = instance.exports.memory;
    let code = 0;
    try {
      instance.exports._start();
    } catch (error) {
      if (!(error instanceof Exit)) {
        throw new UpliftError(`the composer failed on \`${name}\`: ${error}`, { cause: error });
      }
      code = error.code;
    }
    return { code, stdout: machine.stdout(), stderr: text.decode(machine.stderr()).trim() };
  }

  return {
    async compose(guest, options) {
      const { code, stdout, stderr } = await run('compose', guest, options);
      if (code !== 0) {
        throw failure(stderr);
      }
      return stdout;
    },

    async inspect(guest, options) {
      const { code, stdout, stderr } = await run('inspect', guest, { ...options, json: true });
      if (!REPORTS.includes(code)) {
        throw failure(stderr);
      }
      return JSON.parse(text.decode(stdout));
    },
  };
}

/** The options of the command that take a value, which may be repeated. */
const LISTS = { without: '--without', keepSync: '--keep-sync', async: '--async' };
const VALUES = { target: '--target', link: '--link' };
const FLAGS = { noMultiMemory: '--no-multi-memory', front: '--front', json: '--json' };

/** The files and the arguments of the command that options stand for. */
function prepared(guest, options = {}) {
  const { name = 'guest.wasm', plugs = {}, ...others } = options;
  const args = ['--quiet'];
  const files = new Map([[name, bytes(guest, 'the guest')]]);
  for (const [plug, component] of Object.entries(plugs)) {
    if (files.has(plug)) {
      throw new TypeError(`the guest and a plug are both called \`${plug}\``);
    }
    files.set(plug, bytes(component, `the plug \`${plug}\``));
    args.push(`--plug=${plug}`);
  }
  for (const [option, value] of Object.entries(others)) {
    if (value === undefined) {
      continue;
    } else if (Object.hasOwn(FLAGS, option)) {
      args.push(...(value ? [FLAGS[option]] : []));
    } else if (Object.hasOwn(VALUES, option)) {
      args.push(`${VALUES[option]}=${value}`);
    } else if (Object.hasOwn(LISTS, option)) {
      if (!Array.isArray(value)) {
        throw new TypeError(`the option \`${option}\` is a list of names`);
      }
      args.push(...value.map((item) => `${LISTS[option]}=${item}`));
    } else {
      throw new TypeError(`there is no option \`${option}\``);
    }
  }
  return { name, files, args };
}

function bytes(value, what) {
  if (value instanceof ArrayBuffer) {
    return new Uint8Array(value);
  }
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  throw new TypeError(`${what} is no Uint8Array or ArrayBuffer`);
}
