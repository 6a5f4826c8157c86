// Composes and inspects by the command, which runs in memory: each call is one run of it, with the
// guest and its plugs as the only files there are.

import { Exit, Machine, normal } from './preview1.js';

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

  /** Runs the command, and returns its output if it ends with one of these exit codes. */
  async function run(command, codes, guest, options) {
    const { name, files, args } = prepared(guest, options);
    if (module === undefined) {
      module = load();
      // What could not be loaded may be there the next time.
      module.catch(() => (module = undefined));
    }
    const machine = new Machine(['wasi-uplift', ...command, ...args, '--', name], files);
    const instance = await WebAssembly.instantiate(await module, machine.imports);
    machine.memory = instance.exports.memory;
    let code = 0;
    try {
      instance.exports._start();
    } catch (error) {
      if (!(error instanceof Exit)) {
        const said = [error, text.decode(machine.stderr()).trim()].join('\n').trim();
        throw new UpliftError(`the composer failed on \`${name}\`: ${said}`, { cause: error });
      }
      code = error.code;
    }
    if (!codes.includes(code)) {
      throw failure(text.decode(machine.stderr()).trim());
    }
    return machine.stdout();
  }

  return {
    compose: (guest, options) => run(['compose'], [0], guest, options),

    async inspect(guest, options) {
      const report = await run(['inspect', '--json'], REPORTS, guest, options);
      return JSON.parse(text.decode(report));
    },
  };
}

const LISTS = { without: '--without', keepSync: '--keep-sync', async: '--async' };
const VALUES = { target: '--target', link: '--link' };
const FLAGS = { noMultiMemory: '--no-multi-memory', front: '--front' };

/** The files and the arguments of the command that options stand for. */
function prepared(guest, options = {}) {
  const { name = 'guest.wasm', plugs = {}, ...others } = object(options, 'the options are');
  const files = new Map();
  const add = (name, value, what) => {
    const path = normal(checked(name));
    if (files.has(path)) {
      throw new TypeError(`two components are called \`${path}\``);
    }
    files.set(path, bytes(value, what));
    return path;
  };
  const path = add(name, guest, 'the guest');
  const args = ['--quiet'];
  for (const [plug, component] of Object.entries(object(plugs, 'plugs are'))) {
    args.push(`--plug=${add(plug, component, `the plug \`${plug}\``)}`);
  }
  for (const [option, value] of Object.entries(others)) {
    args.push(...(value === undefined ? [] : argument(option, value)));
  }
  return { name: path, files, args };
}

/** The arguments of the command for an option. */
function argument(option, value) {
  const fits = (type) => {
    if (typeof value !== type) {
      throw new TypeError(`the option \`${option}\` is a ${type}`);
    }
  };
  if (Object.hasOwn(FLAGS, option)) {
    fits('boolean');
    return value ? [FLAGS[option]] : [];
  }
  if (Object.hasOwn(VALUES, option)) {
    fits('string');
    return [`${VALUES[option]}=${value}`];
  }
  if (!Object.hasOwn(LISTS, option)) {
    throw new TypeError(`there is no option \`${option}\``);
  }
  if (!Array.isArray(value) || ![...value].every((item) => typeof item === 'string')) {
    throw new TypeError(`the option \`${option}\` is a list of names`);
  }
  return value.map((item) => `${LISTS[option]}=${item}`);
}

function object(value, what) {
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    throw new TypeError(`${what} no object`);
  }
  return value;
}

/** A name that stands for a file, and for nothing else, on the command line. */
function checked(name) {
  const isName = typeof name === 'string' && normal(name) !== '' && !name.includes('\0');
  if (!isName || name === '-' || name.endsWith('.wac') || /\p{Surrogate}/u.test(name)) {
    throw new TypeError(`\`${String(name)}\` can't be the name of a component`);
  }
  return name;
}

/** A copy of bytes: whose they are may change them while a call waits. */
function bytes(value, what) {
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
  }
  // It may be one of another frame.
  if (/ArrayBuffer\]$/.test(Object.prototype.toString.call(value))) {
    return new Uint8Array(value).slice();
  }
  throw new TypeError(`${what} is no Uint8Array or ArrayBuffer`);
}
