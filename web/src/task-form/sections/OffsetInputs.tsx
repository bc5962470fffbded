import type { Path } from '@/document';
import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { cellOf } from '../cell';
import { number, timeOfDay } from '../codecs';
import { Setting, useForm } from '../form';
import { ChoiceInput } from '../inputs/ChoiceInput';
import { NumberInput } from '../inputs/NumberInput';
import { TimeInput } from '../inputs/TimeInput';
import { changesOfDirection, DIRECTIONS, directionCodec, UNITS, unitCodec } from '../offset';

const amount = number(true);

/** How far from a field: amount and unit stand only where it is before or after. */
export function OffsetInputs({ path }: { path: Path }) {
  const text = useSection(words);
  const { root, change } = useForm();
  const direction = cellOf(root, [...path, 'offsetType'], directionCodec);
  const isOnTime = direction.kind === 'shown' && direction.value === 0;
  return (
    <>
      {!isOnTime && (
        <>
          <Setting path={[...path, 'offset']} codec={amount} label={text.amount}>
            {(input) => <NumberInput {...input} placeholder="0" />}
          </Setting>
          <Setting path={[...path, 'offsetUnit']} codec={unitCodec} label={text.unit}>
            {(input) => (
              <ChoiceInput
                {...input}
                options={UNITS.filter((unit) => unit !== 'second' || input.value === unit).map(
                  (value) => ({ value, label: text.units[value] ?? value }),
                )}
              />
            )}
          </Setting>
        </>
      )}
      <Setting path={[...path, 'offsetType']} codec={directionCodec} label={text.direction}>
        {(input) => (
          <ChoiceInput
            {...input}
            onChange={(value) => change(changesOfDirection(root, path, value), text.direction)}
            options={DIRECTIONS.map((value) => ({
              value,
              label: text.directions[value] ?? String(value),
            }))}
          />
        )}
      </Setting>
      <Setting path={[...path, 'time']} codec={timeOfDay} label={text.timeOfDay}>
        {(input) => <TimeInput {...input} type="time" canBeEmpty />}
      </Setting>
    </>
  );
}
