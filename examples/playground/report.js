// A report of `inspect` as parts of a page.

const FATES = {
  adapter: 'the adapter',
  'already-p3': 'the host; it is WASI 0.3 already',
  host: 'the host, as it is; it is not of WASI 0.2',
  kept: 'stays, under the same name',
  sync: "stays, and can't wait",
  async: 'stays, under the same name',
};

/** A sentence, and whether it is good news. */
export function verdict(report) {
  let host = `a host that ships only WASI ${report.verdict === 'already' ? '0.3' : report.target}`;
  if (report.host.length > 0) {
    host += ` and serves ${report.host.join(', ')}`;
  }
  switch (report.verdict) {
    case 'already':
      return [`It runs on ${host} as it is.`, 'good'];
    case 'composes':
      return [`Once composed, it runs on ${host}.`, 'good'];
    default:
      return [`It can't run on ${host}: ${report.reason ?? 'see below'}.`, 'bad'];
  }
}

export function sizes({ size, result }) {
  const bytes = (count) => `${count.toLocaleString('en')} bytes`;
  return result === undefined
    ? bytes(size)
    : `${bytes(size)} before, ${bytes(result.size)} after`;
}

/** The tables and lists. */
export function details(report) {
  const { result } = report;
  const parts = [];
  const section = (title, content) => parts.push(make('h2', {}, title), content);
  if (report.imports.length > 0) {
    const rows = report.imports.map((item) => [
      item.shape === undefined ? item.name : `${item.name} (${item.shape} shape)`,
      fate(item),
      (item.waiting ?? []).length > 0 ? item.waiting.join(', ') : [],
    ]);
    section('Imports', table(['import', 'served by', 'may wait'], rows));
  }
  if (report.exports.length > 0) {
    const rows = report.exports.map((item) => [item.name, became(item)]);
    section('Exports', table(['export', 'what becomes of it'], rows));
  }
  if (result !== undefined) {
    section('The result imports', list(result.imports));
    if (result['cannot-wait'].length > 0) {
      section('Can’t wait, and traps when it would have to', list(result['cannot-wait'].map(code)));
    }
    if (result['not-fused'] !== null) {
      section('Why two components', list([result['not-fused']]));
    }
  }
  if (report.engine.length > 0) {
    section('The engine needs', list(report.engine));
  }
  if (report.differences.length > 0) {
    const differences = report.differences.map((it) => `${it.subject}: ${it.instead}`);
    section('Known differences from WASI 0.2’s own hosts', list(differences));
  }
  return parts;
}

function fate(item) {
  return item.fate === 'impossible' ? failed(item.reason) : (FATES[item.fate] ?? item.fate);
}

function became(item) {
  if (item.fate === 'impossible') {
    return failed(item.reason);
  }
  const text = item.fate === 'lifted' ? `becomes ${item.to}` : (FATES[item.fate] ?? item.fate);
  const functions = item['became-async'] ?? [];
  const names = functions.filter((name) => name !== '');
  if (names.length > 0) {
    return `${text}; become async: ${names.join(', ')}`;
  }
  return functions.length > 0 ? `${text}; becomes async` : text;
}

/** Code that can't wait: what it is of, and which component it is in. */
function code({ kind, component, export: name, function: of, resource }) {
  const names = [name, of, resource].filter((part) => part);
  const where = component === null ? '' : ` (in ${component})`;
  return `${[kind, ...names].join(' ')}${where}`;
}

function failed(reason) {
  return make('span', { class: 'bad' }, `impossible: ${reason}`);
}

/** Guest, adapter and host, and what passes between them. */
export function picture(report) {
  const isComposed = report.verdict === 'composes';
  const isOne = report.result?.link === 'fused';
  const hasFront = isOne && report.result.front;
  const parts = [];
  const box = (x, title, note) => {
    parts.push(draw('rect', { x, y: 40, width: 150, height: 70, rx: 8 }));
    parts.push(draw('text', { x: x + 75, y: 72 }, title));
    parts.push(draw('text', { x: x + 75, y: 93, class: 'small' }, note));
  };
  const arrow = (from, to, label, middle = (from + to) / 2) => {
    parts.push(draw('path', { d: `M${from} 75H${to - 2}m-7 -6l7 6l-7 6` }));
    parts.push(draw('text', { x: middle, y: 66, class: 'small' }, label));
  };
  const host = report.verdict === 'already' ? 'WASI 0.3' : `WASI ${report.target}`;
  box(10, 'guest', `${Math.ceil(report.size / 1024).toLocaleString('en')} KiB`);
  box(490, 'host', host);
  let description = `The guest calls a host of ${host}.`;
  if (isComposed) {
    const added = Math.ceil(report.result.added / 1024);
    parts.unshift(draw('rect', { x: 1, y: 14, width: 420, height: 112, rx: 12, class: 'whole' }));
    const how = `${isOne ? 'one component' : 'two components'}${hasFront ? ', behind a front' : ''}`;
    parts.push(draw('text', { x: 211, y: 31, class: 'small' }, `the result: ${how}`));
    box(260, 'adapter', `${added.toLocaleString('en')} KiB added`);
    arrow(160, 260, 'WASI 0.2');
    // The label is outside of the result.
    arrow(410, 490, 'WASI 0.3', 456);
    description = `The guest calls the adapter, which calls a host of ${host}. They are ${how}.`;
  } else if (report.verdict === 'already') {
    arrow(160, 490, 'WASI 0.3');
  } else {
    parts.push(draw('path', { d: 'M160 75H490', 'stroke-dasharray': '3 6' }));
    parts.push(draw('text', { x: 325, y: 66, class: 'small' }, 'see what is impossible'));
    description = 'Nothing connects the guest with the host.';
  }
  const svg = draw('svg', { viewBox: '0 0 650 130', role: 'img', 'aria-label': description });
  svg.append(...parts);
  return svg;
}

function table(titles, rows) {
  const head = make('tr', {}, ...titles.map((title) => make('th', { scope: 'col' }, title)));
  const cell = (content, index) => make('td', { 'data-title': titles[index] }, ...[content].flat());
  const body = rows.map((row) => make('tr', {}, ...row.map(cell)));
  return make('table', {}, make('thead', {}, head), make('tbody', {}, ...body));
}

function list(items) {
  return make('ul', {}, ...items.map((item) => make('li', {}, item)));
}

function make(name, attributes, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function draw(name, attributes, ...children) {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}
