/** A control whose text is no value of its kind, so that nothing of it stands in the file. */
interface Entry {
  readonly label: string;
  /** Makes the control show what stands in the file. */
  drop(): void;
}

/** The controls of a form that hold a text that is not taken over; nothing may pass over them. */
export class Unread {
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<() => void>();
  #labels: readonly string[] = [];

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The labels of those controls; the same array while none changes. */
  readonly snapshot = (): readonly string[] => this.#labels;

  add(control: string, entry: Entry): void {
    this.#entries.set(control, entry);
    this.#tell();
  }

  remove(control: string): void {
    if (this.#entries.delete(control)) this.#tell();
  }

  readonly drop = (): void => {
    const dropped = [...this.#entries.values()];
    this.#entries.clear();
    for (const entry of dropped) entry.drop();
    if (dropped.length > 0) this.#tell();
  };

  #tell(): void {
    this.#labels = [...this.#entries.values()].map(({ label }) => label);
    for (const listener of this.#listeners) listener();
  }
}
