import { Icon } from '@/parts/Icon';
import { useWords } from '@/words';
import style from './ConnectionBanner.module.css';
import { useConnection } from './connection';

/** Says that what is shown may be old, and what to do; edits stay where they are. */
export function ConnectionBanner() {
  const { app } = useWords();
  const connection = useConnection();
  return (
    <div role="status" className={style.place}>
      {connection !== 'live' && (
        <p className={style.banner}>
          <Icon name="warning" />
          <span>{connection === 'lost' ? app.connectionLost : app.signedOut}</span>
        </p>
      )}
    </div>
  );
}
