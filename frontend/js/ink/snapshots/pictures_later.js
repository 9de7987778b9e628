/** `Pictures`, loaded when the first one is wanted. */

/** @typedef {import('./pictures.js').Pictures} Pictures */

export class PicturesLater {
  /** @type {Pictures | null} */ #here = null;
  /** @type {Promise<void> | null} */ #loading = null;
  /** @type {() => void} */ #loaded;

  /** @param {() => void} loaded payloads can be had from now on */
  constructor(loaded) {
    this.#loaded = loaded;
  }

  /** Resolves when they are here, and after a failure, as without a connection: the next call tries again. */
  load() {
    this.#loading ??= import('./pictures.js').then(
      ({ Pictures }) => {
        this.#here = new Pictures();
        this.#loaded();
      },
      () => void (this.#loading = null),
    );
    return this.#loading;
  }

  /**
   * @param {Parameters<Pictures['payload']>[0]} encoding
   * @param {Parameters<Pictures['payload']>[1]} strokes
   * @returns {Uint8Array | null} null while they are loaded
   */
  payload(encoding, strokes) {
    if (this.#here) return this.#here.payload(encoding, strokes);
    void this.load();
    return null;
  }
}
