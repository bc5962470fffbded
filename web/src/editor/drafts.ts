import type { Version } from './buffer';

/** An unsaved text that this browser has kept. */
export interface Draft {
  readonly text: string;
  /** The version that it began from, with its text: what a merge needs. */
  readonly base: Version;
  /** When it was kept, in milliseconds since 1970. */
  readonly at: number;
}

/** Where drafts are kept; a browser's `localStorage`, which a page that closes can still write. */
export type Storage = Pick<
  globalThis.Storage,
  'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'
>;

const PREFIX = 'jittask-draft ';
const KEPT_MILLIS = 30 * 24 * 3_600_000;

/**
 * The drafts of one file. Each page keeps its own beside those of earlier pages, which are
 * offered and stay until they are answered: typing must not overwrite them.
 */
export class Drafts {
  readonly #storage: Storage;
  readonly #prefix: string;
  readonly #page: string;

  constructor(storage: Storage, element: string, file: string, page: string) {
    this.#storage = storage;
    this.#prefix = `${PREFIX}${element} ${file} `;
    this.#page = page;
  }

  /** Keeps the text of this page. Throws where the browser's storage is full or shut off. */
  keep(draft: Draft): void {
    this.drop();
    const key = `${this.#prefix}${draft.base.sha256 ?? 'new'} ${this.#page}`;
    this.#storage.setItem(key, JSON.stringify(draft));
  }

  /** Forgets the text of this page. */
  drop(): void {
    for (const key of this.#keys()) if (this.#isOwn(key)) this.#storage.removeItem(key);
  }

  /** Returns the newest text of another page; those that are too old are forgotten. */
  offered(now: number): Draft | null {
    let newest: Draft | null = null;
    for (const key of this.#keys()) {
      if (this.#isOwn(key)) continue;
      const draft = read(this.#storage.getItem(key));
      if (draft === null || now - draft.at > KEPT_MILLIS) this.#storage.removeItem(key);
      else if (newest === null || draft.at > newest.at) newest = draft;
    }
    return newest;
  }

  /** Forgets the texts of other pages. */
  answer(): void {
    for (const key of this.#keys()) if (!this.#isOwn(key)) this.#storage.removeItem(key);
  }

  #keys(): string[] {
    const all = Array.from({ length: this.#storage.length }, (_, index) =>
      this.#storage.key(index),
    );
    return all.filter((key) => key?.startsWith(this.#prefix)).map(String);
  }

  #isOwn(key: string): boolean {
    return key.endsWith(` ${this.#page}`);
  }
}

function read(kept: string | null): Draft | null {
  try {
    const draft = JSON.parse(kept ?? 'null') as Partial<Draft> | null;
    const { text, base, at } = draft ?? {};
    const whole =
      typeof text === 'string' && typeof at === 'number' && typeof base?.text === 'string';
    if (!whole || (base.sha256 !== null && typeof base.sha256 !== 'string')) return null;
    return { text, base: { text: base.text, sha256: base.sha256 }, at };
  } catch {
    return null; // what another program wrote there is no draft
  }
}
