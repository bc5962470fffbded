import type { Status } from '@/api/elements';
import { Time } from '@/parts/Time';
import { useSection } from '@/words';
import * as words from '@/words/overview';
import { Block } from './Block';
import style from './Overview.module.css';

/** The runtimes that are alive; what is wrong with others is among the problems. */
export function Runtimes({ runtimes }: { runtimes: Status['runtimes'] }) {
  const text = useSection(words);
  const alive = runtimes.filter((runtime) => runtime.alive);
  return (
    <Block title={text.runtimes}>
      {alive.length === 0 && <p className={style.quiet}>{text.noRuntime}</p>}
      <ul>
        {alive.map((runtime) => (
          <li key={runtime.id} className={style.line}>
            <span className={style.name}>{text.runtime(runtime.host, runtime.pid)}</span>
            <small>
              {text.since} <Time at={runtime.started} />
            </small>
          </li>
        ))}
      </ul>
    </Block>
  );
}
