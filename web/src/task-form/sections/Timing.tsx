import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { Section } from '../Section';
import { DaysOff } from './DaysOff';
import { End } from './End';
import { Repeat } from './Repeat';
import { StartField } from './StartField';
import { StartTime } from './StartTime';
import { Zone } from './Zone';

/** When a task fires: from a time, or from a field of each row. */
export function Timing({ hasRows }: { hasRows: boolean }) {
  const text = useSection(words);
  return (
    <Section title={text.timing} path={['timerCfg']}>
      {hasRows ? <StartField /> : <StartTime />}
      <Repeat />
      <End hasRows={hasRows} />
      <DaysOff />
      <Zone />
    </Section>
  );
}
