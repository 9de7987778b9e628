/** Wires the page: who hears of what. Each part's work is in a file of its own. */

import { answering } from './choice.js';
import { Connection } from './connection.js';
import { Consent } from './consent.js';
import { Contributing } from './contributing.js';
import { byId } from './dom.js';
import { beginStroke, extendStroke, isEmpty, newDrawing, undoStroke } from './drawing.js';
import { KeptView } from './kept.js';
import { trackKeys } from './keyboard.js';
import { ModelsView } from './models_view.js';
import { trackMode } from './modes.js';
import { Names } from './names.js';
import { ModelSheet, Sheet } from './paper.js';
import { trackPen } from './pen.js';
import { openPending } from './pending.js';
import { guessOf } from './predictions.js';
import { encodeHello } from './protocol.js';
import { Bars, GuessView } from './reading.js';
import { Ribbon } from './ribbon.js';
import { contributorToken, keepWish, pageStorage, readWish } from './storage.js';
import { Watching } from './watching.js';
import { Wishes } from './wishes.js';
import { stateWords, whole } from './words.js';
import { openYours } from './yours_view.js';

/** @typedef {import('./protocol.js').ServerMessage} ServerMessage */

const STATE_MS = 250; // between two looks at the state line: figures that change faster can't be read

const storage = pageStorage();
const contributor = contributorToken(storage);
const surface = byId('sheet', HTMLCanvasElement);
const sheet = new Sheet(surface);
const guess = new GuessView();
const bars = [new Bars(byId('bars', HTMLElement)), new Bars(byId('bars-compared', HTMLElement))];
const ribbon = new Ribbon(byId('ribbon', SVGSVGElement));
const names = new Names();
const kept = new KeptView();
const modelsView = new ModelsView();

let drawing = newDrawing(1);
/** @type {import('./pen.js').Pointer} */
let pointer = 'unknown';
let wish = readWish(storage);
/** @type {import('./modes.js').Mode} */
let mode = 'watch';
/** @type {readonly import('./protocol.js').Model[] | null} */
let models = null;
/** @type {import('./connection.js').Link} */
let link = { phase: 'connecting' };
/** @type {string | null} */
let heldBy = null; // the families that this connection's last hello named
let askedModels = ''; // those that answer, as they were told to the parts that show and send
let fresh = true; // the connection has not said welcome yet
let inking = false; // the stroke under way has not been undone or cleared from under the pen
let frame = 0;
let showing = 0;

const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
const connection = new Connection(`${scheme}//${location.host}/ws`, { opened, received, changed: showLink });
const watching = new Watching((bytes) => connection.send(bytes), new ModelSheet());
const yours = await openYours((held) => contributing.forget(held));
const contributing = new Contributing({
  send: (message) => connection.send(message),
  pending: await openPending(),
  printer: new ModelSheet(),
  contributor,
  hold: (held) => yours.add(held),
  changed: showContributing,
});
const consent = new Consent(storage, showContributing);
const wishes = new Wishes(choose);

// The pen

trackPen(surface, {
  down(point, by) {
    if (mode === 'contribute' && !consent.agreed) return;
    pointer = by;
    inking = true;
    change(beginStroke(drawing, point));
  },
  move: (points) => inking && change(extendStroke(drawing, points)),
  up: () => {},
});

/** @param {import('./drawing.js').Drawing} next */
function change(next) {
  if (next === drawing) return;
  drawing = next;
  document.body.toggleAttribute('data-inked', !isEmpty(drawing));
  // Once a frame at most, however many events come in between.
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    sheet.draw(drawing.strokes);
    watching.show(drawing);
    if (isEmpty(drawing)) showReading();
  });
}

function clear() {
  inking = false;
  say('');
  change(newDrawing(drawing.number + 1));
  ribbon.clear();
  showReading();
}

function undo() {
  inking = false;
  if (drawing.strokes.length <= 1) clear();
  else change(undoStroke(drawing));
}

function skip() {
  if (mode !== 'contribute' || !consent.agreed) return;
  contributing.askNext();
  clear();
}

function done() {
  const agreed = consent.agreed;
  if (mode !== 'contribute' || !agreed) return;
  const objection = contributing.objection(drawing.strokes);
  if (objection) {
    say(objection);
    return;
  }
  void contributing.give(drawing.strokes, pointer, agreed);
  clear();
}

for (const [id, action] of Object.entries({ undo, clear, skip, done })) {
  byId(id, HTMLButtonElement).addEventListener('click', action);
}
trackKeys(document, { undo, clear, skip, done });

// The service

function opened() {
  heldBy = null;
  fresh = true;
  greet();
}

