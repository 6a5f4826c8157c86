// The page: a guest and options go to the worker, and what comes back is shown.

import { details, picture, sizes, verdict } from './report.js';

/** What can be left out: what hosts of WASI 0.3 may lack. */
const PACKAGES = ['cli', 'clocks', 'filesystem', 'http', 'random', 'sockets'];

const element = (id) => document.getElementById(id);
const form = element('form');
const file = element('file');
const drop = element('drop');
const download = element('download');

// A worker has the policy of the page if it is made of something of the page's own.
const start = new Blob([`import '${new URL('worker.js', location.href)}';`], {
  type: 'text/javascript',
});
const worker = new Worker(URL.createObjectURL(start), { type: 'module' });

/** The guest: its name and its bytes. */
let guest;
/** How many files have been chosen: one that is read after another was chosen is too late. */
let chosen = 0;
/** Whether the worker has something to do, and whether something has changed since it began. */
let isBusy = false;
let isOutdated = false;

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

async function take(file) {
  if (file === undefined) {
    return;
  }
  const mine = ++chosen;
  element('chosen').textContent = file.name;
  guest = undefined;
  say(`${file.name} is read…`);
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (mine === chosen) {
      guest = { name: file.name, bytes };
      ask();
    }
  } catch {
    if (mine === chosen) {
      fail(`${file.name} could not be read: choose a file.`);
    }
  }
}

/** Has the guest inspected, once the worker has done what it is doing. */
function ask() {
  if (guest === undefined) {
    return;
  }
  say(`${guest.name} is inspected…`);
  isOutdated = isBusy;
  if (isBusy) {
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
  isBusy = true;
  worker.postMessage({ guest: guest.bytes, options });
}

/** Says what is going on. What is shown is of before. */
function say(text) {
  element('status').className = '';
  element('status').textContent = text;
  element('report').setAttribute('aria-busy', 'true');
  forget();
}

/** Takes the last result away. */
function forget() {
  URL.revokeObjectURL(download.href);
  download.removeAttribute('href');
  download.hidden = true;
}

function fail(message) {
  forget();
  element('report').hidden = true;
  element('status').className = 'bad';
  element('status').textContent = message;
}

function show(report, result) {
  element('status').textContent = '';
  const [text, kind] = verdict(report);
  element('verdict').textContent = text;
  element('verdict').className = `verdict ${kind}`;
  if (result !== undefined) {
    download.href = URL.createObjectURL(new Blob([result], { type: 'application/wasm' }));
    download.download = `${report.guest.replace(/\.wasm$/, '')}-uplifted.wasm`;
    download.hidden = false;
  }
  element('sizes').textContent = sizes(report);
  element('picture').replaceChildren(picture(report));
  element('details').replaceChildren(...details(report));
  element('report').removeAttribute('aria-busy');
  element('report').hidden = false;
}

worker.onmessage = ({ data }) => {
  isBusy = false;
  if (guest === undefined) {
    // Another one is being read.
  } else if (isOutdated) {
    ask();
  } else if (data.error !== undefined) {
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
window.addEventListener('drop', ({ dataTransfer: { files } }) => {
  if (files.length === 1) {
    file.files = files;
    take(files[0]);
  } else {
    fail('Drop one file.');
  }
});
for (const [kind, over] of [['dragover', true], ['dragleave', false], ['drop', false]]) {
  drop.addEventListener(kind, () => drop.classList.toggle('over', over));
}
