import { ProgressBar } from 'react-aria-components';
import { useWords } from '@/words';
import style from './Loading.module.css';

export function Loading() {
  const { app } = useWords();
  return (
    <ProgressBar isIndeterminate aria-label={app.loading} className={style.place}>
      <span className={style.dot} />
      <span className={style.dot} />
      <span className={style.dot} />
    </ProgressBar>
  );
}
