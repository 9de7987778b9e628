/** The operator's page for stored drawings: wires filters, gallery, the chosen drawing and the audit. */

import { byId, element, setText } from '../ui/dom.js';
import { ModerationCalls, Refused } from './moderation_calls.js';
import { drawStage, replay } from './sketch.js';

/** @typedef {import('./moderation_calls.js').StoredDrawing} StoredDrawing */

const SMALL = 120; // px of a canvas in the gallery
const FACTS = /** @type {const} */ (['id', 'received_at', 'label', 'asked', 'use', 'pointer', 'source', 'verdict', 'confirmed', 'hidden', 'blocked', 'contributor']);

const gallery = byId('gallery', HTMLUListElement);
const stage = byId('stage', HTMLInputElement);
const words = byId('words', HTMLParagraphElement);
const large = byId('large', HTMLCanvasElement);
const reason = byId('reason', HTMLInputElement);
const more = byId('more', HTMLButtonElement);
const sure = byId('sure', HTMLDialogElement);

/** @type {ModerationCalls | null} */ let calls = null;
/** @type {Map<string, {drawing: StoredDrawing, button: HTMLButtonElement}>} */ const shown = new Map();
/** @type {string | null} */ let chosen = null;
/** @type {Readonly<Record<string, string>>} */ let filters = {}; // of the drawings that are shown
let asking = 0; // the number of the last look, whose answer alone counts
let stopReplay = () => {};

byId('sign-in', HTMLFormElement).addEventListener('submit', async (event) => {
  event.preventDefault();
  const token = byId('token', HTMLInputElement);
  calls = new ModerationCalls(token.value);
  token.value = '';
  await offerSets();
  if (calls !== null) await look();
});
byId('leave', HTMLButtonElement).addEventListener('click', leave);
byId('filters', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void look();
});
byId('set', HTMLSelectElement).addEventListener('change', () => {
  byId('label', HTMLSelectElement).value = ''; // a class of the set before
  byId('contributor', HTMLInputElement).value = ''; // each set knows a contributor by another hash
  void look();
});
stage.addEventListener('input', () => {
  setText(byId('stage-words', HTMLOutputElement), `${stage.value} %`);
  for (const each of shown.values()) paint(each);
  paintLarge();
});
more.addEventListener('click', () => void look(more.value));
byId('replay', HTMLButtonElement).addEventListener('click', play);
byId('hide', HTMLButtonElement).addEventListener('click', () => void hide());
byId('delete', HTMLButtonElement).addEventListener('click', () => void remove());
byId('block', HTMLButtonElement).addEventListener('click', () => void block());
byId('theirs', HTMLButtonElement).addEventListener('click', () => {
  byId('contributor', HTMLInputElement).value = current()?.contributor ?? '';
  void look();
});
byId('relabel', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void decide({ action: 'relabel', label: byId('new-label', HTMLSelectElement).value });
});
byId('audit', HTMLDetailsElement).addEventListener('toggle', () => void showAudit());
gallery.addEventListener('keydown', onKey);
byId('details', HTMLElement).addEventListener('keydown', (event) => {
  // Letters typed into a field are text.
  if (!(event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement)) onKey(event);
});

/** @param {string} [after] continues behind this id; from the beginning without it */
async function look(after = '') {
  const number = ++asking;
  if (after === '') filters = readFilters();
  const found = await attempt((service) => service.find({ ...filters, after }));
  if (found === null || number !== asking) return;
  byId('sign-in', HTMLFormElement).hidden = true;
  byId('leave', HTMLButtonElement).hidden = byId('desk', HTMLElement).hidden = false;
  if (after === '') clear();
  offer(byId('label', HTMLSelectElement), found.classes, true);
  offer(byId('new-label', HTMLSelectElement), found.classes, false);
  for (const drawing of found.drawings) add(drawing);
  more.hidden = found.after === null;
  more.value = found.after ?? '';
  setText(words, shown.size === 0 ? 'No such drawings.' : `${shown.size} drawings${found.after === null ? '' : ', and more'}.`);
  if (after === '') gallery.querySelector('button')?.focus();
}

async function offerSets() {
  const sets = await attempt((service) => service.sets());
  if (sets === null) return;
  const named = sets.map(({ id, name, retired }) => ({ id, name: retired ? `${name} (retired)` : name }));
  offer(byId('set', HTMLSelectElement), named, false);
}

