import type { FileName } from '@/api/files';
import { isDirty } from './buffer';
import { EditedFile, type FileState, type Surroundings } from './edited-file';
import { Unread } from './unread';

/** The files of one element while a page shows them, as one external store. */
export class EditedFiles {
  readonly all: readonly EditedFile[];
  /** What stands in a form, and in no file: no save may pass over it. */
  readonly unread = new Unread();
  #states: readonly FileState[];

  constructor(element: string, names: readonly FileName[], surroundings: Surroundings) {
    this.all = names.map((name) => new EditedFile(element, name, surroundings));
    this.#states = this.all.map((file) => file.snapshot());
  }

  /** The e.json. */
  get first(): EditedFile {
    const [file] = this.all;
    if (file === undefined) throw new Error('an element without files');
    return file;
  }

  get(name: FileName): EditedFile | undefined {
    return this.all.find((file) => file.name === name);
  }

  /** Tells of changes of all files, of which only those are read that something shows. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const stops = this.all.map((file) => file.listen(listener));
    return () => {
      for (const stop of stops) stop();
    };
  };

  /** The states of all files, in their order; the same array while none has changed. */
  readonly snapshot = (): readonly FileState[] => {
    const states = this.all.map((file) => file.snapshot());
    if (states.some((state, index) => state !== this.#states[index])) this.#states = states;
    return this.#states;
  };

  get isDirty(): boolean {
    return this.all.some((file) => file.isDirty);
  }

  readonly discard = (): void => {
    this.unread.drop();
    for (const file of this.all) if (file.isDirty) file.discard();
  };

  /** Saves what has an edit; returns whether all of it is saved. Rejects as one save does. */
  readonly save = async (): Promise<boolean> => {
    const dirty = this.all.filter((file) => file.isDirty);
    await Promise.all(dirty.map((file) => file.save()));
    return dirty.length > 0 && dirty.every((file) => !file.isDirty);
  };
}

/** Whether a save has something to do: an edit that stands in no conflict and is not on its way. */
export function canSave({ buffer }: FileState): boolean {
  return buffer !== null && isDirty(buffer) && buffer.theirs === null && buffer.sending === null;
}
