// The part of `wasi_snapshot_preview1` that the command asks for, in memory: one folder with files
// to read, and streams to write to. Nothing of the machine is reached but its clock and random numbers.

const SUCCESS = 0;
const BADF = 8;
const INVAL = 28;
const NOENT = 44;
const ROFS = 69;

const REGULAR_FILE = 4;
const DIRECTORY = 3;
const UNKNOWN = 0;

const STDOUT = 1;
const STDERR = 2;
const ROOT = 3;

/** The end of a run, thrown through the WebAssembly code that asks for it. */
export class Exit extends Error {
  constructor(code) {
    super(`exit code ${code}`);
    this.code = code;
  }
}

/** What the command runs on. Its `memory` has to be set before it is started. */
export class Machine {
  /** @type {WebAssembly.Memory} */
  memory;

  #written = { [STDOUT]: [], [STDERR]: [] };
  /** What has been opened, by descriptor: the bytes, and where reading goes on. */
  #opened = new Map();
  #next = ROOT + 1;

  /**
   * @param {string[]} args
   * @param {Map<string, Uint8Array>} files - by their {@link normal} names
   */
  constructor(args, files) {
    this.args = args.map(terminated);
    this.files = files;
  }

  /** The bytes that have been written to standard output. */
  stdout() {
    return joined(this.#written[STDOUT]);
  }

  /** The bytes that have been written to standard error. */
  stderr() {
    return joined(this.#written[STDERR]);
  }

  /** What the command imports. */
  get imports() {
    const functions = {
      args_sizes_get: (count, size) => this.#sizes(this.args, count, size),
      args_get: (pointers, buffer) => this.#strings(this.args, pointers, buffer),
      environ_sizes_get: (count, size) => this.#sizes([], count, size),
      environ_get: () => SUCCESS,
      clock_time_get: (clock, precision, time) => {
        this.#view.setBigUint64(time, BigInt(Date.now()) * 1_000_000n, true);
        return SUCCESS;
      },
      random_get: (buffer, length) => {
        // More than this at once is refused.
        const most = 65536;
        for (let start = 0; start < length; start += most) {
          crypto.getRandomValues(this.#bytes(buffer + start, Math.min(most, length - start)));
        }
        return SUCCESS;
      },
      proc_exit: (code) => {
        throw new Exit(code);
      },
      fd_prestat_get: (descriptor, result) => {
        if (descriptor !== ROOT) {
          return BADF;
        }
        this.#view.setUint32(result, 0, true);
        this.#view.setUint32(result + 4, 1, true);
        return SUCCESS;
      },
      fd_prestat_dir_name: (descriptor, buffer) => {
        this.#bytes(buffer, 1)[0] = '/'.charCodeAt(0);
        return SUCCESS;
      },
      fd_fdstat_get: (descriptor, result) => {
        const all = 0xffff_ffff_ffff_ffffn;
        this.#bytes(result, 24).fill(0);
        this.#view.setUint8(result, this.#type(descriptor));
        this.#view.setBigUint64(result + 8, all, true);
        this.#view.setBigUint64(result + 16, all, true);
        return SUCCESS;
      },
      fd_filestat_get: (descriptor, result) => {
        const bytes = this.#opened.get(descriptor)?.bytes;
        return this.#stat(this.#type(descriptor), bytes, result);
      },
      path_filestat_get: (folder, flags, path, length, result) => {
        const bytes = this.files.get(this.#path(path, length));
        return bytes === undefined ? NOENT : this.#stat(REGULAR_FILE, bytes, result);
      },
      path_open: (folder, lookup, path, length, flags, rights, inheriting, fdflags, result) => {
        const bytes = this.files.get(this.#path(path, length));
        if (bytes === undefined) {
          return NOENT;
        }
        this.#opened.set(this.#next, { bytes, position: 0 });
        this.#view.setUint32(result, this.#next++, true);
        return SUCCESS;
      },
      fd_read: (descriptor, buffers, count, result) => {
        const file = this.#opened.get(descriptor);
        if (file === undefined) {
          return BADF;
        }
        let total = 0;
        for (const buffer of this.#buffers(buffers, count)) {
          const piece = file.bytes.subarray(file.position, file.position + buffer.length);
          buffer.set(piece);
          file.position += piece.length;
          total += piece.length;
        }
        this.#view.setUint32(result, total, true);
        return SUCCESS;
      },
      fd_seek: (descriptor, offset, whence, result) => {
        const file = this.#opened.get(descriptor);
        if (file === undefined) {
          return BADF;
        }
        const to = [0, file.position, file.bytes.length][whence] + Number(offset);
        if (!(to >= 0)) {
          return INVAL;
        }
        file.position = to;
        this.#view.setBigUint64(result, BigInt(to), true);
        return SUCCESS;
      },
      fd_write: (descriptor, buffers, count, result) => {
        const written = this.#written[descriptor];
        if (written === undefined) {
          return BADF;
        }
        let total = 0;
        for (const buffer of this.#buffers(buffers, count)) {
          written.push(buffer.slice());
          total += buffer.length;
        }
        this.#view.setUint32(result, total, true);
        return SUCCESS;
      },
      fd_close: (descriptor) => (this.#opened.delete(descriptor) ? SUCCESS : BADF),
    };
    // Results go to standard output, so that nothing changes a file.
    for (const name of ['path_create_directory', 'path_link', 'path_rename', 'path_unlink_file']) {
      functions[name] = () => ROFS;
    }
    // There are no links.
    functions.path_readlink = () => INVAL;
    return { wasi_snapshot_preview1: functions };
  }

  get #view() {
    return new DataView(this.memory.buffer);
  }

  #bytes(address, length) {
    return new Uint8Array(this.memory.buffer, address, length);
  }

  #path(address, length) {
    return normal(new TextDecoder().decode(this.#bytes(address, length)));
  }

  /** The pieces of memory that an array of `iovec` names. */
  #buffers(array, count) {
    const view = this.#view;
    return Array.from({ length: count }, (_, index) => {
      const entry = array + index * 8;
      return this.#bytes(view.getUint32(entry, true), view.getUint32(entry + 4, true));
    });
  }

  #sizes(strings, count, size) {
    this.#view.setUint32(count, strings.length, true);
    const total = strings.reduce((sum, string) => sum + string.length, 0);
    this.#view.setUint32(size, total, true);
    return SUCCESS;
  }

  #strings(strings, pointers, buffer) {
    for (const string of strings) {
      this.#view.setUint32(pointers, buffer, true);
      this.#bytes(buffer, string.length).set(string);
      pointers += 4;
      buffer += string.length;
    }
    return SUCCESS;
  }

  #type(descriptor) {
    if (descriptor === ROOT) {
      return DIRECTORY;
    }
    return this.#opened.has(descriptor) ? REGULAR_FILE : UNKNOWN;
  }

  #stat(type, bytes, result) {
    this.#bytes(result, 64).fill(0);
    this.#view.setUint8(result + 16, type);
    this.#view.setBigUint64(result + 24, 1n, true);
    this.#view.setBigUint64(result + 32, BigInt(bytes?.length ?? 0), true);
    return SUCCESS;
  }
}

/** A path without what makes no difference, relative to the folder. */
export function normal(path) {
  const parts = [];
  for (const part of path.split('/')) {
    if (part === '..') {
      parts.pop();
    } else if (part !== '' && part !== '.') {
      parts.push(part);
    }
  }
  return parts.join('/');
}

function terminated(string) {
  return new TextEncoder().encode(`${string}\0`);
}

function joined(pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let position = 0;
  for (const piece of pieces) {
    whole.set(piece, position);
    position += piece.length;
  }
  return whole;
}
