/** Wires the page's parts together and starts them. */

import { Connection, socketAddress } from './connection/connection.js';
import { encodeHello } from './connection/protocol.js';
import { Consent } from './contribute/consent.js';
import { MidstrokeCanvas } from './ink/midstroke_canvas.js';
import { KeyPenView } from './ink/pen/key_pen_view.js';
import { PicturesLater } from './ink/snapshots/pictures_later.js';
import { keepPage } from './offline/keep_page.js';
import { LocalModel } from './offline/local_model.js';
import { Offline } from './offline/offline.js';
import { byId, setAttributes, whenIdle } from './ui/dom.js';
import { Drafts } from './ui/storage/drafts.js';
import { keepFocus } from './ui/focus.js';
import { currentLanguage, text } from './ui/language/language.js';
import { showLanguages } from './ui/language/language_menu.js';
import { trackKeys } from './ui/keyboard.js';
import { contributorToken, pageStorage, readModelChoice, saveModelChoice, tabStorage } from './ui/storage/local_settings.js';
import { Part } from './ui/part.js';
import { StateLine } from './ui/state_line.js';
import { isDigits, nameOfSet, onSetChange, setId, useSet } from './ui/language/symbols.js';
import { Tabs } from './ui/tabs.js';
import { Views } from './ui/views.js';
import { GhostInvitation } from './watch/ghost/ghost_invitation.js';
import { LoopSummary } from './watch/loop_summary.js';
import { Personal } from './watch/personal.js';
import { leadingOf } from './watch/predictions.js';
import { SeesPanel } from './watch/sees/sees_panel.js';
import { ServedModels } from './watch/model_choice/served_models.js';
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
  closed: (code) => contribute.here?.contributing.lost(code),
  changed(link) {
    offline.follow(link);
    state.show(link);
  },
});

// Watching

