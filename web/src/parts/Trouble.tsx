import { ApiError } from '@/api/client';
import { useSection, useWords } from '@/words';
import * as problemWords from '@/words/problems';
import { refusal } from '@/words/problems';
import { Button } from './Button';
import style from './Trouble.module.css';

/** What could not be shown or done, and why; with the server's hint where it has one. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => void }) {
  const { app } = useWords();
  const problems = useSection(problemWords);
  const known = error instanceof ApiError ? refusal(problems, error.problem) : null;
  const text = known?.text ?? `${app.failed} ${error instanceof Error ? error.message : ''}`;
  return (
    <div role="alert" className={style.trouble}>
      <p>{text}</p>
      {known?.hint && <p className={style.hint}>{known.hint}</p>}
      {retry && <Button onPress={retry}>{app.tryAgain}</Button>}
    </div>
  );
}
