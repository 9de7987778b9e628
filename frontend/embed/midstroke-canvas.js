/** Defines <midstroke-canvas> for pages of any origin that the service allows (MIDSTROKE_ALLOWED_ORIGINS). */

import { ServiceCanvas } from '../js/embed/service_canvas.js';

if (!customElements.get('midstroke-canvas')) customElements.define('midstroke-canvas', ServiceCanvas);

export { ServiceCanvas as MidstrokeCanvas };
