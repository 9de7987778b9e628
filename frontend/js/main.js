/** Wires the page's parts together and starts them. */

import { Connection, socketAddress } from './connection/connection.js';
import { Consent } from './contribute/consent.js';
import { ContributeView } from './contribute/contribute_view.js';
import { Contributing } from './contribute/contributing.js';
import { LabelQuestion } from './contribute/label_question.js';
import { UndeliveredView } from './contribute/undelivered.js';
import { Visit } from './contribute/visit.js';
import { ModelCanvas, VisibleCanvas } from './ink/canvas.js';
import { DrawingBoard } from './ink/drawing_board.js';
import { ModelsView } from './models/models_view.js';
import { TrainingLoopView } from './models/training_loop_view.js';
import { openMyDrawings } from './my_drawings/my_drawings_view.js';
import { LocalModel } from './offline/local_model.js';
import { Offline } from './offline/offline.js';
import { byId, element, setAttributes, whenIdle } from './ui/dom.js';
import { Drafts } from './ui/drafts.js';
import { keepFocus } from './ui/focus.js';
import { text } from './ui/language.js';
import { showLanguages } from './ui/language_menu.js';
import { trackKeys } from './ui/keyboard.js';
import { contributorToken, pageStorage, readModelChoice, saveModelChoice, tabStorage } from './ui/local_settings.js';
import { openRecordStore } from './ui/record_store.js';
import { StateLine } from './ui/state_line.js';
import { isDigits, nameOfSet, ofSet, onSetChange, setId, useSet } from './ui/symbols.js';
import { Tabs } from './ui/tabs.js';
import { Views } from './ui/views.js';
import { isOfExamples } from './ui/words.js';
import { GhostInvitation } from './watch/ghost_invitation.js';
import { Personal } from './watch/personal.js';
import { PersonalView } from './watch/personal_view.js';
import { leadingOf } from './watch/predictions.js';
import { SeesPanel } from './watch/sees_panel.js';
import { ServedModels } from './watch/served_models.js';
import { WatchView } from './watch/watch_view.js';
import { Watching } from './watch/watching.js';

/** @typedef {import('./connection/protocol.js').ServerMessage} ServerMessage */
/** @typedef {import('./ui/tabs.js').TabMessage} TabMessage */

const REFRESH_MS = 10_000; // over which pages spread their downloads of a new version's weights

const storage = pageStorage();
const contributor = contributorToken(storage);
const tabs = new Tabs(storage, heard);
const views = new Views();
const drafts = new Drafts();
const connection = new Connection(socketAddress(document.baseURI), {
  opened: () => served.opened(),
  received,
  resumed,
  closed: (code) => contributing.lost(code),
  changed(link) {
    offline.follow(link);
    state.show(link);
  },
});

// Watching

const personal = new Personal(tabStorage(), contributor);
const identity = () => personal.identity(consent.agreed !== null);
const served = new ServedModels(readModelChoice(storage), identity, (message) => connection.send(message));
const watching = new Watching(sendFrame, new ModelCanvas());
const personalView = new PersonalView(personal, () => {
  served.identify();
  watching.sendAgain();
});
const watchView = new WatchView(
  watching,
  served,
  (choice) => {
    served.choose(choice);
    saveModelChoice(storage, choice);
    showModels();
  },
  (used) => personalView.showUsed(used),
  (past, whole) => board.lookAt(past, whole),
);
const ghost = new GhostInvitation({
  example: (probabilities) => watchView.showExample(probabilities),
  end: () => watchView.showExample(null),
});
const sees = new SeesPanel(() => {
  const [model] = served.chosen;
  if (!model) return null;
  const prediction = watching.latest[model.family];
  const local = localModel.current?.header.model === model.model ? localModel.current : null;
  return { strokes: board.strokes, model, digit: (prediction && leadingOf(prediction.probabilities)?.digit) ?? null, local };
});
const state = new StateLine(() => ({ roundTrip: watching.roundTrip, served: served.count, local: offline.isOn, away: offline.isAway }));
const modelsView = new ModelsView();
const loop = new TrainingLoopView();

// Without the service

const localModel = new LocalModel(document.baseURI, guessHere);
const offline = new Offline(() => localModel.current, {
  answered(prediction) {
    watchView.take(prediction);
    sees.show();
  },
  changed() {
    if (offline.isAway) {
      connection.probe();
      if (isDigits) void localModel.refresh();
    }
    guessHere();
  },
});

/** The page's own model answers while the service can't, if its weights are here. */
function guessHere() {
  served.setLocal(offline.served);
  showModels();
}

