/** Makes the controls that hand a drawing on: a link to copy, files to save, and the system's share sheet where there is one. */

import { element, save } from '../ui/dom.js';
import { text } from '../ui/language/language.js';

/**
 * @typedef {object} Shared
 * @property {string} name of the files, without suffix
 * @property {{readonly id: string, readonly address: string, readonly words: string} | null} link `id` of its field; null: no drawing to replay
 * @property {() => Promise<Uint8Array>} picture PNG
 * @property {() => Promise<Uint8Array>} animation animated PNG
 */

const SPOKEN_AFTER_MS = 50; // a screen reader repeats the same words only if they were gone

/**
 * Nothing is sent or stored: the link holds the drawing, and the files are made here.
 * @param {Shared} shared
 */
export function shareControls({ name, link, picture, animation }) {
  const status = element('p', { class: 'said', role: 'status' });
  const say = (/** @type {string} */ words) => {
    status.textContent = '';
    setTimeout(() => (status.textContent = words), SPOKEN_AFTER_MS);
  };
  const keep = (/** @type {() => Promise<Uint8Array>} */ make, /** @type {string} */ file) => async () => {
    try {
      save(new Blob([new Uint8Array(await make())], { type: 'image/png' }), file);
      say(text('share.saved', { file }));
    } catch (error) {
      console.warn(`${file} could not be made: ${error}`);
      say(text('share.not-made'));
    }
  };
  const buttons = element(
    'p',
    { class: 'buttons' },
    button('share.save-picture', keep(picture, `${name}.png`)),
    button('share.save-animation', keep(animation, `${name}-animated.png`)),
  );
  const controls = element('div', { class: 'sharing' }, ...(link ? [linkRow(link, say)] : []), buttons, status);
  // Most desktop browsers, and all pages without https, have no share sheet.
  if (link && typeof navigator.share === 'function') buttons.append(button('share.more', () => handOver(link.address, say)));
  return controls;
}

/**
 * @param {NonNullable<Shared['link']>} link
 * @param {(words: string) => void} say
 */
function linkRow({ id, address, words }, say) {
  const field = element('input', { id, readonly: '', value: address, 'aria-label': words, dir: 'ltr' });
  field.addEventListener('focus', () => field.select());
  const copyButton = button('share.copy', async () => say(text((await copied(address, field)) ? 'share.copied' : 'share.select')));
  return element('div', { class: 'link' }, field, copyButton);
}

/**
 * Puts the address into the clipboard; pages without https have none, and copy what is selected.
 * @param {string} address
 * @param {HTMLInputElement} field holds it
 * @returns {Promise<boolean>} false: it could not be copied; it is selected, to be copied by hand
 */
async function copied(address, field) {
  try {
    await navigator.clipboard.writeText(address);
    return true;
  } catch {
    const from = document.activeElement;
    field.focus();
    field.select();
    const done = document.execCommand('copy');
    if (done && from instanceof HTMLElement) from.focus();
    return done;
  }
}

/**
 * @param {string} url
 * @param {(words: string) => void} say
 */
async function handOver(url, say) {
  try {
    await navigator.share({ title: 'Midstroke', text: text('share.text'), url });
    say(text('share.handed-over'));
  } catch (error) {
    // Who closes the sheet knows that nothing was shared.
    if (!(error instanceof DOMException && error.name === 'AbortError')) say(text('share.not-handed-over'));
  }
}

/**
 * @param {string} key of its text
 * @param {() => void} act
 */
function button(key, act) {
  const made = element('button', { type: 'button' }, text(key));
  made.addEventListener('click', act);
  return made;
}
