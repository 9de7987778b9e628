/** Wires the page's parts together and starts them. */

import { Connection, socketAddress } from './connection/connection.js';
import { Consent } from './contribute/consent.js';
import { ContributeView } from './contribute/contribute_view.js';
import { Contributing } from './contribute/contributing.js';
import { openPending } from './contribute/pending.js';
import { ModelCanvas, VisibleCanvas } from './ink/canvas.js';
import { DrawingBoard } from './ink/drawing_board.js';
import { ModelsView } from './models/models_view.js';
import { TrainingLoopView } from './models/training_loop_view.js';
import { openMyDrawings } from './my_drawings/my_drawings_view.js';
import { byId } from './ui/dom.js';
import { trackKeys } from './ui/keyboard.js';
import { contributorToken, pageStorage, readModelChoice, saveModelChoice } from './ui/local_settings.js';
import { StateLine } from './ui/state_line.js';
import { Views } from './ui/views.js';
import { ServedModels } from './watch/served_models.js';
import { WatchView } from './watch/watch_view.js';
import { Watching } from './watch/watching.js';

/** @typedef {import('./connection/protocol.js').ServerMessage} ServerMessage */

const storage = pageStorage();
const contributor = contributorToken(storage);
const views = new Views();
const connection = new Connection(socketAddress(document.baseURI), {
  opened: () => served.opened(),
  received,
  resumed,
  changed: (link) => state.show(link),
});

// Watching

const served = new ServedModels(readModelChoice(storage), contributor, (message) => connection.send(message));
const watching = new Watching((bytes) => connection.send(bytes), new ModelCanvas());
const watchView = new WatchView(watching, served, (choice) => {
  served.choose(choice);
  saveModelChoice(storage, choice);
  showModels();
});
const state = new StateLine(() => ({ roundTrip: watching.roundTrip, served: served.count }));
const modelsView = new ModelsView();
const loop = new TrainingLoopView();

// Contributing

const contributeView = new ContributeView();
const myDrawings = await openMyDrawings((deleted) => contributing.forget(deleted));
const contributing = new Contributing({
  send: (message) => connection.send(message),
  pending: await openPending(),
  printer: new ModelCanvas(),
  contributor,
  hold: (receipt) => myDrawings.add(receipt),
  changed: showContributing,
});
const consent = new Consent(storage, showContributing);

// Drawing

const canvas = byId('sheet', HTMLCanvasElement);
const board = new DrawingBoard(canvas, new VisibleCanvas(canvas), {
  mayDraw: () => views.mode !== 'contribute' || consent.agreed !== null,
  began: () => contributeView.object(''),
  changed(drawing) {
    watching.show(drawing);
    if (board.isEmpty) watchView.showPredictions();
  },
  cleared() {
    contributeView.object('');
    watchView.clear();
  },
});

function skip() {
  if (views.mode !== 'contribute' || !consent.agreed) return;
  contributing.askNext();
  board.clear();
}

/** @param {Event} [event] */
function done(event) {
  // The second half of a double click must not complain of the canvas that the first half emptied.
  if (event instanceof MouseEvent && event.detail > 1 && board.isEmpty) return;
  const agreed = consent.agreed;
  if (views.mode !== 'contribute' || !agreed) return;
  const objection = contributing.objection(board.strokes);
  if (objection) {
    contributeView.object(objection);
    return;
  }
  void contributing.give(board.strokes, board.pointer, agreed);
  board.clear();
}

const actions = { undo: () => board.undo(), clear: () => board.clear(), skip, done };
for (const [id, action] of Object.entries(actions)) byId(id, HTMLButtonElement).addEventListener('click', action);
trackKeys(document, () => views.canDraw, actions);

// The service's messages

/** @param {ServerMessage} message */
function received(message) {
  switch (message.type) {
    case 'welcome':
      consent.showTerms(message.consent);
      loop.showTrainer(message.trainer);
      contributing.welcome(message);
      return serve(message.models);
    case 'models':
      return serve(message.models);
    case 'prediction':
      return watchView.take(message);
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

/** Sends again what the former connection may have lost. */
function resumed() {
  watching.sendAgain();
  void contributing.sendPending();
  void myDrawings.resume();
}

/** @param {readonly import('./connection/protocol.js').Model[]} models */
function serve(models) {
  served.serve(models);
  showModels();
}

// What is shown

function showModels() {
  watchView.showModels();
  modelsView.showModels(served.all);
  loop.showModels(served.all);
}

function showContributing() {
  contributeView.show(contributing, views.mode === 'contribute');
  loop.showCounts(contributing.counts);
  document.body.toggleAttribute('data-agreed', consent.agreed !== null);
}

views.track((mode, otherPurpose) => {
  if (otherPurpose) board.clear();
  modelsView.setVisible(mode === 'models');
  loop.setVisible(mode === 'models');
  showContributing();
});
void myDrawings.load();
connection.start();
