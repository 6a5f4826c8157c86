// The page in `examples/playground`, in a headless Chromium.
//
// `WASI_UPLIFT` is the native command, `GUESTS` a folder with guests, `PAGE` one with the page, and
// `CHROMIUM` the browser. `SCREENSHOT` is where a picture of the page goes, if it is set.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { after, before, beforeEach, afterEach, test } from 'node:test';
import { chromium } from 'playwright-core';

const { WASI_UPLIFT, GUESTS, PAGE, CHROMIUM, SCREENSHOT } = process.env;
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

let server, browser, context, page, asked, errors;

before(async () => {
  server = createServer((request, response) => {
    asked.push(request.url);
    const path = join(PAGE, request.url === '/' ? 'index.html' : request.url);
    if (!existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
    createReadStream(path).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
});

after(async () => {
  await browser?.close();
  server?.close();
});

async function open(options = {}) {
  asked = [];
  errors = [];
  context = await browser.newContext({ acceptDownloads: true, ...options });
  page = await context.newPage();
  page.on('pageerror', (error) => errors.push(`${error}`));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
}

beforeEach(() => open());

afterEach(async () => {
  await context.close();
  assert.deepEqual(errors, []);
  const files = asked.filter((path) => !/^\/([\w-]+\.(js|css)|wasi-uplift\/[\w-]+\.(js|wasm))?$/.test(path));
  assert.deepEqual(files, [], 'the page asks for its own files only');
});

const guest = (name) => readFileSync(join(GUESTS, name));

function native(...args) {
  return spawnSync(WASI_UPLIFT, args, { cwd: GUESTS, maxBuffer: 1 << 28 }).stdout;
}

/** Drops a file on the page, as a person does. */
async function drop(name, bytes = guest(name)) {
  const transfer = await page.evaluateHandle(
    ([name, bytes]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(bytes), (it) => it.charCodeAt(0))], name));
      return transfer;
    },
    [name, Buffer.from(bytes).toString('base64')],
  );
  await page.dispatchEvent('#drop', 'drop', { dataTransfer: transfer });
}

async function downloaded() {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

const verdict = () => page.locator('#verdict').textContent();

/** Waits until the page shows an answer. */
async function answered() {
  await page.waitForFunction(() => !document.getElementById('status').textContent.endsWith('…'));
}

test('a guest is dropped, and its result downloaded', async () => {
  await drop('clocks.wasm');
  await page.getByText('Once composed, it runs on a host that ships only WASI 0.3.0.').waitFor();
  const report = JSON.parse(native('inspect', '--json', 'clocks.wasm'));
  for (const { name } of [...report.imports, ...report.exports]) {
    assert.ok(await page.getByRole('cell', { name, exact: true }).isVisible(), name);
  }
  const text = await page.locator('#report').innerText();
  for (const said of [...report.result.imports, ...report.engine, report.differences[0].subject]) {
    assert.ok(text.includes(said), said);
  }
  assert.ok(text.includes(`${report.result.size.toLocaleString('en')} bytes after`), text);
  const picture = page.getByRole('img', { name: /They are one component/ });
  assert.ok(await picture.isVisible());
  const { name, bytes } = await downloaded();
  assert.equal(name, 'clocks-uplifted.wasm');
  assert.ok(bytes.equals(native('compose', '-q', 'clocks.wasm')));
});

test('options change the result', async () => {
  await drop('http-stable-server.wasm');
  await page.getByText('Once composed').waitFor();
  await page.getByLabel('WASI 0.3 of the host').selectOption('0.3.0-rc-2026-02-09');
  await page.getByLabel('Guest and adapter').selectOption('component');
  await page.getByText('More', { exact: true }).click();
  await page.getByLabel('nothing of wasi:sockets').check();
  await answered();
  await page.getByRole('img', { name: /They are two components/ }).waitFor();
  const args = ['--target', '0.3.0-rc-2026-02-09', '--link', 'component', '--without', 'wasi:sockets'];
  const { bytes } = await downloaded();
  assert.ok(bytes.equals(native('compose', '-q', ...args, 'http-stable-server.wasm')));
});

test('what can not be composed is said', async () => {
  await drop('text.wasm', Buffer.from('(component)'));
  await page.getByText('the input is not WebAssembly in binary form').waitFor();
  assert.ok(await page.locator('#report').isHidden());
  // It is no reason not to go on.
  await drop('clocks.wasm');
  await page.getByText('Once composed').waitFor();
  await drop('uplifted.wasm', native('compose', '-q', 'clocks.wasm'));
  await page.getByText('as it is.').waitFor();
  assert.ok(await page.getByRole('link', { name: 'Download' }).isHidden());
});

test('what is chosen last counts', async () => {
  // The first takes long to be read, and options change meanwhile.
  await page.evaluate(() => {
    const read = File.prototype.arrayBuffer;
    File.prototype.arrayBuffer = async function () {
      await new Promise((resolve) => setTimeout(resolve, this.name === 'late.wasm' ? 500 : 50));
      return read.call(this);
    };
  });
  await drop('late.wasm', guest('std-names.wasm'));
  await drop('clocks.wasm');
  await page.getByLabel('WASI 0.3 of the host').selectOption('0.3.0-rc-2026-03-15');
  await page.getByText('only WASI 0.3.0-rc-2026-03-15.').waitFor();
  await page.getByLabel('Guest and adapter').selectOption('component');
  assert.ok(await page.locator('#download').isHidden(), 'the former result is gone');
  await page.getByLabel('WASI 0.3 of the host').selectOption('0.3.0');
  await page.getByText('only WASI 0.3.0.').waitFor();
  await page.waitForTimeout(600);
  const { name, bytes } = await downloaded();
  assert.equal(name, 'clocks-uplifted.wasm');
  assert.ok(bytes.equals(native('compose', '-q', '--link', 'component', 'clocks.wasm')));
});

test('warnings are said', async () => {
  await drop('start-io.wasm');
  await page.getByText('Can’t wait, and traps when it would have to').waitFor();
  await page.getByText('More', { exact: true }).click();
  await drop('http-stable-server.wasm');
  await page.getByLabel('a component before an HTTP server').check();
  await page.getByRole('img', { name: /behind a front/ }).waitFor();
});

test('nothing is sent to another server', async () => {
  await drop('clocks.wasm');
  await page.getByText('Once composed').waitFor();
  const other = createServer((request, response) => response.end());
  await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
  let requests = 0;
  other.on('request', () => requests++);
  const send = (port) =>
    fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'a', mode: 'no-cors' }).then(
      () => 'sent',
      () => 'refused',
    );
  assert.equal(await page.evaluate(send, other.address().port), 'refused');
  assert.equal(await page.workers()[0].evaluate(send, other.address().port), 'refused');
  assert.equal(requests, 0);
  other.close();
  // The browser complains of it.
  errors = errors.filter((error) => !/violates the .*Content Security Policy/.test(error));
});

