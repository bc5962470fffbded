import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { cellOf } from '../cell';
import { choice, flag } from '../codecs';
import { Setting, useForm } from '../form';
import { ChoiceInput } from '../inputs/ChoiceInput';
import { SwitchInput } from '../inputs/SwitchInput';
import { Row } from '../Section';
import style from '../TaskForm.module.css';
import { Calendar } from './Calendar';

const skips = flag(false);
const rolls = ['next', 'previous', 'skip'] as const;
const roll = choice(rolls, 'next');
const HOLIDAY = ['timerCfg', 'skipHoliday'];
const WEEKEND = ['timerCfg', 'skipWeekend'];

/** What becomes of occurrences on days off; where to and by which calendar, if on any. */
export function DaysOff() {
  const text = useSection(words);
  const { root } = useForm();
  const isAsked = [HOLIDAY, WEEKEND].some((path) => {
    const cell = cellOf(root, path, skips);
    return cell.kind === 'raw' || cell.value;
  });
  return (
    <Row title={text.daysOff}>
      <Setting path={HOLIDAY} codec={skips} label={text.skipHoliday}>
        {(input) => <SwitchInput {...input} />}
      </Setting>
      <Setting path={WEEKEND} codec={skips} label={text.skipWeekend}>
        {(input) => <SwitchInput {...input} />}
      </Setting>
      {isAsked && (
        <div className={style.line}>
          <Setting path={['timerCfg', 'holidayRoll']} codec={roll} label={text.holidayRoll}>
            {(input) => (
              <ChoiceInput
                {...input}
                options={rolls.map((value) => ({ value, label: text.rolls[value] }))}
              />
            )}
          </Setting>
          <Calendar />
        </div>
      )}
    </Row>
  );
}