/** @param {Uint8Array<ArrayBuffer>} frame */
function sendFrame(frame) {
  if (offline.isOn) {
    connection.hurry();
    return offline.answer(frame);
  }
  offline.sent();
  return connection.send(frame);
}

// Contributing

const contributeView = new ContributeView();
const labelQuestion = new LabelQuestion();
const undelivered = new UndeliveredView(openRecordStore(ofSet('midstroke-undelivered'), 'contributions'));
const tell = (/** @type {TabMessage} */ message) => tabs.send(message);
const myDrawings = openMyDrawings((deleted) => contributing.forget(deleted), (id) => contributing.noteFiltered(id), tell);
const contributing = new Contributing(
  {
    send: (message) => connection.send(message),
    pending: openRecordStore(ofSet('midstroke'), 'contributions', () => showContributing()),
    printer: new ModelCanvas(),
    contributor,
    hold: (receipt) => myDrawings.add(receipt),
    undeliverable: (contribution, why) => undelivered.add(contribution, why),
    tell,
    changed: showContributing,
  },
  drafts.asked,
);
const visit = new Visit({
  confuse: (shares) => contributing.setConfused(shares),
  ask(digit) {
    contributing.askFor(digit);
    board.reset();
    views.showCanvas();
  },
});
const consent = new Consent(storage, (version) => {
  tell({ type: 'consent', version });
  labelQuestion.withdraw();
  showContributing();
});

// Drawing

const canvas = byId('sheet', HTMLCanvasElement);
const board = new DrawingBoard(canvas, new VisibleCanvas(canvas), {
  mayDraw: () => views.mode !== 'contribute' || consent.agreed !== null,
  altered() {
    if (!board.isEmpty) ghost.end();
    watchView.leaveReplay();
    contributeView.object('');
    labelQuestion.withdraw();
  },
  changed(drawing) {
    watching.show(drawing);
    if (board.isEmpty) watchView.showPredictions();
    watchView.show(drawing.strokes, board.penIsDown);
    sees.show();
  },
  rested() {
    watchView.show(board.strokes, false);
    saveDraft();
  },
  cleared: () => watchView.clear(),
  history: showSteps,
});

/** @param {{readonly undo: boolean, readonly redo: boolean}} can */
function showSteps(can) {
  setAttributes(byId('undo', HTMLButtonElement), { 'aria-disabled': String(!can.undo) });
  setAttributes(byId('redo', HTMLButtonElement), { 'aria-disabled': String(!can.redo) });
}

function saveDraft() {
  drafts.save(views.purpose, { strokes: board.strokes, pointer: board.pointer }, contributing.askedLabel);
}

function skip() {
  if (views.mode !== 'contribute' || !consent.agreed) return;
  contributing.askNext();
  board.reset();
}

/** @param {Event} [event] */
async function done(event) {
  // The second half of a double click must not complain of the canvas that the first half emptied.
  if (event instanceof MouseEvent && event.detail > 1 && board.isEmpty) return;
  const agreed = consent.agreed;
  if (views.mode !== 'contribute' || !agreed || labelQuestion.isOpen) return;
  const objection = contributing.objection(board.strokes);
  if (objection) {
    contributeView.object(objection);
    return;
  }
  const answer = await labelQuestion.settle(watchView.finalGuess(), contributing.asked);
  if (answer === null) return;
  if (answer !== 'again') {
    const known = watchView.give(board.strokes, contributing.asked);
    void contributing.give(board.strokes, board.pointer, agreed, answer === 'keep');
    const given = contributing.given.at(-1);
    if (given) visit.add(given, known);
  }
  board.reset();
}

const actions = { undo: () => board.undo(), redo: () => board.redo(), clear: () => board.clear(), skip, done };
for (const [id, action] of Object.entries(actions)) byId(id, HTMLButtonElement).addEventListener('click', action);
trackKeys(document, () => views.canDraw, actions);
keepFocus(byId('main', HTMLElement));
showLanguages(byId('language', HTMLSelectElement), byId('language-words', HTMLElement));

// The service's messages