function readFilters() {
  /** @type {Record<string, string>} */ const read = { contributor: byId('contributor', HTMLInputElement).value.trim() };
  for (const name of ['set', 'label', 'verdict', 'state']) read[name] = byId(name, HTMLSelectElement).value;
  return read;
}

/**
 * @param {HTMLSelectElement} select
 * @param {readonly {readonly id: string, readonly name: string}[]} classes
 * @param {boolean} all offers "all" too
 */
function offer(select, classes, all) {
  const before = select.value;
  const options = classes.map(({ id, name }) => element('option', { value: id }, id === name ? id : `${id}: ${name}`));
  select.replaceChildren(...(all ? [element('option', { value: '' }, 'all')] : []), ...options);
  select.value = before;
  if (select.selectedIndex < 0) select.selectedIndex = 0;
}

/** @param {StoredDrawing} drawing */
function add(drawing) {
  const canvas = element('canvas', { width: String(SMALL), height: String(SMALL) });
  const button = element('button', { type: 'button', 'aria-pressed': 'false' }, canvas, element('span', {}), ' ', element('small', {}));
  const each = { drawing, button };
  button.addEventListener('focus', () => choose(drawing.id));
  button.addEventListener('click', () => choose(drawing.id));
  shown.set(drawing.id, each);
  gallery.append(element('li', {}, button));
  describe(each);
}

/** @param {{drawing: StoredDrawing, button: HTMLButtonElement}} each */
function describe(each) {
  const { drawing, button } = each;
  const notes = ['hidden', 'blocked', 'relabelled'].filter((name) => drawing[/** @type {'hidden'} */ (name)]);
  if (drawing.verdict === 'filtered') notes.push('filtered');
  const [label, small] = [button.querySelector('span'), button.querySelector('small')];
  if (label) setText(label, drawing.label);
  if (small) setText(small, notes.join(', '));
  button.classList.toggle('out', drawing.hidden || drawing.blocked);
  button.setAttribute('aria-label', [`drawing labelled ${drawing.label}`, ...notes].join(', '));
  paint(each);
}

/** @param {{drawing: StoredDrawing, button: HTMLButtonElement}} each */
function paint({ drawing, button }) {
  const canvas = button.querySelector('canvas');
  if (canvas) drawStage(canvas, drawing, Number(stage.value) / 100);
}

/** @param {string} id */
function choose(id) {
  if (chosen === id) return;
  stopReplay();
  chosen = id;
  for (const [each, { button }] of shown) button.setAttribute('aria-pressed', String(each === id));
  showDetails();
}

function current() {
  return chosen === null ? undefined : shown.get(chosen)?.drawing;
}

function showDetails() {
  const drawing = current();
  byId('details', HTMLElement).hidden = drawing === undefined;
  if (drawing === undefined) return;
  const facts = FACTS.flatMap((name) => [element('dt', {}, name.replace('_', ' ')), element('dd', {}, String(drawing[name]))]);
  byId('facts', HTMLDListElement).replaceChildren(...facts);
  byId('new-label', HTMLSelectElement).value = drawing.label;
  nameButton('hide', drawing.hidden ? 'Unhide ' : 'Hide ');
  nameButton('block', drawing.blocked ? 'Unblock contributor ' : 'Block contributor ');
  paintLarge();
}

/**
 * @param {string} id
 * @param {string} text before the key
 */
function nameButton(id, text) {
  const first = byId(id, HTMLButtonElement).firstChild;
  if (first instanceof Text) first.data = text;
}

function paintLarge() {
  const drawing = current();
  stopReplay();
  if (drawing !== undefined) drawStage(large, drawing, Number(stage.value) / 100);
}

function play() {
  const drawing = current();
  stopReplay();
  if (drawing !== undefined) stopReplay = replay(large, drawing);
}

function hide() {
  return decide({ action: current()?.hidden ? 'unhide' : 'hide' });
}

async function remove() {
  if (current() !== undefined && (await isSure('Delete this drawing for good?', 'Delete'))) await decide({ action: 'delete' });
}

async function block() {
  const drawing = current();
  if (drawing === undefined) return;
  const question = 'Refuse further drawings by this contributor, and use none of the earlier ones?';
  if (drawing.blocked || (await isSure(question, 'Block'))) await decide({ action: drawing.blocked ? 'unblock' : 'block' });
}

