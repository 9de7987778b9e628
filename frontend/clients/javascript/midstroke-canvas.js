/** Loads the element from the service that it will talk to, so that both are always of the same release. */

/**
 * Defines <midstroke-canvas>. The service has to allow the page's origin (MIDSTROKE_ALLOWED_ORIGINS).
 * @param {string} service its address, such as `https://digits.example/`
 * @returns {Promise<CustomElementConstructor>}
 */
export async function defineMidstrokeCanvas(service) {
  const base = service.endsWith('/') ? service : `${service}/`;
  const { MidstrokeCanvas } = await import(new URL('embed/midstroke-canvas.js', base).href);
  return MidstrokeCanvas;
}
