import { useQuery } from '@tanstack/react-query';
import { functionsQuery } from '@/api/functions';
import { isObject, valueAt } from '@/document';
import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { choice, number, optionalText } from '../codecs';
import { Setting, useForm } from '../form';
import { ChoiceInput } from '../inputs/ChoiceInput';
import { ComboInput } from '../inputs/ComboInput';
import { NumberInput } from '../inputs/NumberInput';
import { Folded, Row } from '../Section';

type Text = typeof words.en;

interface NumberSetting {
  readonly path: readonly string[];
  readonly label: (text: Text) => string;
  readonly hint?: (text: Text) => string;
  /** What holds where it is not written; null: nothing limits. */
  readonly byDefault: number | null;
  readonly isWhole: boolean;
}

/** The numbers of a policy, and their defaults as the file format has them. */
const NUMBERS: readonly NumberSetting[] = [
  {
    path: ['graceSeconds'],
    label: (text) => text.graceSeconds,
    hint: (text) => text.graceHint,
    byDefault: 86400,
    isWhole: true,
  },
  { path: ['retry', 'max'], label: (text) => text.retryMax, byDefault: 0, isWhole: true },
  {
    path: ['retry', 'delaySeconds'],
    label: (text) => text.retryDelay,
    byDefault: 60,
    isWhole: false,
  },
  { path: ['retry', 'backoff'], label: (text) => text.backoff, byDefault: 2, isWhole: false },
  {
    path: ['retry', 'maxDelaySeconds'],
    label: (text) => text.maxDelay,
    byDefault: 3600,
    isWhole: false,
  },
  {
    path: ['timeoutSeconds'],
    label: (text) => text.timeoutSeconds,
    byDefault: 43200,
    isWhole: false,
  },
  { path: ['memoryMb'], label: (text) => text.memoryMb, byDefault: null, isWhole: true },
  { path: ['maxConcurrent'], label: (text) => text.maxConcurrent, byDefault: null, isWhole: true },
  {
    path: ['jitterSeconds'],
    label: (text) => text.jitterSeconds,
    hint: (text) => text.jitterHint,
    byDefault: 0,
    isWhole: false,
  },
  {
    path: ['priority'],
    label: (text) => text.priority,
    hint: (text) => text.priorityHint,
    byDefault: 0,
    isWhole: true,
  },
];
const whole = number(true);
const decimal = number(false);
const misfires = ['latest', 'all', 'skip'] as const;
const overlaps = ['skip', 'queue', 'allow'] as const;
const interrupted = ['fail', 'rerun'] as const;
const misfire = choice(misfires, 'latest');
const overlap = choice(overlaps, 'skip');
const onInterrupted = choice(interrupted, 'fail');

/** What to do when things do not go as planned; folded, since defaults suit most tasks. */
export function Policy() {
  const text = useSection(words);
  const { root } = useForm();
  const { data: functions = [] } = useQuery(functionsQuery('scheduled'));
  const policy = valueAt(root, ['policy']);
  const count = isObject(policy) ? Object.keys(policy).length : 0;
  return (
    <Folded title={text.policy} note={text.policyCount(count)} path={['policy']}>
      <Row>
        <Setting path={['policy', 'misfire']} codec={misfire} label={text.misfire}>
          {(input) => (
            <ChoiceInput
              {...input}
              options={misfires.map((value) => ({ value, label: text.misfires[value] }))}
            />
          )}
        </Setting>
        <Setting path={['policy', 'overlap']} codec={overlap} label={text.overlap}>
          {(input) => (
            <ChoiceInput
              {...input}
              options={overlaps.map((value) => ({ value, label: text.overlaps[value] }))}
            />
          )}
        </Setting>
        <Setting
          path={['policy', 'onInterrupted']}
          codec={onInterrupted}
          label={text.onInterrupted}
        >
          {(input) => (
            <ChoiceInput
              {...input}
              options={interrupted.map((value) => ({ value, label: text.interrupted[value] }))}
            />
          )}
        </Setting>
      </Row>
      <Row>
        {NUMBERS.map(({ path, label, hint, byDefault, isWhole }) => (
          <Setting
            key={path.join('.')}
            path={['policy', ...path]}
            codec={isWhole ? whole : decimal}
            label={label(text)}
          >
            {(input) => (
              <NumberInput
                {...input}
                isWhole={isWhole}
                hint={hint?.(text)}
                placeholder={byDefault === null ? text.noLimit : String(byDefault)}
              />
            )}
          </Setting>
        ))}
      </Row>
      <Row>
        <Setting path={['policy', 'onFailure']} codec={optionalText} label={text.onFailure}>
          {(input) => (
            <ComboInput
              {...input}
              options={functions.map(({ name }) => ({ value: name, label: name }))}
              hint={text.onFailureHint}
              isCode
              isWide
            />
          )}
        </Setting>
      </Row>
    </Folded>
  );
}
