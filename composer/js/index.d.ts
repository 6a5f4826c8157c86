/** How to compose. The command's options of these names say more. */
export interface Options {
  /** The version of WASI 0.3 that the result imports: `0.3.0` if it isn't set. */
  target?: '0.3.0' | '0.3.0-rc-2026-03-15' | '0.3.0-rc-2026-02-09';
  /** How guest and adapter are put together: `auto` if it isn't set. */
  link?: 'auto' | 'fused' | 'component';
  /** Packages of which the result imports nothing: `wasi:filesystem`, for example. */
  without?: readonly string[];
  /** Exports whose functions keep their types. */
  keepSync?: readonly string[];
  /** Exports whose functions become `async`, whether the guest may wait or not. */
  async?: readonly string[];
  /** Adds no core module with several memories, for an engine that has only one for each. */
  noMultiMemory?: boolean;
  /** Puts a component before an HTTP server that gets its answer: jco needs one. */
  front?: boolean;
  /**
   * What the guest is called in reports and errors: `guest.wasm` if it isn't set. It can't be `-`, and
   * it can't end in `.wac`, which mean something else on a command line.
   */
  name?: string;
  /** Components whose exports serve imports of the guest, or of each other, by their names. */
  plugs?: Record<string, Uint8Array | ArrayBuffer>;
}

/**
 * Joins a guest with the adapter.
 *
 * @param guest - a component, or a core module that imports `wasi_snapshot_preview1`
 * @returns the component, which imports WASI 0.3 only: the same bytes as the command's
 * @throws {UpliftError} if the guest can't be composed, or the options don't fit it
 */
export function compose(
  guest: Uint8Array | ArrayBuffer,
  options?: Options,
): Promise<Uint8Array<ArrayBuffer>>;

/**
 * Says what a guest imports and exports, what would become of it, and whether the guest can run on a
 * host that ships only WASI 0.3.
 *
 * @param guest - a component, or a core module that imports `wasi_snapshot_preview1`
 * @throws {UpliftError} if it is neither. That it can't be composed is a verdict.
 */
export function inspect(guest: Uint8Array | ArrayBuffer, options?: Options): Promise<Report>;

/** Why a guest was not composed or inspected, in the words of the command. */
export class UpliftError extends Error {}

/** What `wasi-uplift inspect --json` prints: `--json-schema` describes it. */
export interface Report {
  /** The version of the report's form. */
  schema: 1;
  /** The guest's name. */
  guest: string;
  kind: 'component' | 'module';
  /** The guest's length in bytes. */
  size: number;
  /** The version of WASI 0.3 that the result imports. */
  target: string;
  imports: Import[];
  exports: Export[];
  /** Whether it runs on a host that ships only WASI 0.3: as it is, once composed, or not. */
  verdict: 'already' | 'composes' | 'impossible';
  /** What is in the way, if it is about no import or export. */
  reason?: string;
  /** The imports that any host has to serve itself, because they aren't of WASI 0.2 or 0.3. */
  host: string[];
  /** The proposals, beside WebAssembly 2.0, that the host's engine has to have. */
  engine: string[];
  /** The known differences from WASI 0.2's own hosts that touch what the guest imports. */
  differences: { subject: string; instead: string }[];
  /** What composing makes of it. */
  result?: Result;
}

export interface Item {
  name: string;
  interface: string | null;
  version: string | null;
  functions: string[];
  /** Why it is impossible. */
  reason?: string;
}

export interface Import extends Item {
  /** Which it is of two shapes with one label. */
  shape?: 'draft' | 'final';
  fate: 'adapter' | 'already-p3' | 'host' | 'impossible';
  /** The export of the adapter that serves it. */
  by?: string;
  /** The functions that may wait. */
  waiting?: string[];
}

export interface Export extends Item {
  fate: 'lifted' | 'already-p3' | 'kept' | 'sync' | 'async' | 'impossible';
  /** What it becomes. */
  to?: string;
  /** The functions that become `async`. The empty name is that of an export which is a function. */
  'became-async'?: string[];
}

export interface Result {
  /** Its length in bytes. */
  size: number;
  /** By how many bytes it is longer than the guest. */
  added: number;
  imports: string[];
  exports: string[];
  /** What the guest runs where it can't wait, though it calls functions that may. */
  'cannot-wait': {
    kind: string;
    component: string | null;
    export?: string | null;
    function?: string | null;
    resource?: string | null;
  }[];
  link: 'fused' | 'component' | 'not';
  /** Why guest and adapter are not one component, if they were to be. */
  'not-fused': string | null;
  /** Whether there is a component before an HTTP server that gets its answers. */
  front: boolean;
}
