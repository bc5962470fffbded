import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { DialogTrigger } from 'react-aria-components';
import { sessionQuery } from '@/api/session';
import { Button } from '@/parts/Button';
import { Field } from '@/parts/Field';
import { Icon } from '@/parts/Icon';
import { Popover } from '@/parts/Popover';
import { useSection } from '@/words';
import * as words from '@/words/records';
import type { RecordFilter } from './search';
import style from './TimeRange.module.css';
import { localTime, presets, rangeOf, rangeText } from './times';

interface Props {
  filter: RecordFilter;
  change: (filter: RecordFilter) => void;
}

/** When runs were to fire: a range up to now that stays relative, or exact times. */
export function TimeRange({ filter, change }: Props) {
  const text = useSection(words);
  const [open, setOpen] = useState(false);
  const use = (range: Pick<RecordFilter, 'from' | 'to'>) => {
    setOpen(false);
    const { from: _from, to: _to, ...rest } = filter;
    change({ ...rest, ...range });
  };
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      <Button>
        <Icon name="clock" />
        {rangeText(filter, text.timeRange)}
      </Button>
      <Popover label={text.time}>
        <div className={style.presets}>
          {presets.map((preset) => (
            <Button
              key={preset}
              look="quiet"
              aria-pressed={filter.from === preset && rangeOf(preset).to === filter.to}
              onPress={() => use(rangeOf(preset))}
            >
              {text.timeRange.presets[preset]}
            </Button>
          ))}
          <Button look="quiet" onPress={() => use({})}>
            {text.timeRange.any}
          </Button>
        </div>
        <ExactTimes filter={filter} use={use} />
      </Popover>
    </DialogTrigger>
  );
}

function ExactTimes({
  filter,
  use,
}: {
  filter: RecordFilter;
  use: (range: Pick<RecordFilter, 'from' | 'to'>) => void;
}) {
  const { timeRange, apply } = useSection(words);
  const { data: session } = useQuery(sessionQuery);
  const [from, setFrom] = useState(localTime(filter.from));
  const [to, setTo] = useState(localTime(filter.to));
  const backwards = from !== '' && to !== '' && to < from;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    use({ from: from || undefined, to: to || undefined });
  };
  return (
    <form onSubmit={submit} className={style.exact} aria-label={timeRange.exact}>
      <Field type="datetime-local" label={timeRange.from} value={from} onChange={setFrom} />
      <Field type="datetime-local" label={timeRange.to} value={to} onChange={setTo} />
      <p className={style.zone}>{timeRange.zone(session?.timezone ?? '')}</p>
      <Button type="submit" look="primary" isDisabled={backwards || (from === '' && to === '')}>
        {apply}
      </Button>
    </form>
  );
}
