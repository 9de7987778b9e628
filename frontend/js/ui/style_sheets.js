/** Loads the style sheets of the parts of the page that are not there from the start. */

const LATER = 'link[data-href]'; // in index.html, at their places in the cascade

/**
 * Loads the style sheets that name this part, once. Rejects where one can't be had; another call tries again.
 * @param {string} part
 */
export async function loadStyles(part) {
  const links = /** @type {NodeListOf<HTMLLinkElement>} */ (document.querySelectorAll(LATER));
  await Promise.all([...links].filter(({ dataset }) => dataset.part?.split(' ').includes(part)).map(loaded));
}

/**
 * @param {HTMLLinkElement} link
 * @returns {Promise<void>}
 */
function loaded(link) {
  return new Promise((resolve, reject) => {
    link.addEventListener('load', () => resolve(), { once: true });
    link.addEventListener('error', () => (link.removeAttribute('href'), reject(new Error(`no ${link.dataset.href}`))), { once: true });
    if (link.sheet) resolve();
    else if (!link.hasAttribute('href')) link.href = link.dataset.href ?? '';
  });
}
