import { UNSTABLE_ToastQueue as ToastQueue } from 'react-aria-components';
import { ApiError, type Problem } from '@/api/client';

export interface Message {
  text: string;
  /** What the server has refused; the text is of other failures. */
  problem?: Problem;
  hint?: string | null;
  look?: 'good' | 'bad';
  /** What undoes it, or what to do next. */
  action?: { label: string; run: () => void };
  /** What it is about, by which it can be closed when that is over. */
  about?: string;
}

export const queue = new ToastQueue<Message>({ maxVisibleToasts: 3 });
const SHOWN_MILLIS = 6_000;
const FAILURE_MILLIS = 20_000;
const ACTION_MILLIS = 30_000;

/** Shows a message at the edge: the longer, the more there is to read or to do. */
export function tell(message: Message): void {
  queue.add(message, { timeout: shownMillis(message) });
}

function shownMillis({ look, action }: Message): number {
  if (action !== undefined) return ACTION_MILLIS;
  return look === 'bad' ? FAILURE_MILLIS : SHOWN_MILLIS;
}

/** Closes what failed: it says nothing about another page. */
export function dropFailures(): void {
  drop(({ look }) => look === 'bad');
}

export function dropAbout(about: string): void {
  drop((message) => message.about === about);
}

function drop(isOver: (message: Message) => boolean): void {
  for (const { content, key } of queue.visibleToasts) {
    if (isOver(content)) queue.close(key);
  }
}

/** Shows why something failed, and what can be done instead. */
export function tellError(error: unknown, action?: Message['action']): void {
  const problem = error instanceof ApiError ? error.problem : undefined;
  const text = error instanceof Error ? error.message : String(error);
  tell({ text, problem, look: 'bad', action });
}
