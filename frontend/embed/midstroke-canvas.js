/** Defines <midstroke-canvas> for pages of any origin that the service allows (MIDSTROKE_ALLOWED_ORIGINS). */

import { MidstrokeCanvas } from '../js/embed/midstroke_canvas.js';

if (!customElements.get('midstroke-canvas')) customElements.define('midstroke-canvas', MidstrokeCanvas);

export { MidstrokeCanvas };
