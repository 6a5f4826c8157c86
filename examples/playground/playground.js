// The page: a guest and options go to the worker, and what comes back is shown.

import { details, picture, sizes, verdict } from './report.js';

/** What can be left out: what hosts of WASI 0.3 may lack. */
const PACKAGES = ['cli', 'clocks', 'filesystem', 'http', 'random', 'sockets'];

const element = (id) => document.getElementById(id);
const form = element('form');
const file = element('file');
const drop = element('drop');
const download = element('download');
const worker = new Worker('worker.js', { type: 'module' });

/** The guest: its name and its bytes. */
let guest;
/** Counts what has been asked for. An answer to anything but the last is too late. */
let turn = 0;

for (const name of PACKAGES) {
  const box = Object.assign(document.createElement('input'), {
    type: 'checkbox',
    name: 'without',
    value: `wasi:${name}`,
  });
  const label = document.createElement('label');
  label.append(box, ` nothing of wasi:${name}`);
  element('packages').append(label);
}

async function take(chosen) {
  if (chosen === undefined) {
    return;
  }
  const mine = ++turn;
  try {
    const bytes = new Uint8Array(await chosen.arrayBuffer());
    if (mine !== turn) {
      return;
    }
    guest = { name: chosen.name, bytes };
    element('chosen').textContent = chosen.name;
    ask();
  } catch {
    fail(`${chosen.name} could not be read: choose a file.`);
  }
}

function ask() {
  if (guest === undefined) {
    return;
  }
  const data = new FormData(form);
  const options = {
    name: guest.name,
    target: data.get('target'),
    link: data.get('link'),
    without: data.getAll('without'),
    noMultiMemory: data.has('noMultiMemory'),
    front: data.has('front'),
  };
  element('status').className = '';
  element('status').textContent = `${guest.name} is inspected…`;
  worker.postMessage({ turn: ++turn, guest: guest.bytes, options });
}

function fail(message) {
  element('report').hidden = true;
  element('status').className = 'bad';
  element('status').textContent = message;
}

function show(report, result) {
  element('status').textContent = '';
  const [text, kind] = verdict(report);
  element('verdict').textContent = text;
  element('verdict').className = `verdict ${kind}`;
  URL.revokeObjectURL(download.href);
  download.hidden = result === undefined;
  if (result !== undefined) {
    download.href = URL.createObjectURL(new Blob([result], { type: 'application/wasm' }));
    download.download = `${report.guest.replace(/\.wasm$/, '')}-uplifted.wasm`;
  }
  element('sizes').textContent = sizes(report);
  element('picture').replaceChildren(picture(report));
  element('details').replaceChildren(...details(report));
  element('report').hidden = false;
}

worker.onmessage = ({ data }) => {
  if (data.turn !== turn) {
    return;
  }
  if (data.error !== undefined) {
    fail(data.error);
  } else {
    show(data.report, data.result);
  }
};
worker.onerror = () => fail('What composes could not be loaded: reload the page.');

form.addEventListener('change', (event) => {
  if (event.target === file) {
    take(file.files[0]);
  } else {
    ask();
  }
});
form.addEventListener('submit', (event) => event.preventDefault());
// A file that misses the place would otherwise take the page's place.
for (const kind of ['dragover', 'drop']) {
  window.addEventListener(kind, (event) => event.preventDefault());
}
window.addEventListener('drop', (event) => {
  file.files = event.dataTransfer.files;
  take(file.files[0]);
});
for (const [kind, over] of [['dragover', true], ['dragleave', false], ['drop', false]]) {
  drop.addEventListener(kind, () => drop.classList.toggle('over', over));
}
