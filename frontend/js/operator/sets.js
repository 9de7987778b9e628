/** The operator's page for symbol sets: definitions and examples, by the calls under `/operator/sets`. */

import { byId, element } from '../ui/dom.js';

/** @typedef {{readonly id: string, readonly name: string, readonly retired?: boolean}} SetClass */
/** @typedef {{readonly id: string, readonly name: string, readonly classes: readonly SetClass[]}} Definition */
/** @typedef {{readonly definition: Definition, readonly drawings: number, readonly examples: readonly number[]}} OperatorSet */

const CALLS = 'sets'; // beside this page, whatever prefix a proxy adds
const NEW = { id: 'my-set', name: 'My set', classes: [{ id: 'first', name: 'First' }, { id: 'second', name: 'Second' }] };

const pad = byId('pad', HTMLCanvasElement);
const chosen = byId('set', HTMLSelectElement);
const classes = byId('class', HTMLSelectElement);
const definition = byId('definition', HTMLTextAreaElement);

let token = ''; // in memory alone: whoever opens the page types it
/** @type {readonly OperatorSet[]} */
let sets = [];
/** @type {number[][][]} */
let strokes = [];

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
async function call(method, path, body) {
  const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const answer = await fetch(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const answered = await answer.json();
  if (!answer.ok) throw new Error(answered.message ?? `${answer.status}`);
  return answered;
}

/**
 * Does it, and shows what came of it.
 * @param {() => Promise<string>} work
 */
async function attempt(work) {
  const news = byId('news', HTMLElement);
  try {
    news.textContent = await work();
  } catch (error) {
    news.textContent = error instanceof Error ? error.message : String(error);
  }
}

/** @param {string} [id] of the set to choose */
async function load(id = chosen.value) {
  sets = await call('GET', CALLS);
  chosen.replaceChildren(
    ...sets.map((each) => element('option', { value: each.definition.id }, each.definition.name)),
    element('option', { value: '' }, 'New set'),
  );
  chosen.value = sets.some((each) => each.definition.id === id) ? id : (sets[0]?.definition.id ?? '');
  byId('entry', HTMLElement).hidden = true;
  byId('sets', HTMLElement).hidden = false;
  await show();
}

async function show() {
  const found = sets.find((each) => each.definition.id === chosen.value);
  definition.value = JSON.stringify(found?.definition ?? NEW, null, 1);
  byId('examples', HTMLElement).hidden = byId('retire', HTMLButtonElement).hidden = byId('visit', HTMLAnchorElement).hidden = !found;
  if (!found) return;
  byId('visit', HTMLAnchorElement).href = `../s/${found.definition.id}/`;
  const before = classes.value;
  classes.replaceChildren(
    ...found.definition.classes.flatMap((each, place) =>
      each.retired ? [] : [element('option', { value: each.id }, `${each.name} (${found.examples[place]})`)],
    ),
  );
  if ([...classes.options].some(({ value }) => value === before)) classes.value = before;
  const names = new Map(found.definition.classes.map(({ id, name }) => [id, name]));
  const given = await call('GET', `${CALLS}/${found.definition.id}/examples`);
  byId('given', HTMLElement).replaceChildren(
    ...given.map((/** @type {{id: string, label: string}} */ one) => {
      const remove = element('button', {}, 'Delete');
      remove.addEventListener('click', () =>
        attempt(async () => {
          await call('DELETE', `${CALLS}/${found.definition.id}/examples/${one.id}`);
          await load();
          return 'Deleted.';
        }),
      );
      return element('li', {}, element('bdi', {}, names.get(one.label) ?? one.label), ' ', remove);
    }),
  );
}

async function save() {
  const given = JSON.parse(definition.value);
  if (chosen.value === '') await call('POST', CALLS, given);
  else await call('PUT', `${CALLS}/${chosen.value}`, given);
  await load(given.id);
  return 'Saved.';
}

async function give() {
  if (strokes.length === 0) return 'Draw an example first.';
  await call('POST', `${CALLS}/${chosen.value}/examples`, { label: classes.value, strokes });
  clear();
  await load();
  return 'It serves everybody from now on.';
}

function clear() {
  strokes = [];
  pad.getContext('2d')?.clearRect(0, 0, pad.width, pad.height);
}

function paint() {
  const context = pad.getContext('2d');
  if (!context) return;
  context.clearRect(0, 0, pad.width, pad.height);
  context.lineWidth = 10;
  context.lineCap = context.lineJoin = 'round';
  context.strokeStyle = getComputedStyle(pad).color;
  for (const stroke of strokes) {
    context.beginPath();
    for (const [x, y] of stroke) context.lineTo(x, y);
    context.stroke();
  }
}

/** @param {PointerEvent} event */
function pointOf(event) {
  const box = pad.getBoundingClientRect();
  const scale = pad.width / box.width;
  return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
}

pad.addEventListener('pointerdown', (event) => {
  if (event.button !== 0) return;
  pad.setPointerCapture(event.pointerId);
  strokes = [...strokes, [pointOf(event)]];
});
pad.addEventListener('pointermove', (event) => {
  if (!pad.hasPointerCapture(event.pointerId)) return;
  for (const each of event.getCoalescedEvents?.() ?? [event]) strokes[strokes.length - 1].push(pointOf(each));
  paint();
});
byId('enter', HTMLButtonElement).addEventListener('click', () =>
  attempt(async () => {
    token = byId('token', HTMLInputElement).value;
    await load();
    return '';
  }),
);
byId('token', HTMLInputElement).addEventListener('keydown', (event) => event.key === 'Enter' && byId('enter', HTMLButtonElement).click());
chosen.addEventListener('change', () => attempt(async () => (await show(), '')));
byId('save', HTMLButtonElement).addEventListener('click', () => attempt(save));
byId('give', HTMLButtonElement).addEventListener('click', () => attempt(give));
byId('clear', HTMLButtonElement).addEventListener('click', clear);
byId('retire', HTMLButtonElement).addEventListener('click', () =>
  attempt(async () => {
    await call('DELETE', `${CALLS}/${chosen.value}`);
    await load('');
    return 'Retired. What was drawn stays stored.';
  }),
);
