import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { cellOf } from '../cell';
import { number } from '../codecs';
import { CYCLES, type Cycle, changesOfCycle, cycleCodec, REPEAT } from '../cycle';
import { Setting, useForm } from '../form';
import { ChoiceInput } from '../inputs/ChoiceInput';
import { NumberInput } from '../inputs/NumberInput';
import { Row } from '../Section';
import { CustomRule } from './CustomRule';
import { MonthPattern, Months, Weekdays } from './calendar-days';

const period = number(true);

/** The repeat cycle, and which of its days. */
export function Repeat() {
  const text = useSection(words);
  const { root, change } = useForm();
  const cell = cellOf(root, [...REPEAT, 'repeatType'], cycleCodec);
  const cycle: Cycle | null = cell.kind === 'shown' ? cell.value : null;
  const isCounted = cycle !== null && cycle !== 'normal' && cycle !== 'custom';
  return (
    <Row title={text.repeat}>
      <Setting path={[...REPEAT, 'repeatType']} codec={cycleCodec} label={text.repeat}>
        {(input) => (
          <ChoiceInput
            {...input}
            onChange={(value) => change(changesOfCycle(root, value), text.repeat)}
            options={CYCLES.map((value) => ({ value, label: text.cycles[value] }))}
          />
        )}
      </Setting>
      {isCounted && (
        <Setting
          path={[...REPEAT, 'period']}
          codec={period}
          label={`${text.every} (${text.units[cycle]})`}
        >
          {(input) => <NumberInput {...input} placeholder="1" />}
        </Setting>
      )}
      {cycle === 'week' && <Weekdays />}
      {cycle === 'year' && <Months />}
      {(cycle === 'month' || cycle === 'year') && <MonthPattern />}
      {cycle === 'custom' && <CustomRule />}
    </Row>
  );
}
