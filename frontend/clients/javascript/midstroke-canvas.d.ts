export interface Guess {
  readonly label: string;
  readonly confidence: number;
  readonly probabilities: readonly number[];
  readonly doubt: number | null;
  readonly unsure: boolean | null;
  readonly settled: boolean | null;
  readonly family: string;
  readonly model: string;
}
export interface Contributed {
  readonly id: string;
  /** A secret: with it the drawing can be seen and deleted. */
  readonly receipt: string | null;
}
export type Stroke = readonly (readonly number[])[];

export interface MidstrokeCanvas extends HTMLElement {
  readonly strokes: readonly Stroke[];
  readonly guess: Guess | null;
  readonly value: string;
  readonly form: HTMLFormElement | null;
  clear(): void;
  undo(): void;
  redo(): void;
  load(strokes: readonly Stroke[]): void;
  contribute(label: number | string): Promise<Contributed | null>;
  withdrawConsent(): void;
}

export interface MidstrokeCanvasEvents {
  guess: CustomEvent<Guess>;
  settled: CustomEvent<Guess>;
  contributed: CustomEvent<Contributed & { readonly label: number | string }>;
  connection: CustomEvent<{ readonly phase: 'connecting' | 'open' | 'lost' | 'ended'; readonly code?: number; readonly reason?: string }>;
  refused: CustomEvent<{ readonly code: string; readonly reason: string }>;
}

/** Defines <midstroke-canvas>, loaded from this service; tries again while it can't be loaded, until the signal is aborted. */
export function defineMidstrokeCanvas(service: string, options?: { readonly signal?: AbortSignal }): Promise<CustomElementConstructor>;

declare global {
  interface HTMLElementTagNameMap {
    'midstroke-canvas': MidstrokeCanvas;
  }
}
