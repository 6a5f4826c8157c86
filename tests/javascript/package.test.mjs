// The npm package beside the native command: the same bytes, reports, messages and exit codes.
//
// `WASI_UPLIFT` is the native command, and `GUESTS` a folder with guests.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { compose, inspect, UpliftError } from 'wasi-uplift';
import { composer } from 'wasi-uplift/composer';

const NATIVE = process.env.WASI_UPLIFT;
const GUESTS = process.env.GUESTS;
const PACKAGED = join(import.meta.dirname, 'node_modules/.bin/wasi-uplift');

/** One guest of each kind: the shapes of WASI 0.2, toolchains, commands, servers, libraries. */
const KINDS = [
  'clocks.wasm',
  'candidate-tcp-echo.wasm',
  'http-december-server.wasm',
  'http-stable-client.wasm',
  'http-stable-server.wasm',
  'std-names.wasm',
  'std-process.wasm',
];

const OPTIONS = [
  [{}, []],
  [{ link: 'component' }, ['--link', 'component']],
  [
    { target: '0.3.0-rc-2026-02-09', noMultiMemory: true },
    ['--target', '0.3.0-rc-2026-02-09', '--no-multi-memory'],
  ],
  [
    { without: ['wasi:filesystem', 'wasi:sockets'], front: true, keepSync: [], async: undefined },
    ['--without', 'wasi:filesystem', '--without', 'wasi:sockets', '--front'],
  ],
];

const work = mkdtempSync(join(tmpdir(), 'wasi-uplift-'));
after(() => rmSync(work, { recursive: true }));

function native(args, options = {}) {
  return ran(NATIVE, args, options);
}

function ran(program, args, options) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: GUESTS,
    maxBuffer: 1 << 28,
    ...options,
  });
  assert.equal(error, undefined);
  return { status, stdout, stderr };
}

const guest = (name) => readFileSync(join(GUESTS, name));

for (const name of KINDS) {
  test(`${name}: the same bytes and reports`, async () => {
    for (const [options, args] of OPTIONS) {
      const composed = await compose(guest(name), { name, ...options });
      assert.ok(native(['compose', '-q', ...args, name]).stdout.equals(composed), args.join(' '));
      const report = native(['inspect', '--json', ...args, name]);
      assert.deepEqual(await inspect(guest(name), { name, ...options }), JSON.parse(report.stdout));
    }
  });
}

test('what runs as it is', async () => {
  const composed = await compose(guest('clocks.wasm'));
  assert.equal((await inspect(composed)).verdict, 'already');
  assert.deepEqual(await compose(composed), composed);
});

test('bytes in all forms', async () => {
  const bytes = guest('clocks.wasm');
  const expected = await compose(bytes);
  const within = new Uint8Array(bytes.length + 2);
  within.set(bytes, 1);
  assert.deepEqual(await compose(within.subarray(1, bytes.length + 1)), expected);
  assert.deepEqual(await compose(within.slice(1, bytes.length + 1).buffer), expected);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  assert.deepEqual(await compose(shared), expected);
  // What is done with the bytes afterwards makes no difference.
  const composing = compose(shared.buffer);
  shared.fill(0);
  assert.deepEqual(await composing, expected);
});

test('a module from elsewhere', async () => {
  let loads = 0;
  const library = composer(async () => {
    if (++loads === 1) {
      throw new Error('not now');
    }
    const file = new URL(import.meta.resolve('wasi-uplift/wasi-uplift.wasm'));
    return WebAssembly.compile(readFileSync(file));
  });
  await assert.rejects(library.compose(guest('clocks.wasm')), /not now/);
  const names = ['a.wasm', '-x.wasm', 'with a space/ä.wasm'];
  const reports = await Promise.all(
    names.map((name) => library.inspect(guest('clocks.wasm'), { name })),
  );
  assert.deepEqual(reports.map((report) => report.guest), names);
  assert.equal(loads, 2);
});

test('plugs', async () => {
  const plugs = { 'http-stable-server.wasm': guest('http-stable-server.wasm') };
  const args = ['--plug', 'http-stable-server.wasm', 'http-stable-middleware.wasm'];
  const composed = await compose(guest('http-stable-middleware.wasm'), { plugs });
  assert.ok(native(['compose', '-q', ...args]).stdout.equals(composed));
});

