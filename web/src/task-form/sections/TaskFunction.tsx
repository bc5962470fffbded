import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { functionsQuery } from '@/api/functions';
import { remove, set, valueAt } from '@/document';
import { Button } from '@/parts/Button';
import { Icon } from '@/parts/Icon';
import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { cellOf } from '../cell';
import { choice, optionalText } from '../codecs';
import { Setting, useForm } from '../form';
import { ChoiceInput } from '../inputs/ChoiceInput';
import { ComboInput } from '../inputs/ComboInput';
import { functionOptions } from '../pickers';
import { RawCell } from '../RawCell';
import { Row, Section } from '../Section';

const types = ['Inner', 'Global'] as const;
const typeCodec = choice(types, 'Inner');
const ARGS = ['args'] as const;

/** The task's own function, or one of a service; those that do not fit say why. */
export function TaskFunction({ hasRows }: { hasRows: boolean }) {
  const text = useSection(words);
  const { root, change, readOnly } = useForm();
  /** Whether a service is about to be chosen: what is missing is said when the row is left. */
  const [choosing, setChoosing] = useState(false);
  const { data: functions = [] } = useQuery(functionsQuery(hasRows ? 'dateField' : 'scheduled'));
  const type = cellOf(root, ['funcType'], typeCodec);
  const isInner = type.kind === 'shown' && type.value === 'Inner';
  const hasOldName =
    valueAt(root, ['func']) === undefined && valueAt(root, ['taskFunc']) !== undefined;
  const key = hasOldName ? 'taskFunc' : 'func';
  return (
    <Section title={text.function}>
      <Row
        onBlur={({ currentTarget, relatedTarget }) => {
          if (!currentTarget.contains(relatedTarget)) setChoosing(false);
        }}
      >
        <Setting path={['funcType']} codec={typeCodec} label={text.funcType}>
          {(input) => (
            <ChoiceInput
              {...input}
              problems={choosing ? [] : input.problems}
              hint={isInner ? text.innerHint : undefined}
              onChange={(value) => {
                setChoosing(value === 'Global');
                change(
                  value === 'Inner'
                    ? [set(['funcType'], value), remove(['func']), remove(['taskFunc'])]
                    : [set(['funcType'], value)],
                  text.funcType,
                );
              }}
              options={types.map((value) => ({ value, label: text.funcTypes[value] }))}
            />
          )}
        </Setting>
        {!isInner && (
          <Setting path={[key]} codec={optionalText} label={text.func}>
            {(input) => (
              <ComboInput
                {...input}
                hint={choosing ? text.chooseFunction : undefined}
                options={functionOptions(functions, text)}
                isCode
                isWide
              />
            )}
          </Setting>
        )}
      </Row>
      {valueAt(root, ARGS) === undefined ? (
        !readOnly && (
          <Row>
            <Button onPress={() => change([set(ARGS, {})], text.args)}>
              <Icon name="plus" />
              {text.addArgs}
            </Button>
          </Row>
        )
      ) : (
        <RawCell path={ARGS} label={text.args} expected="json" hint={text.argsHint} />
      )}
    </Section>
  );
}