/** @param {Readonly<Record<string, string>>} action */
async function decide(action) {
  const drawing = current();
  if (drawing === undefined) return;
  const ofContributor = action.action === 'block' || action.action === 'unblock';
  /** @type {Record<string, string>} */ const subject = ofContributor ? { contributor: drawing.contributor } : { drawing: drawing.id };
  const done = await attempt((service) => service.decide({ ...action, ...subject, reason: reason.value.trim(), set: filters.set ?? 'digits' }));
  if (done === null) return;
  apply(drawing, action);
  setText(words, done.changed ? `Done: ${action.action}.` : 'It was so before.');
  void showAudit();
}

/**
 * Shows a decision that is in effect.
 * @param {StoredDrawing} drawing
 * @param {Readonly<Record<string, string>>} action
 */
function apply(drawing, action) {
  if (action.action === 'delete') {
    const { button } = shown.get(drawing.id) ?? {};
    const near = button?.parentElement?.nextElementSibling ?? button?.parentElement?.previousElementSibling;
    shown.delete(drawing.id);
    button?.parentElement?.remove();
    chosen = null;
    showDetails();
    near?.querySelector('button')?.focus();
    return;
  }
  for (const each of shown.values()) {
    if (action.action === 'block' || action.action === 'unblock') {
      if (each.drawing.contributor === drawing.contributor) each.drawing = { ...each.drawing, blocked: action.action === 'block' };
    } else if (each.drawing.id === drawing.id && action.action === 'relabel') {
      each.drawing = { ...each.drawing, label: action.label ?? '', relabelled: action.label !== drawing.asked };
    } else if (each.drawing.id === drawing.id) {
      each.drawing = { ...each.drawing, hidden: action.action === 'hide' };
    }
    describe(each);
  }
  showDetails();
}

async function showAudit() {
  if (!byId('audit', HTMLDetailsElement).open) return;
  const lines = await attempt((service) => service.audit(filters.set ?? 'digits'));
  const texts = (lines ?? []).map(({ at, action, drawing, contributor, label_before, label, reason: why, via }) =>
    [at, action, drawing ?? contributor ?? '', label === null ? '' : `${label_before} to ${label}`, via, why].filter((part) => part !== '').join('  '),
  );
  byId('lines', HTMLOListElement).replaceChildren(...texts.map((text) => element('li', {}, text)));
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const buttons = [...gallery.querySelectorAll('button')];
  const at = buttons.findIndex((button) => button === document.activeElement);
  const columns = buttons.findIndex((button) => button.offsetTop > (buttons[0]?.offsetTop ?? 0));
  const steps = new Map([['ArrowRight', 1], ['ArrowLeft', -1], ['ArrowDown', columns], ['ArrowUp', -columns]]);
  const step = steps.get(event.key);
  if (step !== undefined && at >= 0) buttons[at + step]?.focus();
  else if (event.key === 'p') play();
  else if (event.key === 'h') void hide();
  else if (event.key === 'b') void block();
  else if (event.key === 'Delete') void remove();
  else return;
  event.preventDefault();
}

/**
 * @param {string} question
 * @param {string} yes
 * @returns {Promise<boolean>}
 */
function isSure(question, yes) {
  setText(byId('question', HTMLParagraphElement), question);
  setText(byId('yes', HTMLButtonElement), yes);
  sure.returnValue = 'no';
  sure.showModal();
  return new Promise((resolve) => sure.addEventListener('close', () => resolve(sure.returnValue === 'yes'), { once: true }));
}

/**
 * The outcome of a call; null, and a line of words, where it failed.
 * @template T
 * @param {(service: ModerationCalls) => Promise<T>} call
 * @returns {Promise<T | null>}
 */
async function attempt(call) {
  if (calls === null) return null;
  try {
    return await call(calls);
  } catch (error) {
    if (error instanceof Refused && error.status === 401) leave();
    const why = error instanceof Refused ? error.message : 'the service does not answer';
    setText(words, `Not done: ${why}`);
    return null;
  }
}

/** Forgets the token and everything that it opened. */
function leave() {
  calls = null;
  asking++;
  clear();
  byId('lines', HTMLOListElement).replaceChildren();
  byId('sign-in', HTMLFormElement).hidden = false;
  byId('leave', HTMLButtonElement).hidden = byId('desk', HTMLElement).hidden = true;
}

function clear() {
  stopReplay();
  shown.clear();
  chosen = null;
  gallery.replaceChildren();
  more.hidden = true;
  showDetails();
}