/** @param {ServerMessage} message */
function received(message) {
  offline.heard(connection.isWelcomed);
  switch (message.type) {
    case 'welcome':
      useSet(message);
      consent.showTerms(message.consent);
      loop.showTrainer(message.trainer);
      visit.setTraining(message.trainer?.state === 'training');
      contributing.welcome(message);
      personalView.setState(message.personal ?? null);
      refreshSoon();
      return serve(message.models);
    case 'classes':
      return useSet(message);
    case 'models':
      if (!isDigits) served.identify(true); // its welcome says which classes are known now
      refreshSoon();
      return serve(message.models);
    case 'prediction':
      watchView.take(message);
      return sees.show();
    case 'error':
      watching.fail(message.seq);
      if (message.code === 'bad_contribution') contributing.rejected(message.message);
      return console.warn(`the service answered ${message.code}: ${message.message}`);
    case 'accepted':
      // Its welcome says what the drawings gain.
      if (isDigits ? message.contributions.yours >= 10 : true) served.identify(true);
      return void contributing.accepted(message);
    case 'refused':
      return void contributing.refused(message);
    case 'trainer':
      if (message.filtered) void myDrawings.review();
      visit.setTraining(message.state === 'training');
      return loop.showTrainer(message);
    case 'pong':
  }
}

/** Sends again what the former connection may have lost. */
function resumed() {
  watching.sendAgain();
  void contributing.resume();
  void myDrawings.resume();
}

/** Another version may be served: its weights are loaded when nothing else is to do, and not by all pages at once. */
function refreshSoon() {
  if (!isDigits) return; // other sets are recognised by the service alone
  setTimeout(() => whenIdle(() => void localModel.refresh()), localModel.current ? REFRESH_MS * Math.random() : 0);
}

/** @param {readonly import('./connection/protocol.js').Model[]} models */
function serve(models) {
  served.serve(models);
  visit.serve(models);
  showModels();
}

// The other tabs' messages

/** @param {TabMessage} message */
function heard(message) {
  switch (message.type) {
    case 'consent':
      return followConsent(message.version);
    case 'accepted':
      contributing.acceptedElsewhere(message.id, message.use, message.counts);
      return void contributing.settledElsewhere(message.id);
    case 'refused':
      contributing.refusedElsewhere(message.id, message.why);
      return void contributing.settledElsewhere(message.id);
    case 'receipt':
      return myDrawings.adopt(message.receipt);
    case 'deleted':
    case 'forgotten':
      return myDrawings.follow(message.id, message.type);
  }
}

/** @param {string | null} version */
function followConsent(version) {
  const wasAsking = views.mode === 'contribute' && document.body.hasAttribute('data-agreed');
  consent.adopt(version);
  // A withdrawal ends the asking here too; the drawing stays, to be watched.
  if (wasAsking && version === null) views.leaveContribute();
  showContributing();
}

/** Messages of other tabs do not reach a page that the browser has frozen or keeps in its cache. */
function catchUp() {
  followConsent(consent.stored);
  void myDrawings.load();
}

// What is shown

function showModels() {
  watchView.showModels();
  modelsView.showModels(served.all.filter(({ family }) => !isOfExamples(family)));
  loop.showModels(served.all);
}

function openAbout() {
  const place = byId('about', HTMLElement);
  import('./about/about_view.js')
    .then(({ showAbout }) => showAbout(place))
    .catch(() => place.replaceChildren(element('p', { role: 'alert' }, text('view.failed'))));
}

function showContributing() {
  contributeView.show(contributing, views.mode === 'contribute');
  loop.showCounts(contributing.counts);
  visit.follow(contributing.given);
  if (views.mode === 'contribute' && consent.agreed !== null) visit.begin();
  document.body.toggleAttribute('data-agreed', consent.agreed !== null);
  personalView.setAgreed(consent.agreed !== null);
  served.identify();
}

function showSet() {
  if (isDigits) return;
  document.body.dataset.set = setId;
  if (nameOfSet() !== '') document.title = text('set.title', { name: nameOfSet() });
  byId('set-name', HTMLElement).textContent = nameOfSet();
}

onSetChange(showSet);
showSet();
views.track((mode, otherPurpose) => {
  if (otherPurpose) {
    const { strokes, pointer } = drafts.of(views.purpose);
    board.load(strokes, pointer);
  }
  labelQuestion.withdraw();
  watchView.setContributes(mode === 'contribute');
  modelsView.setVisible(mode === 'models');
  loop.setVisible(mode === 'models');
  ghost.show(isDigits && mode === 'watch' && board.isEmpty); // it draws digits
  if (mode === 'my-drawings') void myDrawings.review();
  if (mode === 'about') openAbout();
  showContributing();
});
addEventListener('pagehide', saveDraft);
addEventListener('pageshow', ({ persisted }) => persisted && catchUp());
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && catchUp());
void undelivered.load();
void myDrawings.load();
connection.start();
if (isDigits) whenIdle(() => void localModel.refresh());
