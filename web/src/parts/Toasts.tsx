import {
  Button,
  Text,
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components';
import { ApiError } from '@/api/client';
import { useWords } from '@/words';
import style from './Toasts.module.css';

export interface Message {
  text: string;
  hint?: string | null;
  look?: 'good' | 'bad';
  /** What undoes it, or what to do next. */
  action?: { label: string; run: () => void };
}

const queue = new ToastQueue<Message>({ maxVisibleToasts: 3 });
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

export function Toasts() {
  const { app } = useWords();
  return (
    <ToastRegion queue={queue} className={style.region}>
      {({ toast }) => (
        <Toast toast={toast} className={style.toast} data-look={toast.content.look}>
          <ToastContent className={style.content}>
            <Text slot="title">{toast.content.text}</Text>
            {toast.content.hint && <Text slot="description">{toast.content.hint}</Text>}
          </ToastContent>
          {toast.content.action && (
            <Button
              className={style.action}
              onPress={() => {
                toast.content.action?.run();
                queue.close(toast.key);
              }}
            >
              {toast.content.action.label}
            </Button>
          )}
          <Button slot="close" aria-label={app.close} className={style.close}>
            ×
          </Button>
        </Toast>
      )}
    </ToastRegion>
  );
}
