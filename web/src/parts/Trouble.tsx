import { ApiError } from '@/api/client';
import { useWords } from '@/words';
import { Button } from './Button';
import style from './Trouble.module.css';

/** What could not be shown or done, and why; with the server's hint where it has one. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => void }) {
  const { app } = useWords();
  const known = error instanceof ApiError ? error.problem : null;
  const text = known?.detail ?? `${app.failed} ${error instanceof Error ? error.message : ''}`;
  return (
    <div role="alert" className={style.trouble}>
      <p>{text}</p>
      {known?.hint && <p className={style.hint}>{known.hint}</p>}
      {retry && <Button onPress={retry}>{app.tryAgain}</Button>}
    </div>
  );
}