const personal = new Personal(tabStorage(), contributor);
const served = new ServedModels(
  readModelChoice(storage),
  (families) => {
    const identity = personal.identity(consent.agreed !== null);
    return encodeHello(families, identity && identity.contributor, identity?.personal, currentLanguage());
  },
  (message) => connection.send(message),
);
const pictures = new PicturesLater(() => watching.sendAgain());
const watching = new Watching(sendFrame, pictures);
const watchView = new WatchView(
  watching,
  served,
  (choice) => {
    served.choose(choice);
    saveModelChoice(storage, choice);
    showModels();
  },
  (used) => contribute.here?.personal.showUsed(used),
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
const loopSummary = new LoopSummary();

// Without the service

const localModel = new LocalModel(document.baseURI, () => pictures.load(), guessHere);
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

// Models

/** @type {import('./connection/protocol.js').Welcome | null} */
let welcome = null; // the latest, for parts that are loaded after it
/** @type {import('./connection/protocol.js').Trainer | null} */
let trainer = null;
const models = new Part(
  'models',
  async () => {
    const { ModelsPart } = await import('./models/models_part.js');
    return () => new ModelsPart();
  },
  (part) => {
    if (welcome) part.showCounts(contribute.here?.contributing.counts ?? welcome.contributions);
  },
);

// The game

const game = new Part('game', async () => {
  const { GamePart } = await import('./game/game_part.js');
  const model = async () => {
    if (!localModel.current) await localModel.refresh();
    return localModel.current;
  };
  return () => new GamePart(model);
});

const share = new Part('share', async () => {
  const { SharePanel } = await import('./share/share_panel.js');
  return () => new SharePanel(byId('share', HTMLButtonElement));
});

const about = new Part('about', async () => {
  const { showAbout } = await import('./about/about_view.js');
  return () => showAbout(byId('about', HTMLElement));
});

// Contributing

const tell = (/** @type {TabMessage} */ message) => tabs.send(message);
const contribute = new Part(
  'contribute',
  async () => {
    const { ContributePart } = await import('./contribute/contribute_part.js');
    const send = (/** @type {string} */ message) => connection.send(message);
    const page = { send, contributor, asked: drafts.asked, tell, again: drawAgain, changed: showContributing, personal, switched };
    return () => new ContributePart(page);
  },
  (part) => {
    consent.allow();
    part.visit.setTraining(trainer?.state === 'training');
    part.visit.serve(served.all);
    if (welcome) part.welcome(welcome);
    if (connection.isWelcomed) part.resume();
    showContributing();
  },
);

function drawAgain() {
  board.reset();
  views.showCanvas();
}

/** Answers use the visitor's own drawings from now on, or no longer. */
function switched() {
  served.identify();
  watching.sendAgain();
}

const consent = new Consent(storage, (version) => {
  tell({ type: 'consent', version });
  contribute.here?.question.withdraw();
  showContributing();
});

// Drawing

customElements.define('midstroke-canvas', MidstrokeCanvas);
const canvas = byId('canvas', MidstrokeCanvas);
const { board } = canvas;
canvas.useSession({
  mayDraw: () => views.mode !== 'contribute' || consent.agreed !== null,
  altered() {
    if (!board.isEmpty) ghost.end();
    watchView.leaveReplay();
    contribute.here?.altered();
    document.body.toggleAttribute('data-inked', !board.isEmpty);
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
  keyPen: new KeyPenView({
    page: document.body,
    cursor: byId('key-pen', HTMLElement),
    status: byId('pen-words', HTMLElement),
    words: (news, place) => text(`pen.${news}`, place),
  }),
});

/** @param {{readonly undo: boolean, readonly redo: boolean}} can */
function showSteps(can) {
  setAttributes(byId('undo', HTMLButtonElement), { 'aria-disabled': String(!can.undo) });
  setAttributes(byId('redo', HTMLButtonElement), { 'aria-disabled': String(!can.redo) });
  setAttributes(byId('share', HTMLButtonElement), { 'aria-disabled': String(board.isEmpty) });
}

/** Drawings of a visitor who has withdrawn the consent are still theirs to deliver, see and delete. */
async function openWhatIsKept() {
  try {
    const databases = await indexedDB.databases?.();
    // Some browsers can't list them.
    if (!databases || databases.some(({ name }) => name?.startsWith('midstroke'))) contribute.use();
  } catch {
    // Without storage nothing is kept.
  }
}

function saveDraft() {
  drafts.save(views.purpose, { strokes: board.strokes, pointer: board.pointer }, contribute.here?.contributing.askedLabel ?? drafts.asked);
}

function skip() {
  if (views.mode !== 'contribute' || !consent.agreed || !contribute.here) return;
  contribute.here.contributing.askNext();
  board.reset();
}

/** @param {Event} [event] */
async function done(event) {
  // The second half of a double click must not complain of the canvas that the first half emptied.
  if (event instanceof MouseEvent && event.detail > 1 && board.isEmpty) return;
  if (views.mode !== 'contribute' || !consent.agreed) return;
  if (await contribute.here?.handIn(board, consent.agreed, watchView)) board.reset();
}

function shareDrawing() {
  if (!board.isEmpty) share.open((panel) => panel.open(board.strokes, watchView.story));
}

byId('share', HTMLButtonElement).addEventListener('click', shareDrawing);
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
      welcome = message;
      useSet(message);
      consent.showTerms(message.consent);
      showTrainer(message.trainer);
      contribute.here?.welcome(message);
      showContributing(); // the terms are known now, the part may still be loading
      refreshSoon();
      return serve(message.models);
    case 'classes':
      return useSet(message);
    case 'models':
      if (!isDigits) served.identify(true); // its welcome says which classes are known now
      refreshSoon();
      announceModels(served.all, message.models);
      return serve(message.models);
    case 'prediction':
      watchView.take(message);
      return sees.show();
    case 'error':
      watching.fail(message.seq);
      if (message.code === 'bad_contribution') contribute.here?.contributing.rejected(message.message);
      return console.warn(`the service answered ${message.code}: ${message.message}`);
    case 'accepted':
      // Its welcome says what the drawings gain.
      if (isDigits ? message.contributions.yours >= 10 : true) served.identify(true);
      return void contribute.here?.contributing.accepted(message);
    case 'refused':
      return void contribute.here?.contributing.refused(message);
    case 'trainer':
      if (message.filtered) void contribute.here?.drawings.review();
      announceTrainer(trainer, message);
      return showTrainer(message);
    case 'pong':
  }
}

