import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { wallTime } from '../codecs';
import { Setting } from '../form';
import { TimeInput } from '../inputs/TimeInput';
import { Row } from '../Section';

export function StartTime() {
  const text = useSection(words);
  return (
    <Row title={text.start}>
      <Setting path={['timerCfg', 'startTime']} codec={wallTime} label={text.startTime}>
        {(input) => <TimeInput {...input} type="datetime-local" />}
      </Setting>
    </Row>
  );
}
