/** Wires the page: who hears of what. Each part's work is in a file of its own. */

import { answering } from './watch/model_selection.js';
import { Connection } from './connection/connection.js';
import { Consent } from './contribute/consent.js';
import { ContributeView } from './contribute/contribute_view.js';
import { Contributing } from './contribute/contributing.js';
import { byId } from './ui/dom.js';
import { beginStroke, extendStroke, isEmpty, newDrawing, undoStroke } from './ink/drawing.js';
import { trackKeys } from './ui/keyboard.js';
import { LoopView } from './models/training_loop_view.js';
import { ModelsView } from './models/models_view.js';
import { trackMode } from './ui/views.js';
import { Names } from './watch/model_names.js';
import { ModelSheet, Sheet } from './ink/canvas.js';
import { trackPen } from './ink/pen.js';
import { openPending } from './contribute/pending.js';
import { guessOf } from './watch/predictions.js';
import { encodeHello } from './connection/protocol.js';
import { Bars, GuessView } from './watch/prediction_view.js';
import { Ribbon } from './watch/guess_timeline.js';
import { StateLine } from './ui/state_line.js';
import { contributorToken, keepWish, pageStorage, readWish } from './ui/local_settings.js';
import { Watching } from './watch/watching.js';
import { Wishes } from './watch/model_picker.js';
import { openYours } from './my_drawings/my_drawings_view.js';

/** @typedef {import('./connection/protocol.js').ServerMessage} ServerMessage */

const storage = pageStorage();
const contributor = contributorToken(storage);
const surface = byId('sheet', HTMLCanvasElement);
const sheet = new Sheet(surface);
const guess = new GuessView();
const bars = [new Bars(byId('bars', HTMLElement)), new Bars(byId('bars-compared', HTMLElement))];
const ribbon = new Ribbon(byId('ribbon', SVGSVGElement));
const names = new Names();
const contributeView = new ContributeView();
const loop = new LoopView();
const modelsView = new ModelsView();

let drawing = newDrawing(1);
/** @type {import('./ink/pen.js').Pointer} */
let pointer = 'unknown';
let wish = readWish(storage);
/** @type {import('./ui/views.js').Mode} */
let mode = 'watch';
/** @type {import('./ui/views.js').Mode} */
let sheetFor = 'watch';
/** @type {readonly import('./connection/protocol.js').Model[] | null} */
let models = null;
/** @type {string | null} */
let heldBy = null; // the families that this connection's last hello named
let askedModels = ''; // those that answer, as they were told to the parts that show and send
/** @type {string | undefined} */
let leadingFamily;
let fresh = true; // the connection has not said welcome yet
let inking = false; // the stroke under way has not been undone or cleared from under the pen
let frame = 0;
let showing = 0;

const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
const connection = new Connection(`${scheme}//${location.host}/ws`, { opened, received, changed: (link) => state.show(link) });
const watching = new Watching((bytes) => connection.send(bytes), new ModelSheet());
const state = new StateLine(() => ({ roundTrip: watching.roundTrip, served: models && models.length }));
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
    contributeView.object('');
    change(beginStroke(drawing, point));
  },
  move: (points) => inking && change(extendStroke(drawing, points)),
  up: () => {},
  cancel: () => inking && undo(),
});

function canDraw() {
  return mode === 'watch' || mode === 'contribute';
}

/** @param {import('./ink/drawing.js').Drawing} next */
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
  contributeView.object('');
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

/** @param {Event} [event] */
function done(event) {
  // A double click's second half is no wish to give the next digit.
  if (event instanceof MouseEvent && event.detail > 1 && isEmpty(drawing)) return;
  const agreed = consent.agreed;
  if (mode !== 'contribute' || !agreed) return;
  const objection = contributing.objection(drawing.strokes);
  if (objection) {
    contributeView.object(objection);
    return;
  }
  void contributing.give(drawing.strokes, pointer, agreed);
  clear();
}

for (const [id, action] of Object.entries({ undo, clear, skip, done })) {
  byId(id, HTMLButtonElement).addEventListener('click', action);
}
trackKeys(document, canDraw, { undo, clear, skip, done });

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
      loop.showTrainer(message.trainer);
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
      return loop.showTrainer(message);
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

/** @param {readonly import('./connection/protocol.js').Model[]} served */
function serve(served) {
  models = served;
  greet();
  showModels();
}

/** @param {import('./watch/model_selection.js').Wish} wished */
function choose(wished) {
  wish = wished;
  keepWish(storage, wish);
  if (connection.isOpen) greet();
  showModels();
}

/** @param {import('./connection/protocol.js').Prediction} prediction */
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
  loop.showModels(served);
  document.body.toggleAttribute('data-compares', chosen.length === 2);
  const asked = JSON.stringify(chosen);
  if (asked === askedModels) return;
  askedModels = asked;
  // A comparison, or a newer version of what leads, goes on with the line that stands there.
  if (chosen[0]?.family !== leadingFamily) ribbon.clear();
  leadingFamily = chosen[0]?.family;
  watching.feed(served, wish);
  showReading();
}

function showContributing() {
  contributeView.show(contributing, mode === 'contribute');
  loop.showCounts(contributing.counts);
  document.body.toggleAttribute('data-agreed', consent.agreed !== null);
}

trackMode((next) => {
  mode = next;
  // Whoever looks at the models or at what was given finds the drawing again; only another purpose empties the sheet.
  if (canDraw() && sheetFor !== mode) clear();
  if (canDraw()) sheetFor = mode;
  modelsView.setVisible(mode === 'models');
  loop.setVisible(mode === 'models');
  showContributing();
});
void yours.load();
connection.start();