test('errors are those of the command', async () => {
  const bytes = guest('clocks.wasm');
  const cases = [
    [bytes.subarray(0, 1000), {}],
    [new Uint8Array(), {}],
    [bytes, { keepSync: ['no:such/export'] }],
    [bytes, { target: '0.4.0' }],
    [bytes, { plugs: { 'std-names.wasm': guest('std-names.wasm') } }],
  ];
  for (const [broken, options] of cases) {
    const error = await compose(broken, options).catch((error) => error);
    assert.ok(error instanceof UpliftError, `${error}`);
    assert.ok(error.message.length > 20 && !error.message.includes('--help'), error.message);
  }
  const { stderr } = native(['compose', '-q', '-'], { input: bytes.subarray(0, 1000) });
  const error = await compose(bytes.subarray(0, 1000)).catch((error) => error);
  assert.equal(`error: ${error.message}`, `${stderr}`.trim().replace('standard input', 'guest.wasm'));
  const wrong = [
    null,
    { links: 'auto' },
    { link: 1 },
    { front: 'false' },
    { without: 'wasi:http' },
    { without: [, 'wasi:http'] },
    { plugs: new Map() },
    { plugs: { 'a.wasm': 3 } },
    ...['', '.', '-', 'a.wac', 'a\0b', '\ud800', 5].map((name) => ({ name })),
    { name: 'app.wasm', plugs: { './x/../app.wasm': bytes } },
  ];
  for (const options of wrong) {
    await assert.rejects(compose(bytes, options), TypeError, JSON.stringify(options));
  }
  await assert.rejects(compose('guest.wasm'), TypeError);
});

test('the command of the package', () => {
  const [ours, theirs] = ['packaged', 'native'].map((place) => {
    const folder = join(work, place);
    mkdirSync(join(folder, 'in'), { recursive: true });
    for (const name of KINDS) {
      copyFileSync(join(GUESTS, name), join(folder, 'in', name));
    }
    return folder;
  });
  const compare = (args, options = {}) => {
    const env = { ...process.env, NO_COLOR: '1' };
    const packaged = ran(PACKAGED, args, { cwd: ours, env, ...options });
    const expected = native(args, { cwd: theirs, env, ...options });
    // An error of the system has its number, which is another for WebAssembly.
    const system = (text) => text.toString('latin1').replace(/\(os error \d+\)/, '');
    assert.equal(system(packaged.stderr), system(expected.stderr));
    assert.equal(packaged.status, expected.status);
    assert.ok(system(packaged.stdout) === system(expected.stdout), args.join(' '));
  };
  const all = KINDS.map((name) => `in/${name}`);
  compare(['compose', '--out-dir', 'out', ...all, '--quiet']);
  compare(['compose', ...all]);
  compare(['compose', 'in/clocks.wasm', '-o', 'one.wasm', '--verbose']);
  compare(['compose', './in/../in/clocks.wasm', '-o', 'in/clocks.wasm']);
  compare(['compose', '-'], { input: guest('clocks.wasm') });
  compare(['compose', 'in/clocks.wasm', '-t', '-o', 'in/clocks.wat']);
  compare(['compose', 'in/clocks.wasm', '-o', 'no/such/folder.wasm']);
  compare(['inspect', 'one.wasm']);
  compare(['inspect', ...all, 'in/none.wasm']);
  compare(['inspect', '--json-schema']);
  compare(['adapter']);
  compare(['--version']);
  const { version } = JSON.parse(
    readFileSync(join(import.meta.dirname, 'node_modules/wasi-uplift/package.json')),
  );
  assert.ok(`${native(['--version']).stdout}`.startsWith(`wasi-uplift ${version}\n`));
  const files = (folder) => readdirSync(folder, { recursive: true }).sort();
  assert.deepEqual(files(ours), files(theirs));
  for (const name of [...KINDS.map((name) => `out/${name}`), 'one.wasm', 'in/clocks.wat']) {
    assert.ok(readFileSync(join(ours, name)).equals(readFileSync(join(theirs, name))), name);
  }
});

test('a link to a pipe stays what it is', () => {
  const link = join(work, 'link.wasm');
  symlinkSync('/proc/self/fd/1', link);
  const { status, stderr } = ran(PACKAGED, ['compose', '-q', 'clocks.wasm', '-o', link], {});
  assert.equal(status, 1);
  assert.match(`${stderr}`, /link.wasm` was not written/);
  assert.ok(lstatSync(link).isSymbolicLink());
});

test('the types', () => {
  const compiler = join(import.meta.dirname, 'node_modules/.bin/tsc');
  const args = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', 'types.ts'];
  const { stdout } = ran(compiler, args, { cwd: import.meta.dirname });
  assert.equal(stdout.toString(), '');
});
