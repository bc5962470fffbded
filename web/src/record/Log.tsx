import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useRef, useState } from 'react';
import { foundLinesQuery, type RunRecord } from '@/api/records';
import { Button } from '@/parts/Button';
import { Field } from '@/parts/Field';
import { Icon } from '@/parts/Icon';
import { useSection } from '@/words';
import * as words from '@/words/record';
import { plain } from './ansi';
import style from './Log.module.css';
import { LogText, type LogTextHandle } from './LogText';
import page from './RecordPage.module.css';
import { useLog } from './useLog';

/** What a run printed and logged; live until it ends or one scrolls up to read. */
export function Log({ record }: { record: RunRecord }) {
  const text = useSection(words);
  const log = useLog(record.id);
  const view = useRef<LogTextHandle>(null);
  const [typed, setTyped] = useState('');
  const [following, setFollowing] = useState(record.finished === null);
  const sought = useDeferredValue(typed.trim());
  return (
    <section aria-labelledby="log" className={page.section}>
      <div className={style.head}>
        <h2 id="log">{text.log}</h2>
        <Field
          type="search"
          aria-label={text.searchLog}
          placeholder={text.searchLog}
          value={typed}
          onChange={setTyped}
        />
        <Button look="quiet" onPress={() => view.current?.selectAll()}>
          {text.selectAll}
        </Button>
        <a className={style.download} href={`/api/records/${record.id}/log.txt`} download>
          {text.download}
        </a>
      </div>
      {sought !== '' && (
        <Found run={record.id} sought={sought} goTo={(line) => view.current?.goTo(line)} />
      )}
      {log.failed && <p role="alert">{text.logFailed}</p>}
      {log.dropped > 0 && <p className={page.quiet}>{text.dropped(log.dropped)}</p>}
      <div className={style.frame}>
        <LogText
          ref={view}
          lines={log.lines}
          first={log.dropped + 1}
          following={following && !log.ended}
          onScrolled={setFollowing}
          label={text.log}
          empty={log.ended || log.failed ? text.emptyLog : text.waiting}
        />
        {!log.ended && !following && (
          <div className={style.follow}>
            <Button look="primary" onPress={() => view.current?.toEnd()}>
              <Icon name="down" />
              {text.follow}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}

interface FoundProps {
  run: number;
  sought: string;
  goTo: (line: number) => void;
}

/** The lines of all of the log that have a text, as the server finds them. */
function Found({ run, sought, goTo }: FoundProps) {
  const text = useSection(words);
  const { data } = useQuery(foundLinesQuery(run, sought));
  if (data === undefined) return null;
  return (
    <div className={style.found}>
      <p role="status">{text.found(data.total, data.lines.length)}</p>
      <ol>
        {data.lines.map((line) => (
          <li key={line.number}>
            <button
              type="button"
              className={style.hit}
              aria-label={text.goToLine(line.number)}
              onClick={() => goTo(line.number)}
            >
              {line.number}
            </button>
            <code>{plain(line.text)}</code>
          </li>
        ))}
      </ol>
    </div>
  );
}
