/** Encodes and decodes the messages of `midstroke.v1` (`docs/protocol.md`). No sockets. */

import { classCount, isDigits, setId } from '../ui/language/symbols.js';

/** @typedef {'ink20' | 'canvas20' | 'path48' | 'ink20/2'} Encoding of a frame */
/** @typedef {'training' | 'validation'} Use */
/** @typedef {'waiting' | 'training' | 'published' | 'refused'} TrainerState */

/**
 * @typedef {object} Model
 * @property {string} family
 * @property {string} model the version
 * @property {string} encoding
 * @property {string} contract
 * @property {boolean} best
 * @property {number} drawings that it was trained on
 * @property {{readonly mean: number, readonly at_50: number, readonly at_100: number}} metrics
 */
/** @typedef {{readonly total: number, readonly yours: number, readonly by_label: readonly number[], readonly trouble?: string}} Counts */
/**
 * @typedef {object} Trainer
 * @property {TrainerState} state
 * @property {number} new_drawings
 * @property {number} needed
 * @property {string | null} [family]
 * @property {string | null} [version]
 * @property {readonly string[]} [reasons]
 * @property {number} [new_validation] new validation drawings, which never train a model
 * @property {number} [filtered] drawings that the label filter left out
 * @property {number} [over_limit] drawings over a contributor's limit, left for later trainings
 * @property {readonly TrainingOutcome[]} [outcomes] newest first, of each family the last
 */
/**
 * @typedef {object} TrainingOutcome what came of a family's last training
 * @property {'published' | 'refused'} state
 * @property {string} family
 * @property {string} version
 * @property {readonly string[]} reasons
 * @property {string} [at] UTC, ISO 8601
 */
/** @typedef {{readonly version: string, readonly licence: string, readonly text: string, readonly language?: string,
 *   readonly languages?: readonly string[]}} Consent `languages`: those that the service has the terms in */

/**
 * @typedef {object} Limits of a contribution
 * @property {number} samples_min
 * @property {number} samples_max
 * @property {number} strokes_max
 * @property {number} points_max
 * @property {number} [message_bytes]
 * @property {number} [sample_bytes] of each PNG
 */
/**
 * @typedef {object} Welcome
 * @property {'welcome'} type
 * @property {string} [set] id
 * @property {string} [name] of the set
 * @property {readonly import('../ui/language/symbols.js').SymbolClass[]} [classes] in the order of `probabilities`
 * @property {readonly Model[]} models best first
 * @property {readonly string[]} families
 * @property {Limits} limits
 * @property {Consent} consent
 * @property {Counts} contributions
 * @property {Trainer | null} trainer
 * @property {PersonalState | null} [personal] null without a contributor, or turned off
 */
/**
 * @typedef {object} PersonalState the visitor's own drawings that answers use
 * @property {number} drawings
 * @property {number} digits different ones among them
 * @property {{readonly drawings: number, readonly plain: number, readonly personal: number} | null} gain shares of
 *   stages read right, without and with the other drawings
 */
/**
 * @typedef {object} Prediction
 * @property {'prediction'} type
 * @property {number} drawing
 * @property {number} seq
 * @property {string} family
 * @property {string} model
 * @property {readonly number[]} probabilities
 * @property {number | null} doubt 0 to 1; this and the following are null from a service that doesn't send them
 * @property {boolean | null} unsure probably no digit
 * @property {boolean | null} settled the guess is not expected to change
 * @property {number | null} personal how many of the visitor's own drawings were used
 */
/**
 * @typedef {object} Accepted
 * @property {'accepted'} type
 * @property {string} id
 * @property {Use} use
 * @property {boolean} duplicate
 * @property {string | null} receipt null where another contributor gave this id
 * @property {Counts} contributions
 */
/**
 * @typedef {object} Refused
 * @property {'refused'} type
 * @property {string} id
 * @property {string} code
 * @property {string} message
 * @property {boolean} retry
 */
/** @typedef {{type: 'models', models: readonly Model[]}} Models */
/** @typedef {{type: 'error', code: string, message: string, drawing?: number, seq?: number}} ServerError */
/** @typedef {{type: 'classes', set: string, name: string, classes: readonly import('../ui/language/symbols.js').SymbolClass[]}} Classes */
/** @typedef {{type: 'pong', t: number}} Pong */
/** @typedef {Welcome | Prediction | Accepted | Refused | Models | ({type: 'trainer'} & Trainer) | Classes | ServerError | Pong} ServerMessage */

/**
 * @typedef {object} Contribution
 * @property {string} id
 * @property {import('../ui/language/symbols.js').Label} label
 * @property {string} [set] id of the symbol set; digits without one
 * @property {string} contributor
 * @property {string} consent
 * @property {number} width
 * @property {number} height
 * @property {number} pen_width
 * @property {string} pointer
 * @property {boolean} [confirmed] the visitor confirmed a label that the model doubts
 * @property {number} [prompt_probability] with which the page asked for this digit
 * @property {readonly (readonly (readonly number[])[])[]} strokes
 * @property {readonly {readonly ink: number, readonly png: string}[]} samples
 */

