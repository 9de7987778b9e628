/** Wires the page's parts together and starts them. */

import { Connection, socketAddress } from './connection/connection.js';
import { encodeHello } from './connection/protocol.js';
import { MidstrokeCanvas } from './ink/midstroke_canvas.js';
import { PicturesLater } from './ink/snapshots/pictures_later.js';
import { keepPage } from './offline/keep_page.js';
import { LocalModel } from './offline/local_model.js';
import { Offline } from './offline/offline.js';
import { ContributeAccess } from './page/contribute_access.js';
import { DrawingControls } from './page/drawing_controls.js';
import { ModelNews } from './page/model_news.js';
import { ServiceMessages } from './page/service_messages.js';
import { byId, savesData, whenIdle } from './ui/dom.js';
import { Drafts } from './ui/storage/drafts.js';
import { keepFocus } from './ui/focus.js';
import { currentLanguage, text } from './ui/language/language.js';
import { showLanguages } from './ui/language/language_menu.js';
import { contributorToken, pageStorage, readModelChoice, saveModelChoice, tabStorage } from './ui/storage/local_settings.js';
import { Part } from './ui/part.js';
import { StateLine } from './ui/state_line.js';
import { isDigits, nameOfSet, onSetChange, setId } from './ui/language/symbols.js';
import { Tabs } from './ui/tabs.js';
import { Views } from './ui/views.js';
import { GhostInvitation } from './watch/ghost/ghost_invitation.js';
import { Personal } from './watch/personal.js';
import { leadingOf } from './watch/predictions.js';
import { SeesPanel } from './watch/sees/sees_panel.js';
import { ServedModels } from './watch/model_choice/served_models.js';
import { WatchView } from './watch/watch_view.js';
import { Watching } from './watch/watching.js';

customElements.define('midstroke-canvas', MidstrokeCanvas);
const canvas = byId('canvas', MidstrokeCanvas);
const { board } = canvas;
const storage = pageStorage();
const contributor = contributorToken(storage);
const tabs = new Tabs(storage, (message) => access.heard(message));
const views = new Views();
const drafts = new Drafts();
const connection = new Connection(socketAddress(document.baseURI), {
  opened: () => served.opened(),
  received(message) {
    offline.heard(connection.isWelcomed);
    messages.take(message);
  },
  resumed() {
    watching.sendAgain();
    contribute.here?.resume();
  },
  closed: (code) => contribute.here?.contributing.lost(code),
  changed(link) {
    offline.follow(link);
    state.show(link);
  },
});
const send = (/** @type {string} */ message) => connection.send(message);

// Watching

const personal = new Personal(tabStorage(), contributor);
const served = new ServedModels(
  readModelChoice(storage),
  (families) => {
    const identity = personal.identity(consent.agreed !== null);
    return encodeHello(families, identity && identity.contributor, identity?.personal, currentLanguage());
  },
  send,
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
const news = new ModelNews(served);

function showModels() {
  watchView.showModels();
  news.showModels();
}

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

// What is loaded later

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

/** @type {ContributeAccess} */
const access = new ContributeAccess(storage, {
  connection,
  contributor,
  drafts,
  news,
  personal,
  served,
  tabs,
  views,
  welcome: () => messages.welcome,
  again() {
    board.reset();
    views.showCanvas();
  },
  // Answers use the visitor's own drawings from now on, or no longer.
  switched() {
    served.identify();
    watching.sendAgain();
  },
});
const { consent, part: contribute } = access;

// What is drawn, and what the service says

const controls = new DrawingControls(canvas, { consent, contribute, drafts, ghost, sees, share, views, watching, watchView });
const messages = new ServiceMessages({
  consent,
  contribute,
  localModel,
  news,
  sees,
  served,
  watching,
  watchView,
  contributing: () => access.show(),
});

// The views

function showSet() {
  if (isDigits) return;
  document.body.dataset.set = setId;
  if (nameOfSet() !== '') document.title = text('set.title', { name: nameOfSet() });
  byId('set-name', HTMLElement).textContent = nameOfSet();
}

keepFocus(byId('main', HTMLElement));
showLanguages(byId('language', HTMLSelectElement), byId('language-words', HTMLElement));
onSetChange(showSet);
showSet();
views.track((mode, otherPurpose) => {
  if (otherPurpose) controls.loadDraft();
  contribute.here?.question.withdraw();
  watchView.setContributes(mode === 'contribute');
  news.setVisible(mode === 'models');
  if (mode === 'contribute') contribute.open();
  if (mode === 'my-drawings') contribute.open((part) => part.drawings.review());
  ghost.show(isDigits && mode === 'watch' && board.isEmpty); // it draws digits
  game.here?.setVisible(false, '');
  if (mode === 'game') game.open((part) => part.setVisible(views.mode === 'game', location.hash));
  if (mode === 'about') about.open();
  access.show();
});
addEventListener('pagehide', () => controls.saveDraft());
addEventListener('pageshow', ({ persisted }) => persisted && access.catchUp());
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && access.catchUp());
byId('to-game', HTMLAnchorElement).hidden = !isDigits; // it asks for digits
connection.start();
access.start();
if (!savesData()) whenIdle(() => void getReady());

/** Loads what the visitor may open later, the weights first: the connection may be gone by then. */
async function getReady() {
  if (isDigits) {
    keepPage(); // other sets are recognised by the service alone
    await localModel.refresh();
    await game.prepare();
  }
  for (const later of [share, contribute, about, news]) await later.prepare();
  await sees.prepare();
  performance.mark('midstroke.ready'); // for measurements
}
