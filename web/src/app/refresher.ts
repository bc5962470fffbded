const PAUSE_MILLIS = 500;

/**
 * Gathers what has changed, and has it read again one time after another: a reading is never
 * cut off by the next change, and many changes a second cost two readings a second.
 */
export class Refresher {
  private readonly read: (topics: ReadonlySet<string>) => Promise<unknown>;
  private changed = new Set<string>();
  private running = false;

  constructor(read: (topics: ReadonlySet<string>) => Promise<unknown>) {
    this.read = read;
  }

  /** Has what a topic concerns read again: at once, or as soon as the reading before has ended. */
  add(topic: string): void {
    this.changed.add(topic);
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.changed.size > 0) {
      const topics = this.changed;
      this.changed = new Set();
      await Promise.allSettled([this.read(topics)]); // a failure stands where its data would
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS));
    }
    this.running = false;
  }
}
