/** Elements of the embedded canvas that the embedding page can style. */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} part
 */
export function made(tag, part) {
  const element = document.createElement(tag);
  element.part.add(part);
  if (element instanceof HTMLButtonElement) element.type = 'button';
  return element;
}
