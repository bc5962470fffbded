const GATHERED_MILLIS = 20;

/**
 * Gathers questions that are asked one by one, as by the lines of a list, and sends them together.
 * `ask` answers in the order of the questions; `most` is how many go into one sending.
 */
export class Batches<Question, Answer> {
  readonly #ask: (questions: readonly Question[]) => Promise<readonly Answer[]>;
  readonly #most: number;
  #waiting: { question: Question; give: (answer: Promise<Answer>) => void }[] = [];

  constructor(ask: (questions: readonly Question[]) => Promise<readonly Answer[]>, most: number) {
    this.#ask = ask;
    this.#most = most;
  }

  /** Answers with the others that are asked within a few milliseconds. */
  one(question: Question): Promise<Answer> {
    if (this.#waiting.length === 0) setTimeout(() => this.#send(), GATHERED_MILLIS);
    return new Promise((give) => {
      this.#waiting.push({ question, give });
    });
  }

  #send(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < waiting.length; from += this.#most) {
      const some = waiting.slice(from, from + this.#most);
      const answers = this.#ask(some.map(({ question }) => question));
      some.forEach(({ give }, index) => {
        give(answers.then((all) => all[index] as Answer));
      });
    }
  }
}
