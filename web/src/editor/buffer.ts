import { applySplice, inverse, joined, type Splice, spliceBetween } from './splice';

/** A file as it is on disk; `sha256` is null where there is no such file yet. */
export interface Version {
  readonly text: string;
  readonly sha256: string | null;
}

/** One step that can be undone. */
export interface Edit {
  readonly splice: Splice;
  /** What the step did, in words for people. */
  readonly label: string;
  /** Milliseconds of the page's clock. */
  readonly at: number;
}

/** The text of one file while it is edited; the form and the source are views of it (C11). */
export interface Buffer {
  readonly text: string;
  /** The version on disk that the text began from, and that a save replaces. */
  readonly base: Version;
  readonly past: readonly Edit[];
  readonly future: readonly Edit[];
  /** A newer version on disk that the text has not been merged with (C14). */
  readonly theirs: Version | null;
  /** The text that is on its way to the server. */
  readonly sending: string | null;
}

/** Edits of one place that follow each other faster than this are one step. */
const JOINED_MILLIS = 1_000;

export function openBuffer(base: Version): Buffer {
  return { text: base.text, base, past: [], future: [], theirs: null, sending: null };
}

export function isDirty(buffer: Buffer): boolean {
  return buffer.text !== buffer.base.text;
}

/** Returns the buffer with another text; an equal text is no edit. */
export function edited(buffer: Buffer, text: string, label: string, at: number): Buffer {
  if (text === buffer.text) return buffer;
  const step: Edit = { splice: spliceBetween(buffer.text, text), label, at };
  return { ...buffer, text, past: appended(buffer, step), future: [] };
}

function appended({ past, future }: Buffer, step: Edit): readonly Edit[] {
  const last = past.at(-1);
  const continues =
    last !== undefined &&
    future.length === 0 &&
    last.label === step.label &&
    step.at - last.at < JOINED_MILLIS &&
    !step.splice.inserted.includes('\n');
  const both = continues ? joined(last.splice, step.splice) : null;
  return both === null ? [...past, step] : [...past.slice(0, -1), { ...step, splice: both }];
}

export function undone(buffer: Buffer): Buffer {
  const step = buffer.past.at(-1);
  if (step === undefined) return buffer;
  return {
    ...buffer,
    text: applySplice(buffer.text, inverse(step.splice)),
    past: buffer.past.slice(0, -1),
    future: [...buffer.future, step],
  };
}

export function redone(buffer: Buffer): Buffer {
  const step = buffer.future.at(-1);
  if (step === undefined) return buffer;
  return {
    ...buffer,
    text: applySplice(buffer.text, step.splice),
    past: [...buffer.past, step],
    future: buffer.future.slice(0, -1),
  };
}

/** Returns the buffer after its file was saved; what was typed meanwhile is an edit of that. */
export function saved(buffer: Buffer, version: Version): Buffer {
  return { ...buffer, base: version, theirs: null, sending: null };
}

/**
 * Returns the buffer when its file has been read again: a clean one follows it, a dirty one
 * keeps its text and holds the newer version for a merge (C14).
 */
export function seenOnDisk(buffer: Buffer, version: Version, label: string, at: number): Buffer {
  if (version.sha256 === buffer.base.sha256) {
    return buffer.theirs === null ? buffer : { ...buffer, theirs: null };
  }
  if (version.text === buffer.text || version.text === buffer.sending) {
    return { ...buffer, base: version, theirs: null };
  }
  if (isDirty(buffer)) {
    return version.sha256 === buffer.theirs?.sha256 ? buffer : { ...buffer, theirs: version };
  }
  return { ...edited(buffer, version.text, label, at), base: version, theirs: null };
}

/** Returns the buffer with the outcome of a merge, as an edit of the version on disk. */
export function merged(buffer: Buffer, text: string, label: string, at: number): Buffer {
  if (buffer.theirs === null) return buffer;
  return { ...edited(buffer, text, label, at), base: buffer.theirs, theirs: null };
}
