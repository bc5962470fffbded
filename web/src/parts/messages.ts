import { UNSTABLE_ToastQueue as ToastQueue } from 'react-aria-components';
import { ApiError } from '@/api/client';

export interface Message {
  text: string;
  hint?: string | null;
  look?: 'good' | 'bad';
  /** What undoes it, or what to do next. */
  action?: { label: string; run: () => void };
}

export const queue = new ToastQueue<Message>({ maxVisibleToasts: 3 });
const SHOWN_MILLIS = 6_000;

/** Shows a message at the edge; failures stay until they are closed. */
export function tell(message: Message): void {
  const timeout =
    message.look === 'bad' ? undefined : message.action ? 2 * SHOWN_MILLIS : SHOWN_MILLIS;
  queue.add(message, { timeout });
}

/** Shows why something failed, in the server's words. */
export function tellError(error: unknown): void {
  const problem = error instanceof ApiError ? error.problem : null;
  const text = problem?.detail ?? (error instanceof Error ? error.message : String(error));
  tell({ text, hint: problem?.hint, look: 'bad' });
}