/** Says who is to answer. Before the service has told its families none is named: one of them may be gone. */
function greet() {
  const chosen = models && heldBy !== null && (wish.family || wish.compare) ? answering(models, wish) : [];
  const families = chosen.map(({ family }) => family);
  if (heldBy === families.join(' ')) return;
  heldBy = families.join(' ');
  connection.send(encodeHello(families, contributor));
}

/** @param {ServerMessage} message */
function received(message) {
  switch (message.type) {
    case 'welcome':
      consent.showTerms(message.consent);
      modelsView.showTrainer(message.trainer);
      contributing.welcome(message);
      serve(message.models);
      if (fresh) resend();
      return;
    case 'models':
      return serve(message.models);
    case 'prediction':
      return take(message);
    case 'error':
      watching.fail(message.seq);
      return console.warn(`the service answered ${message.code}: ${message.message}`);
    case 'accepted':
      return void contributing.accepted(message);
    case 'refused':
      return void contributing.refused(message);
    case 'trainer':
      return modelsView.showTrainer(message);
    case 'pong':
  }
}

/** On a new connection: what the former one may have lost. */
function resend() {
  fresh = false;
  watching.sendAgain();
  void contributing.sendPending();
  void yours.resume();
}

/** @param {readonly import('./protocol.js').Model[]} served */
function serve(served) {
  models = served;
  greet();
  showModels();
}

/** @param {import('./choice.js').Wish} wished */
function choose(wished) {
  wish = wished;
  keepWish(storage, wish);
  if (connection.isOpen) greet();
  showModels();
}

/** @param {import('./protocol.js').Prediction} prediction */
function take(prediction) {
  const reading = watching.take(prediction);
  if (!reading) return;
  const leading = prediction.family === first()?.family && guessOf(prediction.probabilities);
  if (leading) ribbon.add({ ink: reading.ink, ...leading });
  // With the next frame, and apart from the pen's callback: nothing is painted before it, a pen event between the two
  // finds the page laid out, and two families' answers are shown at once.
  showing ||= requestAnimationFrame(() => {
    showing = 0;
    showReading();
    ribbon.draw();
  });
}

// What is seen

function first() {
  return answering(models ?? [], wish)[0];
}

function showReading() {
  const chosen = answering(models ?? [], wish);
  const read = chosen.map(({ family }) => watching.latest[family]?.probabilities ?? null);
  bars.forEach((column, i) => column.show(read[i] ?? null));
  guess.show(read[0] ?? null);
}

function showModels() {
  const served = models ?? [];
  const chosen = answering(served, wish);
  names.show(served, chosen);
  wishes.show(served, chosen, wish);
  modelsView.showModels(served);
  document.body.toggleAttribute('data-compares', chosen.length === 2);
  const asked = JSON.stringify(chosen);
  if (asked === askedModels) return;
  askedModels = asked;
  ribbon.clear();
  watching.feed(served, wish);
  showReading();
}

function showContributing() {
  const { asked, counts, given } = contributing;
  const task = asked === null ? '' : String(asked);
  byId('asked-digit', HTMLElement).textContent = task;
  byId('asked', HTMLElement).dataset.digit = task;
  const article = asked === 8 ? 'Draw an' : 'Draw a';
  byId('asked-words', HTMLElement).textContent = article;
  byId('invitation', HTMLElement).textContent = mode === 'contribute' ? `${article} ${task}` : 'Draw a digit';
  byId('counts', HTMLElement).textContent = `You gave ${whole(counts.yours)} of ${whole(counts.total)} drawings.`;
  document.body.toggleAttribute('data-agreed', consent.agreed !== null);
  kept.show(given);
}

/** @param {string} words by which a control says why it did nothing */
function say(words) {
  byId('objection', HTMLElement).textContent = words;
}

/** @param {import('./connection.js').Link} now */
function showLink(now) {
  link = now;
  showState();
  // The state line's figures change too often to be read out; that the connection is gone is said once.
  const spoken = byId('spoken', HTMLElement);
  const words = 'connection lost; your drawing is kept';
  if (now.phase === 'lost' && spoken.textContent !== words) spoken.textContent = words;
}

function showState() {
  const { roundTrip } = watching;
  const words = stateWords(link, { now: performance.now(), roundTrip, served: models && models.length });
  const line = byId('state', HTMLElement);
  if (line.textContent !== words) line.textContent = words;
  line.dataset.phase = link.phase;
}

trackMode((next) => {
  if (next !== mode && next !== 'models' && next !== 'yours') clear();
  mode = next;
  modelsView.setVisible(mode === 'models');
  showContributing();
});
setInterval(showState, STATE_MS);
void yours.load();
connection.start();