export const SUBPROTOCOL = 'midstroke.v1';
const FRAME_VERSION = 1;
const HEADER_BYTES = 16;
/** @type {Readonly<Record<Encoding, number>>} */
const ENCODING_CODES = { ink20: 1, canvas20: 2, path48: 4, 'ink20/2': 5 };
const TYPES = ['welcome', 'prediction', 'accepted', 'refused', 'models', 'trainer', 'classes', 'error', 'pong'];

/** What came is no message of this protocol. */
export class BadMessage extends Error {}

/**
 * @param {string} encoding
 * @returns {encoding is Encoding}
 */
export function isEncoding(encoding) {
  return Object.hasOwn(ENCODING_CODES, encoding);
}

/**
 * @param {Encoding} encoding
 * @param {{readonly drawing: number, readonly seq: number, readonly tMs: number}} moment
 * @param {Uint8Array} payload
 */
export function encodeFrame(encoding, { drawing, seq, tMs }, payload) {
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  const header = new DataView(frame.buffer);
  header.setUint8(0, FRAME_VERSION);
  header.setUint8(1, ENCODING_CODES[encoding]);
  header.setUint32(4, drawing, true);
  header.setUint32(8, seq, true);
  header.setUint32(12, tMs, true);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

/**
 * Drawing, seq and payload of a frame that `encodeFrame` made.
 * @param {Uint8Array} frame
 */
export function drawingOf(frame) {
  const header = new DataView(frame.buffer, frame.byteOffset, HEADER_BYTES);
  return { drawing: header.getUint32(4, true), seq: header.getUint32(8, true), payload: frame.subarray(HEADER_BYTES) };
}

/**
 * @param {readonly string[]} families that are to answer; none: the best
 * @param {string | null} contributor the visitor's token, sent with their consent alone
 * @param {boolean} [personal] whether answers use the visitor's own drawings
 * @param {string} [language] of the terms
 * @param {string | null} [set] null: digits
 */
export function encodeHello(families, contributor, personal = true, language = 'en', set = isDigits ? null : setId) {
  const who = contributor === null ? {} : { contributor };
  const plainly = personal ? {} : { personal };
  return JSON.stringify({ type: 'hello', ...(set === null ? {} : { set }), ...(families.length ? { families } : {}), coalesce: true, ...who, ...plainly, ...(language === 'en' ? {} : { language }) });
}

/** @param {Contribution} contribution */
export function encodeContribution(contribution) {
  return JSON.stringify({ type: 'contribution', ...contribution });
}

/** @param {number} t */
export function encodePing(t) {
  return JSON.stringify({ type: 'ping', t });
}

/**
 * A message from the service, or null for one of a type that this page doesn't know: a newer service may say more.
 * @param {string} text
 * @param {number} [classes] of the set
 * @returns {ServerMessage | null}
 * @throws {BadMessage} it is no JSON object with a type, or a prediction without a probability for each class
 */
export function decodeMessage(text, classes = classCount()) {
  const message = parseObject(text);
  if (!TYPES.includes(message.type)) return null;
  if (message.type === 'prediction' && !isOfClasses(message.probabilities, classes)) {
    throw new BadMessage(`a prediction with ${JSON.stringify(message.probabilities)}, expected ${classes} numbers`);
  }
  return /** @type {ServerMessage} */ (translated(message));
}

/**
 * The message in the page's words. The wire keeps the names of version 0.1: `judging`, `new_judging`, `doubted`.
 * @param {Record<string, any>} message
 */
function translated(message) {
  switch (message.type) {
    case 'prediction':
      return predictionOf(message);
    case 'accepted':
      return { ...message, use: useOf(message.use) };
    case 'welcome':
      return { ...message, trainer: message.trainer ? trainerOf(message.trainer) : null };
    case 'trainer':
      return trainerOf(message);
    default:
      return message;
  }
}

/**
 * `judging`, in which messages, stored records and receipts name validation drawings, as the page's word.
 * @param {string} use
 * @returns {Use}
 */
export function useOf(use) {
  return use === 'judging' ? 'validation' : /** @type {Use} */ (use);
}

/**
 * The prediction with null for what the service didn't send, or sent in a form that this page doesn't know.
 * @param {Record<string, any>} prediction
 */
function predictionOf({ doubt, unsure, settled, personal, ...rest }) {
  return {
    ...rest,
    doubt: typeof doubt === 'number' ? doubt : null,
    unsure: typeof unsure === 'boolean' ? unsure : null,
    settled: typeof settled === 'boolean' ? settled : null,
    personal: typeof personal === 'number' ? personal : null,
  };
}

/** @param {Record<string, any>} trainer */
function trainerOf({ new_judging, doubted, ...rest }) {
  return {
    ...rest,
    ...(new_judging === undefined ? {} : { new_validation: new_judging }),
    ...(doubted === undefined ? {} : { filtered: doubted }),
  };
}

/** @param {string} text */
function parseObject(text) {
  let message;
  try {
    message = JSON.parse(text);
  } catch (error) {
    throw new BadMessage(`${text.length} characters that are not JSON: ${error}`);
  }
  if (typeof message?.type !== 'string') throw new BadMessage(`${text.slice(0, 80)}, expected an object with a type`);
  return message;
}

/**
 * @param {unknown} value
 * @param {number} classes
 */
function isOfClasses(value, classes) {
  return Array.isArray(value) && value.length === classes && value.every((p) => typeof p === 'number');
}
