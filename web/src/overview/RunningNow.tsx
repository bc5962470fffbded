import { useQuery } from '@tanstack/react-query';
import { newestRecordsQuery } from '@/api/records';
import { Time } from '@/parts/Time';
import { useSection } from '@/words';
import * as words from '@/words/overview';
import { Block } from './Block';
import style from './Overview.module.css';
import { RecordLink } from './RecordLink';

const MOST_SHOWN = 8;

/** The runs that execute; nothing where none does. */
export function RunningNow() {
  const text = useSection(words);
  const { data } = useQuery(newestRecordsQuery({ status: ['executing'] }));
  const running = data?.records.slice(0, MOST_SHOWN) ?? [];
  if (running.length === 0) return null;
  return (
    <Block title={text.runningNow}>
      <ul>
        {running.map((record) => (
          <li key={record.id} className={style.line}>
            <RecordLink record={record} />
            {record.started && (
              <small>
                {text.started} <Time at={record.started} seconds />
              </small>
            )}
          </li>
        ))}
      </ul>
    </Block>
  );
}