test('by keyboard', async () => {
  const focused = () =>
    page.evaluate(({ activeElement: it } = document) => it.name || it.id || it.tagName);
  // The browser is told to hand choosers on before the page is loaded, so that none is missed.
  page.on('filechooser', (chooser) => chooser.setFiles(join(GUESTS, 'clocks.wasm')));
  await page.reload();
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'file');
  await page.keyboard.press('Enter');
  await page.getByText('Once composed').waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'target');
  await page.keyboard.press('ArrowDown');
  await page.getByText('only WASI 0.3.0-rc-2026-03-15.').waitFor();
  while ((await focused()) !== 'download') {
    assert.notEqual(await focused(), 'BODY');
    await page.keyboard.press('Tab');
  }
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.keyboard.press('Enter'),
  ]);
  const expected = native('compose', '-q', '--target', '0.3.0-rc-2026-03-15', 'clocks.wasm');
  assert.ok(readFileSync(await download.path()).equals(expected));
});

for (const colorScheme of ['light', 'dark']) {
  test(`on a phone, ${colorScheme}`, async () => {
    await context.close();
    await open({ viewport: { width: 360, height: 740 }, colorScheme });
    const long = `${'a-long-name-'.repeat(9)}.wasm`;
    await drop(long, guest('http-stable-server.wasm'));
    await page.getByText('Once composed').waitFor();
    const cells = await page.getByRole('cell', { name: /the adapter/ }).all();
    for (const cell of cells) {
      assert.ok((await cell.boundingBox()).width > 200, 'words are not broken');
    }
    assert.ok(cells.length > 3);
    const { width, background, text } = await page.evaluate(() => {
      const { backgroundColor, color } = getComputedStyle(document.body);
      const brightness = (it) => it.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + +part, 0);
      const width = document.documentElement.scrollWidth;
      return { width, background: brightness(backgroundColor), text: brightness(color) };
    });
    assert.equal(width, 360, 'nothing is wider than the screen');
    assert.ok(colorScheme === 'dark' ? background < 150 : background > 600, `${background}`);
    assert.ok(Math.abs(text - background) > 400, 'the text can be read');
  });
}

test('a picture of it', { skip: SCREENSHOT === undefined }, async () => {
  await context.close();
  await open({ viewport: { width: 900, height: 980 } });
  await drop('clocks.wasm');
  await page.getByText('Once composed').waitFor();
  await page.screenshot({ path: SCREENSHOT });
});
