/** The style of an embedded canvas by itself; the page around it may style its box and its parts. */

export const styles = new CSSStyleSheet();

styles.replaceSync(`
  :host {
    display: block; position: relative; box-sizing: border-box; aspect-ratio: 1; color: CanvasText; background: Canvas;
    border-radius: 4px; outline: 1px solid color-mix(in srgb, currentColor 25%, transparent);
    cursor: crosshair; touch-action: none; user-select: none; -webkit-user-select: none;
  }
  :host([hidden]) { display: none; }
  :host(:disabled) { opacity: 0.5; cursor: default; }
  canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
  [part='guess'] { position: absolute; right: 0.5em; bottom: 0.3em; margin: 0; font: 600 1.5em/1 system-ui, sans-serif; pointer-events: none; }
  [part='guess'][data-settled] { text-decoration: underline; text-underline-offset: 0.15em; }
  [part='consent'] {
    position: absolute; inset: 0; overflow: auto; padding: 1em; box-sizing: border-box; background: Canvas; color: CanvasText;
    font: 0.9em/1.4 system-ui, sans-serif; cursor: default; touch-action: auto; user-select: text; -webkit-user-select: text;
  }
  [part='consent'] p { margin: 0 0 0.8em; }
  [part='key-pen'] {
    position: absolute; width: 1.2em; height: 1.2em; translate: -50% -50%; box-sizing: border-box; border: 2px solid Highlight;
    border-radius: 50%; pointer-events: none;
  }
  [part='key-pen'][data-down] { background: Highlight; }
  [part='key-pen']:not([data-key-pen]), [part='consent'][hidden], [part='guess'][hidden] { display: none; }
  [role='status'] { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`);
