import { type QueryClient, QueryObserver } from '@tanstack/react-query';
import { ApiError } from '@/api/client';
import { type FileName, fileKeys, fileQuery, saveFile } from '@/api/files';
import {
  type Buffer,
  edited,
  isDirty,
  merged,
  openBuffer,
  redone,
  saved,
  seenOnDisk,
  undone,
  type Version,
} from './buffer';
import { type Draft, Drafts, type Storage } from './drafts';

/** What a page shows of a file that can be edited. */
export interface FileState {
  /** Null until the file has been read. */
  readonly buffer: Buffer | null;
  /** Why it cannot be read now; null where it can. */
  readonly error: unknown;
  /** An unsaved text of an earlier page that nobody has answered for yet. */
  readonly offered: Draft | null;
  /** Whether this browser keeps the unsaved text; it may be full. */
  readonly isKept: boolean;
}

/** The steps of the history that are not typed, in words for people. */
export interface StepLabels {
  readonly onDisk: string;
  readonly discard: string;
  readonly merge: string;
  readonly draft: string;
}

export interface Surroundings {
  readonly queries: QueryClient;
  readonly storage: Storage;
  readonly labels: StepLabels;
  /** Names this opening of the page among the drafts. */
  readonly page: string;
}

const KEPT_AFTER_MILLIS = 400;

/** One file while a page shows it: an external store for React over the pure buffer (C11, C14). */
export class EditedFile {
  readonly element: string;
  readonly name: FileName;
  readonly #queries: QueryClient;
  readonly #labels: StepLabels;
  readonly #drafts: Drafts;
  readonly #listeners = new Set<() => void>();
  #state: FileState = { buffer: null, error: null, offered: null, isKept: true };
  #stop: (() => void) | null = null;
  #keeping: ReturnType<typeof setTimeout> | null = null;

  constructor(element: string, name: FileName, { queries, storage, labels, page }: Surroundings) {
    this.element = element;
    this.name = name;
    this.#queries = queries;
    this.#labels = labels;
    this.#drafts = new Drafts(storage, element, name, page);
  }

  readonly snapshot = (): FileState => this.#state;

  /** For what shows the file: it is read, and followed on disk until nothing listens any more. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const end = this.listen(listener);
    this.#stop ??= this.#follow();
    return end;
  };

  /** For what only needs to know of changes: a file that is not shown is not read. */
  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = null;
    };
  };

  get isDirty(): boolean {
    return this.#state.buffer !== null && isDirty(this.#state.buffer);
  }

  readonly edit = (text: string, label: string): void => {
    this.#change((buffer) => edited(buffer, text, label, Date.now()));
  };

  readonly undo = (): void => this.#change(undone);

  readonly redo = (): void => this.#change(redone);

  /** Goes back to the version on disk; that can be undone, too. */
  readonly discard = (): void => {
    const now = Date.now();
    this.#change((buffer) => {
      const latest = buffer.theirs ?? buffer.base;
      const text = edited(buffer, latest.text, this.#labels.discard, now);
      return { ...text, base: latest, theirs: null };
    });
  };

  readonly resolve = (text: string): void => {
    this.#change((buffer) => merged(buffer, text, this.#labels.merge, Date.now()));
  };

  /** Takes the draft that is offered; where its file has changed since, that is a conflict. */
  readonly restore = (): void => {
    const { offered } = this.#state;
    if (offered === null) return;
    const now = Date.now();
    this.#change((buffer) => {
      const text = edited(buffer, offered.text, this.#labels.draft, now);
      const latest = buffer.theirs ?? buffer.base;
      const changed = latest.sha256 !== offered.base.sha256 && latest.text !== offered.base.text;
      return changed
        ? { ...text, base: offered.base, theirs: latest }
        : { ...text, base: latest, theirs: null };
    });
    this.forget();
  };

  /** Drops the draft that is offered. */
  readonly forget = (): void => {
    this.#drafts.answer();
    this.#set({ offered: null });
  };

  /** Saves the text, if there is an edit; a newer version on disk becomes a conflict. */
  readonly save = async (): Promise<void> => {
    const { buffer } = this.#state;
    if (buffer === null || !isDirty(buffer)) return;
    if (buffer.theirs !== null || buffer.sending !== null) return;
    const { text, base } = buffer;
    const key = fileKeys.one(this.element, this.name);
    this.#change((current) => ({ ...current, sending: text }));
    try {
      const answer = await saveFile(this.element, this.name, text, base.sha256);
      const version: Version = { text, sha256: answer.sha256 };
      await this.#queries.cancelQueries({ queryKey: key }); // it may have read what was before
      this.#change((current) => saved(current, version));
      this.#queries.setQueryData(key, version);
    } catch (error) {
      this.#change((current) => ({ ...current, sending: null }));
      if (!(error instanceof ApiError) || error.status !== 412) throw error;
      await this.#queries.refetchQueries({ queryKey: key });
    }
  };

  #follow(): () => void {
    const observer = new QueryObserver(this.#queries, fileQuery(this.element, this.name));
    const see = () => {
      const { data, error } = observer.getCurrentResult();
      if (data !== undefined) this.#see(data);
      if (error !== this.#state.error) this.#set({ error });
    };
    const stop = observer.subscribe(see);
    document.addEventListener('visibilitychange', this.#keepNow);
    see();
    return () => {
      stop();
      document.removeEventListener('visibilitychange', this.#keepNow);
      this.#keepNow();
    };
  }

  #see(version: Version): void {
    if (this.#state.buffer === null) {
      this.#set({ buffer: openBuffer(version), offered: this.#offer(version) });
    } else {
      this.#change((buffer) => seenOnDisk(buffer, version, this.#labels.onDisk, Date.now()));
    }
  }

  #offer(version: Version): Draft | null {
    const draft = this.#drafts.offered(Date.now());
    if (draft?.text !== version.text) return draft;
    this.#drafts.answer(); // it has been saved since
    return null;
  }

  #change(step: (buffer: Buffer) => Buffer): void {
    const { buffer } = this.#state;
    if (buffer === null) return;
    const next = step(buffer);
    if (next === buffer) return;
    if (next.text !== buffer.text || next.base !== buffer.base) this.#keepSoon();
    this.#set({ buffer: next });
  }

  #set(change: Partial<FileState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }

  #keepSoon(): void {
    if (this.#keeping !== null) clearTimeout(this.#keeping);
    this.#keeping = setTimeout(this.#keepNow, KEPT_AFTER_MILLIS);
  }

  readonly #keepNow = (): void => {
    if (this.#keeping === null) return;
    clearTimeout(this.#keeping);
    this.#keeping = null;
    const { buffer, isKept } = this.#state;
    if (buffer === null) return;
    let kept = true;
    try {
      if (isDirty(buffer)) {
        this.#drafts.keep({ text: buffer.text, base: buffer.base, at: Date.now() });
      } else {
        this.#drafts.drop();
      }
    } catch {
      kept = false; // the storage is full or shut off: the page says so
    }
    if (kept !== isKept) this.#set({ isKept: kept });
  };
}