/** Sends again what the former connection may have lost. */
function resumed() {
  watching.sendAgain();
  contribute.here?.resume();
}

/** Another version may be served: its weights are loaded when nothing else is to do, and not by all pages at once. */
function refreshSoon() {
  if (!isDigits) return; // other sets are recognised by the service alone
  setTimeout(() => whenIdle(() => void localModel.refresh()), localModel.current ? REFRESH_MS * Math.random() : 0);
}

/** @param {readonly import('./connection/protocol.js').Model[]} models */
function serve(models) {
  served.serve(models);
  contribute.here?.visit.serve(models);
  showModels();
}

// The other tabs' messages

/** @param {TabMessage} message */
function heard(message) {
  if (message.type === 'consent') followConsent(message.version);
  else contribute.use((part) => part.heard(message));
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
  void contribute.here?.drawings.load();
}

// What is shown

function showModels() {
  watchView.showModels();
  models.here?.showModels(served.all);
}

/**
 * @param {readonly import('./connection/protocol.js').Model[]} before
 * @param {readonly import('./connection/protocol.js').Model[]} after
 */
function announceModels(before, after) {
  models.use((part) => {
    part.showModels(before);
    part.showModels(after);
  });
}

/**
 * News are listed with their times: the part is loaded for them.
 * @param {import('./connection/protocol.js').Trainer | null} before
 * @param {import('./connection/protocol.js').Trainer} after
 */
function announceTrainer(before, after) {
  if (before?.state === after.state && before.version === after.version) return;
  models.use((part) => {
    part.showTrainer(before);
    part.showTrainer(after);
  });
}

/** @param {import('./models/models_part.js').ModelsPart} part */
function openModels(part) {
  part.showTrainer(trainer);
  part.showModels(served.all);
  part.setVisible(views.mode === 'models');
}

/** @param {import('./connection/protocol.js').Trainer | null} latest */
function showTrainer(latest) {
  trainer = latest;
  contribute.here?.visit.setTraining(trainer?.state === 'training');
  loopSummary.show(trainer);
  models.here?.showTrainer(trainer);
}

function showContributing() {
  if (contribute.here) {
    const { contributing, view, visit } = contribute.here;
    view.show(contributing, views.mode === 'contribute');
    models.here?.showCounts(contributing.counts);
    visit.follow(contributing.given);
    if (views.mode === 'contribute' && consent.agreed !== null) visit.begin();
    contribute.here.personal.setAgreed(consent.agreed !== null);
  }
  document.body.toggleAttribute('data-agreed', consent.agreed !== null);
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
  contribute.here?.question.withdraw();
  watchView.setContributes(mode === 'contribute');
  models.here?.setVisible(false);
  if (mode === 'models') models.open(openModels);
  if (mode === 'contribute') contribute.open();
  if (mode === 'my-drawings') contribute.open((part) => part.drawings.review());
  ghost.show(isDigits && mode === 'watch' && board.isEmpty); // it draws digits
  game.here?.setVisible(false, '');
  if (mode === 'game') game.open((part) => part.setVisible(views.mode === 'game', location.hash));
  if (mode === 'about') about.open();
  showContributing();
});
addEventListener('pagehide', saveDraft);
addEventListener('pageshow', ({ persisted }) => persisted && catchUp());
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && catchUp());
byId('to-game', HTMLAnchorElement).hidden = !isDigits; // it asks for digits
connection.start();
if (consent.stored === null) whenIdle(() => void openWhatIsKept());
else contribute.use();
whenIdle(() => void getReady());

/** Loads what the visitor may open later, the weights first: the connection may be gone by then. */
async function getReady() {
  if (isDigits) {
    keepPage(); // other sets are recognised by the service alone
    await localModel.refresh();
    await game.prepare();
  }
  for (const later of [share, contribute, about, models]) await later.prepare();
  await sees.prepare();
  performance.mark('midstroke.ready'); // for measurements
}
