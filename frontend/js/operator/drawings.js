/** The operator's page for stored drawings: wires sign-in, filters, gallery, the chosen drawing, decisions and audit. */

import { byId, element, setText } from '../ui/dom.js';
import { showAudit } from './audit.js';
import { afterDecision, subjectOf } from './decisions.js';
import { DrawingDetails } from './drawing_details.js';
import { Gallery } from './gallery.js';
import { ModerationCalls, Refused } from './moderation_calls.js';

/** @typedef {import('./decisions.js').Decision} Decision */

const stage = byId('stage', HTMLInputElement);
const words = byId('words', HTMLParagraphElement);
const reason = byId('reason', HTMLInputElement);
const more = byId('more', HTMLButtonElement);
const sure = byId('sure', HTMLDialogElement);
const details = new DrawingDetails();
const gallery = new Gallery(byId('gallery', HTMLUListElement), () => details.show(gallery.chosen));

/** @type {ModerationCalls | null} */ let calls = null;
/** @type {Readonly<Record<string, string>>} */ let filters = {}; // of the drawings that are shown
let asking = 0; // the number of the last look, whose answer alone counts

// What the operator does

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
  for (const view of [gallery, details]) view.setStage(Number(stage.value) / 100);
});
more.addEventListener('click', () => void look(more.value));
byId('replay', HTMLButtonElement).addEventListener('click', () => details.play());
byId('hide', HTMLButtonElement).addEventListener('click', () => void hide());
byId('delete', HTMLButtonElement).addEventListener('click', () => void remove());
byId('block', HTMLButtonElement).addEventListener('click', () => void block());
byId('theirs', HTMLButtonElement).addEventListener('click', () => {
  byId('contributor', HTMLInputElement).value = gallery.chosen?.contributor ?? '';
  void look();
});
byId('relabel', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void decide({ action: 'relabel', label: byId('new-label', HTMLSelectElement).value });
});
byId('audit', HTMLDetailsElement).addEventListener('toggle', () => void readAudit());
byId('gallery', HTMLUListElement).addEventListener('keydown', onKey);
byId('details', HTMLElement).addEventListener('keydown', (event) => {
  // Letters typed into a field are text.
  if (!(event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement)) onKey(event);
});

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'p') details.play();
  else if (event.key === 'h') void hide();
  else if (event.key === 'b') void block();
  else if (event.key === 'Delete') void remove();
  else if (!gallery.move(event.key)) return;
  event.preventDefault();
}

// What is found

/** @param {string} [after] continues behind this id; from the beginning without it */
async function look(after = '') {
  const number = ++asking;
  if (after === '') filters = readFilters();
  const found = await attempt((service) => service.find({ ...filters, after }));
  if (found === null || number !== asking) return;
  byId('sign-in', HTMLFormElement).hidden = true;
  byId('leave', HTMLButtonElement).hidden = byId('desk', HTMLElement).hidden = false;
  if (after === '') gallery.clear();
  offer(byId('label', HTMLSelectElement), found.classes, true);
  offer(byId('new-label', HTMLSelectElement), found.classes, false);
  for (const drawing of found.drawings) gallery.add(drawing);
  more.hidden = found.after === null;
  more.value = found.after ?? '';
  setText(words, gallery.size === 0 ? 'No such drawings.' : `${gallery.size} drawings${found.after === null ? '' : ', and more'}.`);
  if (after === '') gallery.focusFirst();
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

// What is decided

function hide() {
  return decide({ action: gallery.chosen?.hidden ? 'unhide' : 'hide' });
}

async function remove() {
  if (gallery.chosen && (await isSure('Delete this drawing for good?', 'Delete'))) await decide({ action: 'delete' });
}

async function block() {
  if (!gallery.chosen) return;
  const { blocked } = gallery.chosen;
  const question = 'Refuse further drawings by this contributor, and use none of the earlier ones?';
  if (blocked || (await isSure(question, 'Block'))) await decide({ action: blocked ? 'unblock' : 'block' });
}

/** @param {Decision} decision */
async function decide(decision) {
  const drawing = gallery.chosen;
  if (drawing === null) return;
  const call = { ...decision, ...subjectOf(decision, drawing), reason: reason.value.trim(), set: filters.set ?? 'digits' };
  const done = await attempt((service) => service.decide(call));
  if (done === null) return;
  gallery.update((each) => afterDecision(each, decision, drawing));
  setText(words, done.changed ? `Done: ${decision.action}.` : 'It was so before.');
  void readAudit();
}

async function readAudit() {
  if (!byId('audit', HTMLDetailsElement).open) return;
  const lines = await attempt((service) => service.audit(filters.set ?? 'digits'));
  showAudit(byId('lines', HTMLOListElement), lines ?? []);
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
  gallery.clear();
  more.hidden = true;
  byId('lines', HTMLOListElement).replaceChildren();
  byId('sign-in', HTMLFormElement).hidden = false;
  byId('leave', HTMLButtonElement).hidden = byId('desk', HTMLElement).hidden = true;
}
