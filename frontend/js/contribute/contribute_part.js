/**
 * Assembles the contribute view and "Your drawings"; loaded when one of them is first opened, and at once where this browser
 * has contributed before.
 */

import { ModelCanvas } from '../ink/canvas.js';
import { openMyDrawings } from '../my_drawings/my_drawings_view.js';
import { openRecordStore } from '../ui/storage/record_store.js';
import { ofSet } from '../ui/language/symbols.js';
import { ContributeView } from './contribute_view.js';
import { Contributing } from './contributing.js';
import { LabelQuestion } from './label_question.js';
import { PersonalView } from './personal/personal_view.js';
import { UndeliveredView } from './delivery/undelivered.js';
import { Visit } from './session/visit.js';

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {import('../ink/pen/pen.js').Pointer} Pointer */
/** @typedef {import('../ui/tabs.js').TabMessage} TabMessage */
/** @typedef {Pick<import('../watch/watch_view.js').WatchView, 'finalGuess' | 'give'>} Reader */
/**
 * @typedef {object} Page
 * @property {(message: string) => boolean} send
 * @property {string} contributor
 * @property {import('../ui/language/symbols.js').Label | null} asked the class that was asked for before a reload
 * @property {(message: TabMessage) => void} tell the other tabs
 * @property {() => void} again a digit was asked for once more: the canvas is wanted
 * @property {() => void} changed the asked digit, the drawings or the counts changed
 * @property {import('../watch/personal.js').Personal} personal
 * @property {() => void} switched personal answers were switched on or off
 */

export class ContributePart {
  view = new ContributeView();
  question = new LabelQuestion();
  #undelivered = new UndeliveredView(openRecordStore(ofSet('midstroke-undelivered'), 'contributions'));

  /** @param {Page} page */
  constructor({ send, contributor, asked, tell, again, changed, personal, switched }) {
    this.personal = new PersonalView(personal, switched);
    this.visit = new Visit({
      confuse: (shares) => this.contributing.setConfused(shares),
      ask: (digit) => {
        this.contributing.askFor(digit);
        again();
      },
    });
    this.drawings = openMyDrawings((deleted) => this.contributing.forget(deleted), (id) => this.contributing.noteFiltered(id), tell);
    this.contributing = new Contributing(
      {
        send,
        pending: openRecordStore(ofSet('midstroke'), 'contributions', changed),
        printer: new ModelCanvas(),
        contributor,
        hold: (receipt) => this.drawings.add(receipt),
        undeliverable: (contribution, why) => this.#undelivered.add(contribution, why),
        tell,
        changed,
      },
      asked,
    );
    void this.#undelivered.load();
    void this.drawings.load();
  }

  /** @param {import('../connection/protocol.js').Welcome} welcome */
  welcome(welcome) {
    this.contributing.welcome(welcome);
    this.personal.setState(welcome.personal ?? null);
  }

  /** Sends again what a former connection may have lost. */
  resume() {
    void this.contributing.resume();
    void this.drawings.resume();
  }

  /**
   * Another tab has sent, received or deleted a drawing.
   * @param {Exclude<TabMessage, {readonly type: 'consent'}>} message
   */
  heard(message) {
    switch (message.type) {
      case 'accepted':
        this.contributing.acceptedElsewhere(message.id, message.use, message.counts);
        return void this.contributing.settledElsewhere(message.id);
      case 'refused':
        this.contributing.refusedElsewhere(message.id, message.why);
        return void this.contributing.settledElsewhere(message.id);
      case 'receipt':
        return this.drawings.adopt(message.receipt);
      case 'deleted':
      case 'forgotten':
        return this.drawings.follow(message.id, message.type);
    }
  }

  /**
   * Hands in the drawing, unless something is wrong with it or its contributor takes it back when asked about its label.
   * @param {{readonly strokes: readonly Stroke[], readonly pointer: Pointer}} board
   * @param {string} agreed the version of the terms
   * @param {Reader} reader
   * @returns {Promise<boolean>} whether the canvas is wanted for another
   */
  async handIn(board, agreed, reader) {
    const { contributing, question } = this;
    if (question.isOpen) return false;
    const objection = contributing.objection(board.strokes);
    if (objection) {
      this.view.object(objection);
      return false;
    }
    const answer = await question.settle(reader.finalGuess(), contributing.asked);
    if (answer === null) return false;
    if (answer !== 'again') {
      const known = reader.give(board.strokes, contributing.asked);
      void contributing.give(board.strokes, board.pointer, agreed, answer === 'keep');
      const given = contributing.given.at(-1);
      if (given) this.visit.add(given, known);
    }
    return true;
  }

  /** The drawing changes: messages about its former state no longer hold. */
  altered() {
    this.view.object('');
    this.question.withdraw();
  }
}
