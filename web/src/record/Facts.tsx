import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { RunRecord } from '@/api/records';
import { Time, useTimeFormat } from '@/parts/Time';
import { duration, durationText, lateness } from '@/records/durations';
import { RowName } from '@/records/RowName';
import { useNow } from '@/records/useNow';
import { useSection } from '@/words';
import * as recordWords from '@/words/record';
import * as listWords from '@/words/records';
import style from './Facts.module.css';

/** When a run was to fire and did, why, and of what. */
export function Facts({ record }: { record: RunRecord }) {
  const { facts, columns, run, missed } = useSection(recordWords);
  const { units, triggers } = useSection(listWords);
  const write = useTimeFormat(undefined, true);
  const lateMillis = lateness(record);
  const tookMillis = duration(record, useNow(record.status === 'executing'));
  const others = record.nominals.filter((nominal) => nominal !== record.nominal);
  return (
    <dl aria-label={facts} className={style.facts}>
      {record.row !== null && (
        <Fact name={columns.row}>
          <Link to="/records" search={{ task: record.task, row: record.row }}>
            <RowName task={record.task} row={record.row} />
          </Link>
        </Fact>
      )}
      <Fact name={columns.trigger}>{triggers[record.trigger] ?? record.trigger}</Fact>
      <Fact name={columns.nominal}>
        <Time at={record.nominal} seconds />
      </Fact>
      {others.length > 0 && (
        <Fact name={columns.merged}>
          {others.map((nominal) => (
            <div key={nominal}>
              <Time at={nominal} seconds />
            </div>
          ))}
        </Fact>
      )}
      {record.missed && (
        <Fact name={columns.missed}>
          {missed(record.missed.count, write(record.missed.first), write(record.missed.last))}
        </Fact>
      )}
      <Fact name={columns.effective}>
        <Time at={record.effective} seconds />
      </Fact>
      {record.delaySeconds > 0 && (
        <Fact name={columns.delay}>{durationText(record.delaySeconds * 1_000, units)}</Fact>
      )}
      {record.started && (
        <Fact name={columns.started}>
          <Time at={record.started} seconds />
        </Fact>
      )}
      {record.finished && (
        <Fact name={columns.finished}>
          <Time at={record.finished} seconds />
        </Fact>
      )}
      {lateMillis !== null && (
        <Fact name={columns.lateness}>{durationText(lateMillis, units)}</Fact>
      )}
      {tookMillis !== null && (
        <Fact name={columns.duration}>{durationText(tookMillis, units)}</Fact>
      )}
      {record.rerunOf !== null && (
        <Fact name={columns.rerunOf}>
          <Link to="/records/$id" params={{ id: String(record.rerunOf) }}>
            {run(record.rerunOf)}
          </Link>
        </Fact>
      )}
      {record.version && (
        <Fact name={columns.version}>
          <Link to="/records" search={{ version: record.version }}>
            <code>{record.version.slice(0, 12)}</code>
          </Link>
        </Fact>
      )}
      {record.args && (
        <Fact name={columns.args}>
          <code>{JSON.stringify(record.args)}</code>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
