/** Connects the canvas and its buttons with the views: drawing, undo, handing in; keeps the draft of each purpose. */

import { KeyPenView } from '../ink/pen/key_pen_view.js';
import { byId, setAttributes } from '../ui/dom.js';
import { trackKeys } from '../ui/keyboard.js';
import { text } from '../ui/language/language.js';

/**
 * @typedef {object} Page
 * @property {import('../contribute/consent.js').Consent} consent
 * @property {import('../ui/part.js').Part<import('../contribute/contribute_part.js').ContributePart>} contribute
 * @property {import('../ui/storage/drafts.js').Drafts} drafts
 * @property {import('../watch/ghost/ghost_invitation.js').GhostInvitation} ghost
 * @property {import('../watch/sees/sees_panel.js').SeesPanel} sees
 * @property {import('../ui/part.js').Part<import('../share/share_panel.js').SharePanel>} share
 * @property {import('../ui/views.js').Views} views
 * @property {import('../watch/watching.js').Watching} watching
 * @property {import('../watch/watch_view.js').WatchView} watchView
 */

export class DrawingControls {
  /** @type {import('../ink/drawing_board.js').DrawingBoard} */ #board;
  /** @type {Page} */ #page;

  /**
   * @param {import('../ink/midstroke_canvas.js').MidstrokeCanvas} canvas
   * @param {Page} page
   */
  constructor(canvas, page) {
    const { board } = canvas;
    this.#board = board;
    this.#page = page;
    canvas.useSession({
      mayDraw: () => page.views.mode !== 'contribute' || page.consent.agreed !== null,
      altered: () => this.#altered(),
      changed: (drawing) => this.#changed(drawing),
      rested: () => {
        page.watchView.show(board.strokes, false);
        this.saveDraft();
      },
      cleared: () => page.watchView.clear(),
      history: (can) => showSteps(can, board.isEmpty),
      keyPen: new KeyPenView({
        page: document.body,
        cursor: byId('key-pen', HTMLElement),
        status: byId('pen-words', HTMLElement),
        words: (news, place) => text(`pen.${news}`, place),
      }),
    });
    const actions = {
      undo: () => board.undo(),
      redo: () => board.redo(),
      clear: () => board.clear(),
      skip: () => this.#skip(),
      done: this.#done.bind(this),
      share: () => this.#share(),
    };
    for (const [id, action] of Object.entries(actions)) byId(id, HTMLButtonElement).addEventListener('click', action);
    trackKeys(document, () => page.views.canDraw, actions);
  }

  /** Shows what was drawn for the purpose that the canvas has now. */
  loadDraft() {
    const { strokes, pointer } = this.#page.drafts.of(this.#page.views.purpose);
    this.#board.load(strokes, pointer);
  }

  saveDraft() {
    const { contribute, drafts, views } = this.#page;
    const { strokes, pointer } = this.#board;
    drafts.save(views.purpose, { strokes, pointer }, contribute.here?.contributing.askedLabel ?? drafts.asked);
  }

  #altered() {
    const { contribute, ghost, watchView } = this.#page;
    if (!this.#board.isEmpty) ghost.end();
    watchView.leaveReplay();
    contribute.here?.altered();
    document.body.toggleAttribute('data-inked', !this.#board.isEmpty);
  }

  /** @param {import('../ink/drawing.js').Drawing} drawing */
  #changed(drawing) {
    const { sees, watching, watchView } = this.#page;
    watching.show(drawing);
    if (this.#board.isEmpty) watchView.showPredictions();
    watchView.show(drawing.strokes, this.#board.penIsDown);
    sees.show();
  }

  #share() {
    const { share, watchView } = this.#page;
    if (!this.#board.isEmpty) share.open((panel) => panel.open(this.#board.strokes, watchView.story));
  }

  #skip() {
    const { consent, contribute, views } = this.#page;
    if (views.mode !== 'contribute' || !consent.agreed || !contribute.here) return;
    contribute.here.contributing.askNext();
    this.#board.reset();
  }

  /** @param {Event} [event] */
  async #done(event) {
    const { consent, contribute, views, watchView } = this.#page;
    // The second half of a double click must not complain of the canvas that the first half emptied.
    if (event instanceof MouseEvent && event.detail > 1 && this.#board.isEmpty) return;
    if (views.mode !== 'contribute' || !consent.agreed) return;
    if (await contribute.here?.handIn(this.#board, consent.agreed, watchView)) this.#board.reset();
  }
}

/**
 * @param {{readonly undo: boolean, readonly redo: boolean}} can
 * @param {boolean} isEmpty
 */
function showSteps(can, isEmpty) {
  setAttributes(byId('undo', HTMLButtonElement), { 'aria-disabled': String(!can.undo) });
  setAttributes(byId('redo', HTMLButtonElement), { 'aria-disabled': String(!can.redo) });
  setAttributes(byId('share', HTMLButtonElement), { 'aria-disabled': String(isEmpty) });
}
